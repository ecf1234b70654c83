// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "checks/harden/plan.h"
#include "checks/rules/engine.h"

namespace assay {

/// A rule that failed, and what became of it.
struct Hardened {
  enum class Outcome {
    kFixed,    ///< changed, and passes now
    kPlanned,  ///< a dry run: would be changed
    kByHand,   ///< no change is derived from it: `reason` says what to do
    kStill,    ///< changed, and fails for another reason
    kError,    ///< could not be read or written
  };
  std::string rule;
  Outcome outcome = Outcome::kByHand;
  std::string reason;
};

struct HardenReport {
  std::vector<Hardened> rules;  ///< those that failed, in the policy's order
  Plan plan;                    ///< all changes: done, or of a dry run
  size_t failed = 0;            ///< rules that failed before
  size_t count(Hardened::Outcome outcome) const;
};

/// Brings a root to its policy (DESIGN law 1: the fix comes from the same line as the check). The
/// root is judged statically, also if it is the running machine: files are changed, and what runs
/// follows at the next boot. Waived rules are let be. Fixes are applied and everything judged
/// again, three times at most, for one fix may open the way for another. With `dry_run` nothing is
/// written. `host` must not be live().
Expected<HardenReport> Harden(const Policy& policy, Host& host, std::string_view today,
                              bool dry_run);

}  // namespace assay
