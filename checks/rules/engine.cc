// SPDX-License-Identifier: Apache-2.0
#include "checks/rules/engine.h"

#include <fnmatch.h>

#include <algorithm>

#include "base/clock.h"
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

// Which member of a group the machine uses.
struct Choice {
  std::string member;
  Answer doubt;  // kPass: none
};

// The first member that is in use; doubt about an earlier one is doubt about all.
Choice ChoiceOf(const Group& group, Host& host) {
  if (!group.selected().empty()) return {group.selected(), {Result::kPass}};
  for (const Group::Member& member : group.members()) {
    Answer answer = JudgeExpectation(member.in_use(), host);
    if (answer.result == Result::kPass) return {member.id(), {Result::kPass}};
    if (answer.result == Result::kError || answer.result == Result::kNotChecked)
      return {member.id(), answer};
  }
  return {group.members().empty() ? "" : group.members(0).id(), {Result::kPass}};
}

// kPass where the rule's member is the one in use, or the rule is of no group.
Answer JudgeMember(const Policy& policy, const Rule& rule, Host& host) {
  if (rule.group().empty()) return {Result::kPass};
  auto group = std::ranges::find(policy.groups(), rule.group(), &Group::id);
  if (group == policy.groups().end())
    return {Result::kError, "the policy has no group '" + rule.group() + "'", {}};
  const Choice& choice = host.Once<Choice>(
      "group " + rule.group(), [&group](Host& asked) { return ChoiceOf(*group, asked); });
  if (choice.doubt.result != Result::kPass) return choice.doubt;
  if (choice.member == rule.member()) return {Result::kPass};
  return {Result::kNotApplicable,
          rule.group() + " here is " + choice.member + ", not " + rule.member(),
          {}};
}

// Where applicable_if does not hold, the rule is not asked.
Answer JudgeWhole(const Policy& policy, const Rule& rule, Host& host) {
  Answer member = JudgeMember(policy, rule, host);
  if (member.result != Result::kPass) return member;
  if (!rule.has_applicable_if()) return JudgeExpectation(rule.expect(), host);
  Answer applies = JudgeExpectation(rule.applicable_if(), host);
  if (applies.result == Result::kPass) return JudgeExpectation(rule.expect(), host);
  if (applies.result == Result::kFail) {
    applies.result = Result::kNotApplicable;
    applies.reason = "the rule does not apply here: " + applies.reason;
  }
  return applies;
}

bool Evaluated(Result result) {
  return result == Result::kPass || result == Result::kFail || result == Result::kWaived ||
         result == Result::kNotApplicable;
}

bool IsForImage(const Waiver& waiver, const std::string& image) {
  return waiver.images().empty() ||
         std::ranges::any_of(waiver.images(), [&image](const std::string& glob) {
           return !image.empty() && fnmatch(glob.c_str(), image.c_str(), 0) == 0;
         });
}

// Why a waiver of this rule does not hold today; empty if it does.
std::string WhyNot(const Waiver& waiver, const Policy& policy, std::string_view today) {
  std::string whose = "the waiver of " + waiver.owner();
  if (!IsDate(waiver.until())) return whose + " has no date to end on";
  if (today > waiver.until()) return whose + " ended on " + waiver.until();
  if (!IsForImage(waiver, policy.image())) return whose + " is for other images";
  return "";
}

}  // namespace

std::string_view ResultName(Result result) {
  switch (result) {
    case Result::kPass:
      return "pass";
    case Result::kFail:
      return "fail";
    case Result::kNotApplicable:
      return "notapplicable";
    case Result::kNotChecked:
      return "notchecked";
    case Result::kError:
      return "error";
    case Result::kWaived:
      return "waived";
    case Result::kManual:
      return "manual";
  }
  return "error";
}

size_t CheckReport::count(Result result) const {
  return size_t(std::ranges::count(outcomes, result, &RuleOutcome::result));
}

RuleOutcome JudgeRule(const Policy& policy, const Rule& rule, Host& host) {
  (void)host.TakeInputs();  // what others read is not this rule's
  Answer answer = JudgeWhole(policy, rule, host);
  RuleOutcome outcome;
  outcome.rule = rule.id();
  outcome.result = answer.result;
  outcome.reason = std::move(answer.reason);
  outcome.evidence = std::move(answer.evidence);
  outcome.inputs = host.TakeInputs();
  return outcome;
}

void ApplyWaiver(const Policy& policy, std::string_view today, RuleOutcome& outcome) {
  if (outcome.result != Result::kFail) return;
  for (int i = 0; i < policy.waivers_size(); i++) {
    const Waiver& waiver = policy.waivers(i);
    if (waiver.rule() != outcome.rule) continue;
    outcome.waiver = i;
    outcome.waiver_expired = IsDate(waiver.until()) && today > waiver.until();
    std::string why_not = WhyNot(waiver, policy, today);
    if (!why_not.empty()) {
      outcome.reason += " (" + why_not + ")";
      continue;
    }
    outcome.waiver_expired = false;
    outcome.result = Result::kWaived;
    outcome.reason = "waived by " + waiver.owner() + " until " + waiver.until() + ": " +
                     waiver.reason() + " (" + outcome.reason + ")";
    return;
  }
}

CheckReport Check(const Policy& policy, Host& host, std::string_view today,
                  const std::function<void(size_t, size_t)>& progress) {
  host.Forget();  // what was remembered may be of an earlier run
  CheckReport report;
  report.live = host.live();
  report.selected = size_t(policy.rules_size());
  for (const Rule& rule : policy.rules()) {
    if (progress) progress(report.outcomes.size(), report.selected);
    RuleOutcome outcome = JudgeRule(policy, rule, host);
    ApplyWaiver(policy, today, outcome);
    report.evaluated += Evaluated(outcome.result);
    report.expired_waivers += outcome.waiver_expired;
    report.outcomes.push_back(std::move(outcome));
  }
  size_t decided =
      report.count(Result::kPass) + report.count(Result::kFail) + report.count(Result::kWaived);
  size_t for_the_engine = report.selected - report.count(Result::kManual);
  report.below_floor =
      decided == 0 || report.evaluated * 100 < for_the_engine * size_t(policy.floor_percent());
  host.Forget();  // nobody asks again until the next run, and it weighs
  return report;
}

}  // namespace assay
