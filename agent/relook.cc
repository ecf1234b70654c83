// SPDX-License-Identifier: Apache-2.0
#include "agent/relook.h"

#include <algorithm>
#include <iterator>

#include "base/clock.h"
#include "probes/lease.h"

namespace assay {

namespace {

std::string_view Below(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  return path;
}

// Who could write to the regular file at `path`. Other types, and absent files, have no writers.
WriterAnswer AskAt(const Host& host, const std::string& path) {
  std::string relative(Below(path));
  if (relative.empty()) return {Writers::kNone, ""};
  Expected<Fd> fd = OpenRegularBeneath(host.root_fd(), relative.c_str(), nullptr);
  if (!fd) return {Writers::kNone, ""};
  return AskWriters(fd->get());
}

Comparison LookAtPlace(ObjectId object, const VerifiedBaseline& baseline, WatchList& list,
                       RuleBook& rules, Host& host) {
  Comparison all;
  host.Forget();
  Input::Kind kind = object == kMountsObject ? Input::Kind::kMounts : Input::Kind::kSysctl;
  if (object == kSysctlObject) Append(all, CompareSysctls(baseline, host));
  if (object == kTcbObject) kind = Input::Kind::kModules;
  for (size_t rule : list.RulesOf(kind)) Append(all, rules.Judge(rule, host, list));
  return all;
}

Comparison LookAtPath(ObjectId object, const VerifiedBaseline& baseline, WatchList& list,
                      RuleBook& rules, Host& host) {
  Comparison all;
  host.Forget();
  if (std::optional<uint32_t> index = list.ManifestIndex(object))
    all = CompareObject(baseline, host, *index);
  if (list.IsPackageDatabase(object)) Append(all, ComparePackages(baseline, host));
  for (size_t rule : list.RulesOf(object)) Append(all, rules.Judge(rule, host, list));
  return all;
}

}  // namespace

void Append(Comparison& all, Comparison more) {
  std::ranges::move(more.findings, std::back_inserter(all.findings));
  std::ranges::move(more.unverifiable, std::back_inserter(all.unverifiable));
}

Comparison CompareRule(const Policy& policy, size_t rule, const RuleOutcome& outcome) {
  Comparison result;
  const Rule& sealed = policy.rules(int(rule));
  std::string passed(ResultName(Result::kPass));
  if (sealed.sealed_result() != passed || outcome.result == Result::kPass) return result;
  if (sealed.reported_only()) return result;
  if (outcome.result == Result::kFail) {
    Finding finding{Finding::Kind::kRule, Finding::Change::kChanged, sealed.id(), "result"};
    finding.expected = passed;
    finding.actual = "fail: " + outcome.reason;
    result.findings.push_back(std::move(finding));
  } else if (outcome.result == Result::kError || outcome.result == Result::kNotChecked) {
    result.unverifiable.push_back({sealed.id(), outcome.reason});
  }
  return result;
}

Comparison RuleBook::Take(size_t rule, RuleOutcome outcome, WatchList& list) {
  list.Learn(rule, outcome.inputs);
  results_[rule] = outcome.result;
  const Rule& sealed = policy_.rules(int(rule));
  reported_.erase(rule);
  if (sealed.reported_only() && outcome.result == Result::kFail &&
      sealed.sealed_result() == ResultName(Result::kPass))
    reported_[rule] = sealed.id() + ": " + outcome.reason;
  return CompareRule(policy_, rule, outcome);
}

std::vector<std::string> RuleBook::Reported() const {
  std::vector<std::string> lines;
  for (const auto& [rule, line] : reported_) lines.push_back(line);
  return lines;
}

Comparison RuleBook::Judge(size_t rule, Host& host, WatchList& list) {
  RuleOutcome outcome = JudgeRule(policy_, policy_.rules(int(rule)), host);
  ApplyWaiver(policy_, Rfc3339(WallSeconds()).substr(0, 10), outcome);
  return Take(rule, std::move(outcome), list);
}

Comparison RuleBook::JudgeNamed(std::string_view id, Host& host, WatchList& list) {
  host.Forget();
  for (int i = 0; i < policy_.rules_size(); i++)
    if (policy_.rules(i).id() == id) return Judge(size_t(i), host, list);
  return {};
}

uint64_t RuleBook::Count(Result result) const {
  return uint64_t(
      std::ranges::count(results_, result, [](const auto& entry) { return entry.second; }));
}

LookOutcome LookAgain(ObjectId object, Watcher& watcher, const VerifiedBaseline& baseline,
                      WatchList& list, RuleBook& rules, Host& host) {
  host.Forget();  // something changed, that is why we look
  LookOutcome outcome;
  if (object >= kMountsObject) {
    uint64_t sequence = watcher.Sequence(object);
    outcome.comparison = LookAtPlace(object, baseline, list, rules, host);
    outcome.moved = !watcher.Acknowledge(object, sequence);
    return outcome;
  }
  // Bind first: what is written to the new inode after this line moves the slot.
  (void)watcher.Rebind(object);
  uint64_t sequence = watcher.Sequence(object);
  std::string path = list.PathOf(object);
  WriterAnswer before = AskAt(host, path);
  outcome.comparison = LookAtPath(object, baseline, list, rules, host);
  WriterAnswer after = AskAt(host, path);
  // What only rules look at, a log for its mode say, may be open for ever: its release rings again.
  if (!list.ManifestIndex(object)) {
    outcome.moved = !watcher.Acknowledge(object, sequence);
    return outcome;
  }
  outcome.open_for_writing = before.writers == Writers::kSome || after.writers == Writers::kSome;
  const WriterAnswer& doubt = after.writers == Writers::kUnknown ? after : before;
  if (doubt.writers == Writers::kUnknown && outcome.comparison.golden())
    outcome.comparison.unverifiable.push_back(
        {path, "writers cannot be ruled out: " + doubt.reason});
  // Also when it is open for writing: or the release would find the slot unacknowledged and be
  // mute.
  outcome.moved = !watcher.Acknowledge(object, sequence);
  return outcome;
}

}  // namespace assay
