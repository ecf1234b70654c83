// SPDX-License-Identifier: Apache-2.0
// Event to verdict, and what assayd weighs: seals FILES small files, watches them with the real
// assayd (no TPM; and with a software TPM where there is one), changes 64 of them one by one and
// takes the time from the end of write(2)+close(2) to the moment the drift was on record.
//
//   event_bench [FILES]        default 50000; needs root
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "tests/support/process.h"
#include "tests/support/software_tpm.h"
#include "tests/support/temp_root.h"

namespace assay {
namespace {

constexpr int kChanges = 60;
using nlohmann::json;

Ran Assay(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), ASSAY_BINARY_DIR "/agent/assay");
  return RunProgram(arguments);
}

json Status(const TempRoot& world) {
  Ran ran = Assay(
      {"status", "--socket", world.Path("run/assayd.sock"), "--wait", "300", "--format", "json"});
  return json::parse(ran.out, nullptr, false);
}

long RssKib(pid_t pid) {
  std::string path = "/proc/" + std::to_string(pid) + "/status";
  FILE* file = fopen(path.c_str(), "r");
  char line[256];
  long kib = -1;
  while (file && fgets(line, sizeof line, file)) sscanf(line, "VmRSS: %ld kB", &kib);
  if (file) fclose(file);
  return kib;
}

BootNanos Change(const std::string& path) {
  Fd fd(open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (write(fd.get(), "x", 1) != 1) abort();
  fd.Reset();
  return BootNow();
}

std::string NameOf(int i) {
  return "golden/d" + std::to_string(i / 500) + "/f" + std::to_string(i);
}

void Measure(const TempRoot& world, const char* what, const std::vector<std::string>& tpm) {
  std::vector<std::string> arguments = {ASSAY_BINARY_DIR "/agent/assayd",
                                        "--baseline",
                                        world.Path("baseline"),
                                        "--trust",
                                        world.Path("trust.pem"),
                                        "--state",
                                        world.Path(std::string("state-") + what),
                                        "--run",
                                        world.Path("run")};
  arguments.insert(arguments.end(), tpm.begin(), tpm.end());
  RunningProgram daemon(arguments);
  json status = Status(world);
  if (status.is_discarded() || status["verdict"] != "golden") {
    printf("%s: not golden: %s\n", what, status.dump().c_str());
    return;
  }
  poll(nullptr, 0, 3000);  // idle
  printf("%-10s assayd idle RSS %.1f MiB\n", what, double(RssKib(daemon.pid())) / 1024);
  std::map<std::string, BootNanos> changed;
  for (int i = 0; i < kChanges; i++) {
    std::string path = world.Path(NameOf(i * 700));
    changed[path] = Change(path);
    poll(nullptr, 0, 40);
  }
  poll(nullptr, 0, 500);
  std::vector<double> milliseconds;
  status = Status(world);
  for (const json& drift : status["drifts"])
    if (auto at = changed.find(drift["subject"]);
        at != changed.end() && drift["property"] == "content")
      milliseconds.push_back((double(drift["boot_nanos"]) - double(at->second)) / 1e6);
  std::ranges::sort(milliseconds);
  if (milliseconds.size() < kChanges)
    printf("%s: only %zu changes seen\n", what, milliseconds.size());
  if (milliseconds.empty()) return;
  printf("%-10s event to verdict: p50 %.2f ms, p99 %.2f ms, max %.2f ms (%zu changes)\n", what,
         milliseconds[milliseconds.size() / 2], milliseconds[milliseconds.size() * 99 / 100],
         milliseconds.back(), milliseconds.size());
}

int Main(int files) {
  TempRoot world;
  for (int i = 0; i < files; i++) world.Write(NameOf(i), "golden " + std::to_string(i) + "\n");
  RunProgram({"openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
              "-out", world.Path("key.pem")});
  RunProgram({"openssl", "pkey", "-in", world.Path("key.pem"), "-pubout", "-out",
              world.Path("trust.pem")});
  Ran sealed = Assay({"seal", "--rules", ASSAY_SOURCE_DIR "/tests/integration/rules", "--profile",
                      "spine", "--image", "bench", "--key", world.Path("key.pem"), "--scope",
                      world.Path("golden"), "--out", world.Path("baseline")});
  printf("%s%s", sealed.out.c_str(), sealed.err.c_str());
  Measure(world, "no TPM", {"--no-tpm"});
  for (int i = 0; i < kChanges; i++)  // golden again
    world.Write(NameOf(i * 700), "golden " + std::to_string(i * 700) + "\n");
  if (SoftwareTpm::Available()) {
    SoftwareTpm tpm;
    Measure(world, "swtpm", {"--tcti", tpm.tcti()});
  }
  return 0;
}

}  // namespace
}  // namespace assay

int main(int argc, char** argv) { return assay::Main(argc > 1 ? atoi(argv[1]) : 50'000); }
