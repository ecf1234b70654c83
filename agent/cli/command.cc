// SPDX-License-Identifier: Apache-2.0
#include "agent/cli/command.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/clock.h"
#include "base/file.h"
#include "base/printable.h"
#include "base/verdict.h"

namespace assay {

int Complain(std::string_view command, const Error& error) {
  fprintf(stderr, "assay %.*s: %s\n", int(command.size()), command.data(), error.text.c_str());
  if (!error.hint.empty()) fprintf(stderr, "  %s\n", error.hint.c_str());
  switch (error.code) {
    case ErrorCode::kInvalid:
    case ErrorCode::kNotFound:
    case ErrorCode::kUnsupported:
    case ErrorCode::kTampered:
      return kExitUsage + 1;  // EX_DATAERR of sysexits.h: the input is not what it should be
    case ErrorCode::kPermission:
      return 77;  // EX_NOPERM
    case ErrorCode::kUnavailable:
      return kExitUnavailable;
    case ErrorCode::kInternal:
      return kExitSoftware;
  }
  return kExitSoftware;
}

int Finish(std::string_view command, const Expected<int>& outcome) {
  return outcome ? *outcome : Complain(command, outcome.error());
}

Expected<void> Print(std::string_view text, const std::string& path) {
  if (!path.empty()) return WriteOutput(path, text);
  fflush(stdout);
  return WriteAll(STDOUT_FILENO, text, "standard output");
}

ProgressLine::ProgressLine(std::string what)
    : what_(std::move(what)), terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() {
  if (terminal_ && shown_at_) fputs("\r\x1b[K", stderr);
}

void ProgressLine::Show(uint64_t done, std::string_view at) {
  BootNanos now = BootNow();
  if (!terminal_ || now - shown_at_ < 100'000'000) return;
  shown_at_ = now;
  fprintf(stderr, "\r\x1b[K%s %llu  %s", what_.c_str(), static_cast<unsigned long long>(done),
          Printable(at, 60).c_str());
}

bool ColourWanted() { return isatty(STDOUT_FILENO) == 1 && !getenv("NO_COLOR"); }

std::string BenchmarkDirectory(const std::string& name) {
  const char* benchmarks = getenv("ASSAY_BENCHMARKS");
  return std::string(benchmarks ? benchmarks : "/usr/lib/assay/benchmarks") + "/" + name;
}

void AddPolicyOptions(CLI::App& command, PolicySource& source) {
  command.add_option("--rules", source.directory, "Directory of the benchmark")
      ->capture_default_str();
  command
      .add_option("--profile", source.profile,
                  "Profile of the benchmark, or a tailoring file (*.yaml)")
      ->capture_default_str();
  command.add_option("--waivers", source.waivers, "File of waivers (*.yaml)")
      ->check(CLI::ExistingFile);
}

std::string Who(const CauseRecord& cause) {
  if (!cause.has_process()) return "nobody could be named";
  const ProcessRecord& process = cause.process();
  std::string who = Printable(process.exe()) + " (pid " + std::to_string(process.pid());
  if (cause.has_uid()) who += ", uid " + std::to_string(cause.uid());
  if (cause.has_login_uid() && cause.login_uid() != UINT32_MAX)
    who += ", login uid " + std::to_string(cause.login_uid());
  who += process.gone() ? ", gone)" : ")";
  if (!process.command_line().empty()) who += " '" + Printable(process.command_line()) + "'";
  for (const ProcessRecord& parent : cause.parents())
    who += " <- " + Printable(parent.exe()) + " (" + std::to_string(parent.pid()) + ")";
  if (!cause.cgroup().empty()) who += " in " + Printable(cause.cgroup());
  return who;
}

}  // namespace assay
