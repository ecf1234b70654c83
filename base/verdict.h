// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace assay {

/// Verdict of a node. The values are the exit codes of every command that gives one.
enum class Verdict {
  kGolden = 0,   ///< proven match
  kDrifted = 1,  ///< proven deviation
  kUnknown = 2,  ///< cannot tell
};

constexpr int ExitCode(Verdict verdict) { return static_cast<int>(verdict); }
constexpr std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kGolden:
      return "golden";
    case Verdict::kDrifted:
      return "drifted";
    case Verdict::kUnknown:
      return "unknown";
  }
  return "unknown";
}

/// Exit codes of misuse and failure, sysexits.h: never a verdict.
inline constexpr int kExitUsage = 64;
inline constexpr int kExitUnavailable = 69;
inline constexpr int kExitSoftware = 70;

}  // namespace assay
