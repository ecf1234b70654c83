// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

#include "attest/evidence.pb.h"
#include "base/error.h"
#include "checks/rules/rule_loader.h"

namespace assay {

/// A subcommand of `assay`: adds itself and its options to `app`; when it is the one that was asked
/// for, it runs and leaves its exit code in `exit_code` (DESIGN section 6: 0, 1, 2 for a verdict,
/// 64 and up for misuse).
void AddCheck(CLI::App& app, int& exit_code);
void AddSeal(CLI::App& app, int& exit_code);
void AddDiff(CLI::App& app, int& exit_code);
void AddHarden(CLI::App& app, int& exit_code);
void AddHygiene(CLI::App& app, int& exit_code);
void AddExplain(CLI::App& app, int& exit_code);
void AddStatus(CLI::App& app, int& exit_code);
void AddEvidence(CLI::App& app, int& exit_code);
void AddEnroll(CLI::App& app, int& exit_code);
void AddVerify(CLI::App& app, int& exit_code);
void AddEventlog(CLI::App& app, int& exit_code);

/// Says on standard error what went wrong and what to do next; the exit code for it.
int Complain(std::string_view command, const Error& error);

/// Writes to standard output, or atomically to `path` (mode 0644) if it is not empty.
Expected<void> Print(std::string_view text, const std::string& path = {});

/// The rest of a command's function, on the first error: `return Complain("seal", error)`.
int Finish(std::string_view command, const Expected<int>& outcome);

/// Progress of long work on standard error, one line that is rewritten; silent unless that is a
/// terminal.
class ProgressLine {
 public:
  explicit ProgressLine(std::string what);
  ~ProgressLine();
  void Show(uint64_t done, std::string_view at);

 private:
  std::string what_;
  bool terminal_;
  uint64_t shown_at_ = 0;
};

/// --rules, --profile and --waivers: what is judged.
void AddPolicyOptions(CLI::App& command, PolicySource& source);

/// Who did it, in one line: "/usr/bin/tee (pid 7, uid 0) <- /usr/bin/bash (5)".
std::string Who(const CauseRecord& cause);

bool ColourWanted();  ///< standard output is a terminal and NO_COLOR is not set

/// Where a benchmark is: below $ASSAY_BENCHMARKS, else below /usr/lib/assay/benchmarks.
std::string BenchmarkDirectory(const std::string& name);

inline constexpr char kDefaultBenchmark[] = "cis-debian12";
inline constexpr char kHygieneBenchmark[] = "image-hygiene";
inline constexpr char kDefaultProfile[] = "cis-debian12-l1-server";
inline constexpr char kDefaultBaseline[] = "/usr/share/assay/golden";
inline constexpr char kDefaultTrust[] = "/etc/assay/trust.pem";

}  // namespace assay
