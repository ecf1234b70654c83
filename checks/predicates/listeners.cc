// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "checks/formats/socket_table.h"
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

constexpr size_t kMostEvidence = 100;

EvidenceItem Item(const Listener& one, const std::string& expected) {
  return {"/proc/1/net/" + one.protocol, 0,
          one.Text() + " (user id " + std::to_string(one.uid) + ")", expected};
}

Answer ListAll(const std::vector<Listener>& all) {
  Answer answer{
      Result::kManual,
      std::to_string(all.size()) + (all.size() == 1 ? " socket listens" : " sockets listen"),
      {}};
  for (const Listener& one : all) {
    if (answer.evidence.size() == kMostEvidence) break;
    answer.evidence.push_back(Item(one, "a service that is meant to be reached"));
  }
  return answer;
}

Answer WantLoopback(const Listeners& expected, const std::vector<Listener>& all) {
  Answer answer{Result::kPass, "", {}};
  for (const Listener& one : all) {
    if (std::ranges::find(expected.ports(), one.port) == expected.ports().end()) continue;
    if (answer.evidence.size() < kMostEvidence) answer.evidence.push_back(Item(one, "loopback"));
    if (one.loopback || answer.result == Result::kFail) continue;
    answer.result = Result::kFail;
    answer.reason = one.Text() + " listens, wanted are listeners on the loopback interface only";
  }
  if (answer.evidence.empty())
    answer.evidence.push_back({"/proc/1/net", 0, "no such listener", ""});
  return answer;
}

}  // namespace

Answer JudgeListeners(const Listeners& expected, Host& host) {
  if (!host.live())
    return {expected.static_not_applicable() ? Result::kNotApplicable : Result::kNotChecked,
            "which sockets listen, only a running machine can tell",
            {}};
  bool known = expected.all() || (expected.only() == "loopback" && !expected.ports().empty());
  if (!known)
    return {Result::kNotChecked, "this assay does not know what the rule wants of sockets", {}};
  const Expected<std::vector<Listener>>& all = ListenersOf(host);
  if (!all) return CannotTell(all.error());
  return expected.all() ? ListAll(*all) : WantLoopback(expected, *all);
}

}  // namespace assay
