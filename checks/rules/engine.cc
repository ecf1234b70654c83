// SPDX-License-Identifier: Apache-2.0
#include "checks/rules/engine.h"

#include <algorithm>

#include "checks/predicates/predicate.h"

namespace assay {

namespace {

// Where applicable_if does not hold, the rule is not asked.
Answer JudgeWhole(const Rule& rule, Host& host) {
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

// YYYY-MM-DD, so that the order of texts is that of days.
bool IsDate(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-dd";
  if (text.size() != kForm.size()) return false;
  for (size_t i = 0; i < kForm.size(); i++)
    if (kForm[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != kForm[i]) return false;
  return true;
}

void ApplyWaiver(const Policy& policy, std::string_view today, RuleOutcome& outcome) {
  if (outcome.result != Result::kFail) return;
  for (const Waiver& waiver : policy.waivers()) {
    if (waiver.rule() != outcome.rule) continue;
    if (!IsDate(waiver.until())) {
      outcome.reason += " (the waiver of " + waiver.owner() + " has no date to end on)";
      continue;
    }
    if (today > waiver.until()) {
      outcome.reason += " (the waiver of " + waiver.owner() + " ended on " + waiver.until() + ")";
      continue;
    }
    outcome.result = Result::kWaived;
    outcome.reason = "waived by " + waiver.owner() + " until " + waiver.until() + ": " +
                     waiver.reason() + " (" + outcome.reason + ")";
    return;
  }
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

RuleOutcome JudgeRule(const Rule& rule, Host& host) {
  (void)host.TakeInputs();  // what others read is not this rule's
  Answer answer = JudgeWhole(rule, host);
  RuleOutcome outcome;
  outcome.rule = rule.id();
  outcome.result = answer.result;
  outcome.reason = std::move(answer.reason);
  outcome.evidence = std::move(answer.evidence);
  outcome.inputs = host.TakeInputs();
  return outcome;
}

CheckReport Check(const Policy& policy, Host& host, std::string_view today,
                  const std::function<void(size_t, size_t)>& progress) {
  host.Forget();  // what was remembered may be of an earlier run
  CheckReport report;
  report.live = host.live();
  report.selected = size_t(policy.rules_size());
  for (const Rule& rule : policy.rules()) {
    if (progress) progress(report.outcomes.size(), report.selected);
    RuleOutcome outcome = JudgeRule(rule, host);
    ApplyWaiver(policy, today, outcome);
    report.evaluated += Evaluated(outcome.result);
    report.outcomes.push_back(std::move(outcome));
  }
  host.Forget();  // nobody asks again until the next run, and it weighs
  size_t decided =
      report.count(Result::kPass) + report.count(Result::kFail) + report.count(Result::kWaived);
  report.below_floor =
      decided == 0 || report.evaluated * 100 < report.selected * size_t(policy.floor_percent());
  return report;
}

}  // namespace assay
