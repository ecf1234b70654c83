// SPDX-License-Identifier: Apache-2.0
// assayd: watches this node and says whether it still is its golden image.
#include <malloc.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "agent/daemon.h"
#include "base/verdict.h"

namespace assay {
namespace {

const char kFooter[] =
    "Examples:\n"
    "  assayd                                       as the service does\n"
    "  assayd --baseline ./golden --trust key.pub.pem --state ./state --run ./run --no-tpm\n\n"
    "Ends with 0 on SIGTERM, 64 for misuse, 69 when the socket cannot be made.";

void AddOptions(CLI::App& app, DaemonOptions& options, std::string& probes) {
  app.footer(kFooter);
  app.set_version_flag("--version", ASSAY_VERSION);
  app.add_option("--baseline", options.baseline, "Directory of the golden baseline")
      ->capture_default_str();
  app.add_option("--trust", options.trust, "Public keys that may sign a baseline (PEM)")
      ->capture_default_str();
  app.add_option("--image", options.image, "Accept only the baseline of this image, NAME:VERSION");
  app.add_option("--state", options.state, "Directory of the ledger and the wrapped key")
      ->capture_default_str();
  app.add_option("--run", options.run, "Directory of the socket")->capture_default_str();
  app.add_option("--tcti", options.tcti, "The TPM, as a tpm2-tss TCTI string")
      ->capture_default_str();
  app.add_option("--tpm-user", options.tpm_user, "User that the TPM child becomes, e.g. tss");
  app.add_flag("--no-tpm", options.no_tpm, "Run without a TPM: nothing can be proven to others");
  app.add_option("--node-id", options.node_id, "Name in evidence; default: digest of the TPM's EK");
  app.add_option("--firmware-log", options.firmware_log, "The firmware's event log")
      ->capture_default_str();
  app.add_option("--probes", probes, "Best rung to try: lsm, fentry, fanotify, comparison")
      ->check(CLI::IsMember({"lsm", "fentry", "fanotify", "comparison"}))
      ->capture_default_str();
  app.add_option_function<unsigned>(
         "--scan-interval",
         [&options](unsigned seconds) {
           options.scan_interval = seconds * BootNanos(1'000'000'000);
         },
         "Seconds between full comparisons (default 3600)")
      ->check(CLI::Range(1u, 86'400u));
}

Rung RungNamed(std::string_view name) {
  for (Rung rung : {Rung::kLsm, Rung::kFentry, Rung::kFanotify})
    if (RungName(rung) == name) return rung;
  return Rung::kComparison;
}

void PrepareProcess() {
  umask(077);
  rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  prctl(PR_SET_DUMPABLE, 0);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int Serve(DaemonOptions options) {
  PrepareProcess();
  std::unique_ptr<Tpm> tpm;
  if (!options.no_tpm) {
    // Before any thread: the broker is forked here.
    Expected<std::unique_ptr<Tpm>> started = Tpm::Start(
        {.tcti = options.tcti, .state_directory = options.state, .child_user = options.tpm_user});
    if (started)
      tpm = std::move(*started);
    else
      spdlog::error("TPM: {}, going on without", started.error().ToString());
  }
  Expected<std::unique_ptr<Daemon>> daemon = Daemon::Start(std::move(options), std::move(tpm));
  Expected<void> ended;
  if (daemon) ended = (*daemon)->Run();
  const Error* error = !daemon ? &daemon.error() : !ended ? &ended.error() : nullptr;
  if (!error) return 0;
  spdlog::critical("{}", error->ToString());
  return kExitUnavailable;
}

}  // namespace
}  // namespace assay

int main(int argc, char** argv) {
  // A fixed threshold: what a large table leaves when it grows goes back to the kernel.
  mallopt(M_MMAP_THRESHOLD, 128 << 10);
  try {
    assay::DaemonOptions options;
    std::string probes = "lsm";
    CLI::App app{"Watches this node and says whether it still is its golden image.", "assayd"};
    assay::AddOptions(app, options, probes);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app.exit(error) ? assay::kExitUsage : 0;
    }
    options.best = assay::RungNamed(probes);
    // The journal adds the time itself.
    spdlog::set_default_logger(spdlog::stderr_logger_st("assayd"));
    spdlog::set_pattern("%l: %v");
    return assay::Serve(std::move(options));
  } catch (const std::exception& exception) {
    fprintf(stderr, "assayd: %s\n", exception.what());
    return assay::kExitSoftware;
  }
}
