// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/host.h"
#include "checks/rules/policy.pb.h"

namespace assay {

/// Outcome of one rule (XCCDF 1.2 section 6.6.4.2, the part we use, plus waived and manual).
enum class Result { kPass, kFail, kNotApplicable, kNotChecked, kError, kWaived, kManual };
std::string_view ResultName(Result result);  ///< "pass", "fail", "notapplicable", ...

/// One thing that was seen and what was expected of it.
struct EvidenceItem {
  std::string source;  ///< "/etc/ssh/sshd_config", "/proc/sys/net/ipv4/ip_forward"
  int line = 0;        ///< 1-based; 0 where lines have no meaning
  std::string value;
  std::string expected;
};

struct RuleOutcome {
  std::string rule;  ///< Rule.id
  Result result = Result::kNotChecked;
  std::string reason;  ///< one sentence; never empty unless pass
  std::vector<EvidenceItem> evidence;
  std::set<Input> inputs;     ///< what was read to come to this: the watch-list of this rule
  std::optional<int> waiver;  ///< index of the policy's waiver that is for this rule, if it failed
  bool waiver_expired = false;  ///< the waiver ended before today: the failure stands
};

/// The outcome of a whole profile.
struct CheckReport {
  std::vector<RuleOutcome> outcomes;  ///< in the order of the policy's rules
  bool live = false;                  ///< live, or static (a root that is not running)
  size_t selected = 0;                ///< rules of the profile
  size_t evaluated = 0;  ///< pass, fail, waived, or not applicable with a reason found by looking
  size_t expired_waivers = 0;
  size_t count(Result result) const;
  /// Less was evaluated of what is not for a person than the policy's floor allows, or no rule was
  /// decided (passed, failed or waived): the run proves nothing (exit 2).
  bool below_floor = false;
};

/// Judges one rule of the policy. Never throws, never asks anything but `host`. What cannot be read
/// is kError or kNotChecked with the reason, never pass or fail. A rule of a group's member that is
/// not the one in use does not apply; where none is in use, the first member's rules do. Whoever
/// judges again calls host.Forget() first, once for all rules that are judged together.
RuleOutcome JudgeRule(const Policy& policy, const Rule& rule, Host& host);

/// Makes a failure kWaived that a waiver of the policy excuses `today` (ISO date); of one that has
/// ended the reason says so. Whoever judges one rule applies it, as Check() does for all.
void ApplyWaiver(const Policy& policy, std::string_view today, RuleOutcome& outcome);

/// Judges every rule of the policy on a fresh look at the host; waivers that have not expired at
/// `today` (ISO date) apply.
CheckReport Check(const Policy& policy, Host& host, std::string_view today,
                  const std::function<void(size_t done, size_t of)>& progress = {});

}  // namespace assay
