// SPDX-License-Identifier: Apache-2.0
#include "checks/harden/harden.h"

#include <algorithm>
#include <map>

#include "checks/harden/fix.h"

namespace assay {

namespace {

constexpr int kRounds = 3;

using Outcome = Hardened::Outcome;

const Rule* RuleOf(const Policy& policy, const std::string& id) {
  for (const Rule& rule : policy.rules())
    if (rule.id() == id) return &rule;
  return nullptr;
}

// Where none of the alternatives is in use, the first one's packages are named.
void SuggestMember(const Policy& policy, const Rule& rule, Plan& plan) {
  for (const Group& group : policy.groups()) {
    if (group.id() != rule.group()) continue;
    for (const Group::Member& member : group.members())
      if (member.id() == rule.member() && member.in_use().kind_case() == Expectation::kPackage)
        (void)FixExpectation(member.in_use(), plan);
  }
}

// What a rule's fix came to, before it is known whether it worked.
Hardened FixOf(const Policy& policy, const Rule& rule, const RuleOutcome& found, Plan& plan) {
  if (rule.by_hand()) return {rule.id(), Outcome::kByHand, rule.fix()};
  plan.For(rule.id());
  SuggestMember(policy, rule, plan);
  Expected<void> fixed = FixExpectation(rule.expect(), plan);
  if (fixed) return {rule.id(), Outcome::kPlanned, ""};
  bool by_hand = fixed.error().code == ErrorCode::kUnsupported;
  if (!by_hand) return {rule.id(), Outcome::kError, fixed.error().ToString()};
  std::string what = fixed.error().text.empty() ? rule.fix() : fixed.error().text;
  return {rule.id(), Outcome::kByHand, what.empty() ? found.reason : what};
}

class Run {
 public:
  Run(const Policy& policy, Host& host, std::string_view today)
      : policy_(policy), host_(host), today_(today), plan_(host) {}

  Expected<HardenReport> Dry() {
    Round(plan_, Check(policy_, host_, today_));
    return Report();
  }

  Expected<HardenReport> Real() {
    for (int round = 0; round < kRounds; round++) {
      Plan plan(host_);
      Round(plan, Check(policy_, host_, today_));
      plan_.Add(plan);
      if (plan.empty()) break;
      if (Expected<void> applied = Apply(plan, host_.root_fd()); !applied)
        return std::unexpected(applied.error());
    }
    Settle(Check(policy_, host_, today_));
    return Report();
  }

 private:
  void Round(Plan& plan, const CheckReport& report) {
    for (const RuleOutcome& found : report.outcomes) {
      const Rule* rule = RuleOf(policy_, found.rule);
      if (found.result != Result::kFail || !rule) continue;
      outcomes_[found.rule] = FixOf(policy_, *rule, found, plan);
    }
  }

  // Only the judge says whether a fix worked.
  void Settle(const CheckReport& report) {
    for (const RuleOutcome& found : report.outcomes) {
      auto known = outcomes_.find(found.rule);
      if (known == outcomes_.end()) continue;
      Hardened& one = known->second;
      if (found.result != Result::kFail && found.result != Result::kError) {
        one = {one.rule, Outcome::kFixed, ""};
      } else if (one.outcome == Outcome::kPlanned) {
        one = {one.rule, Outcome::kStill, found.reason};
      }
    }
  }

  HardenReport Report() {
    HardenReport report{{}, std::move(plan_), outcomes_.size()};
    for (const Rule& rule : policy_.rules())
      if (auto known = outcomes_.find(rule.id()); known != outcomes_.end())
        report.rules.push_back(known->second);
    return report;
  }

  const Policy& policy_;
  Host& host_;
  std::string today_;
  Plan plan_;
  std::map<std::string, Hardened> outcomes_;
};

}  // namespace

size_t HardenReport::count(Hardened::Outcome outcome) const {
  return static_cast<size_t>(std::ranges::count(rules, outcome, &Hardened::outcome));
}

Expected<HardenReport> Harden(const Policy& policy, Host& host, std::string_view today,
                              bool dry_run) {
  if (host.live()) return Fail(ErrorCode::kInvalid, "hardening judges files: open the root static");
  Run run(policy, host, today);
  return dry_run ? run.Dry() : run.Real();
}

}  // namespace assay
