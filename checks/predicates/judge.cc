// SPDX-License-Identifier: Apache-2.0
// The combinators, and which predicate is whose.
#include <algorithm>

#include "checks/predicates/predicate.h"

namespace assay {

namespace {

// Nesting of combinators: the loader refuses more, and a policy from disk is bounded here again.
constexpr int kMaxDepth = 8;

Answer JudgeNested(const Expectation& expected, Host& host, int depth);

constexpr size_t kShownReasons = 4;
constexpr size_t kReasonLimit = 300;  // bytes, of one part

void Collect(Answer& into, const Answer& part) {
  into.evidence.insert(into.evidence.end(), part.evidence.begin(), part.evidence.end());
}

// Why no alternative holds, each reason once and not at any length.
class Reasons {
 public:
  void Add(const std::string& reason) {
    if (std::ranges::find(reasons_, reason) == reasons_.end()) reasons_.push_back(reason);
  }
  std::string Text() const {
    if (reasons_.size() == 1) return reasons_[0];
    std::string text = "none of the alternatives holds";
    for (size_t i = 0; i < std::min(reasons_.size(), kShownReasons); i++)
      text += (i ? "; " : ": ") + Shortened(reasons_[i]);
    if (reasons_.size() > kShownReasons)
      text += "; and " + std::to_string(reasons_.size() - kShownReasons) + " more";
    return text;
  }

 private:
  // Cut between characters.
  static std::string Shortened(const std::string& reason) {
    if (reason.size() <= kReasonLimit) return reason;
    size_t end = kReasonLimit;
    while (end > 0 && (uint8_t(reason[end]) & 0xc0) == 0x80) end--;
    return reason.substr(0, end) + "...";
  }
  std::vector<std::string> reasons_;
};

// all: the first that does not pass decides; any: the first that passes. A part that cannot be told
// decides only if no other part already has.
Answer JudgeCombination(const Combination& parts, Host& host, bool all, int depth) {
  if (parts.parts().empty()) return {Result::kNotChecked, "the rule combines nothing"};
  Result deciding = all ? Result::kFail : Result::kPass;
  Answer answer{all ? Result::kPass : Result::kFail, ""};
  Result doubt = Result::kPass;  // an error outweighs what was not checked
  Reasons failed;
  bool applicable = false;
  for (const Expectation& part : parts.parts()) {
    Answer one = JudgeNested(part, host, depth);
    if (one.result == deciding) return one;  // what the others had is no evidence of it
    Collect(answer, one);
    applicable |= one.result != Result::kNotApplicable;
    if (!applicable) answer.reason = one.reason;
    if (one.result == Result::kFail) failed.Add(one.reason);
    if (one.result == Result::kError || one.result == Result::kNotChecked) {
      if (doubt != Result::kError) doubt = one.result, answer.reason = one.reason;
    }
  }
  if (doubt != Result::kPass) answer.result = doubt;
  if (!applicable) answer.result = Result::kNotApplicable;
  if (answer.result == Result::kPass) answer.reason.clear();
  if (answer.result == Result::kFail) answer.reason = failed.Text();
  return answer;
}

// What a part found that must not be so.
std::string WhatHolds(const std::vector<EvidenceItem>& evidence) {
  if (evidence.empty()) return "what must not hold holds";
  const EvidenceItem& item = evidence.front();
  std::string place = item.source + (item.line ? ":" + std::to_string(item.line) : "");
  std::string more =
      evidence.size() > 1 ? ", and " + std::to_string(evidence.size() - 1) + " more" : "";
  return "what must not hold holds: in " + place + ", '" + item.value + "'" + more;
}

Answer Negate(Answer answer) {
  if (answer.result == Result::kPass) {
    answer.result = Result::kFail;
    answer.reason = WhatHolds(answer.evidence);
  } else if (answer.result == Result::kFail) {
    answer.result = Result::kPass;
    answer.reason.clear();
  }
  for (EvidenceItem& item : answer.evidence)
    if (!item.expected.empty()) item.expected = "not: " + item.expected;
  return answer;
}

// Whatever was found, a person decides; what could not be looked at stays an error.
Answer ForAPerson(Answer answer) {
  if (answer.result == Result::kError || answer.result == Result::kNotChecked) return answer;
  if (answer.result == Result::kNotApplicable) return answer;
  answer.result = Result::kManual;
  if (answer.reason.empty() && answer.evidence.empty()) answer.reason = "nothing speaks against it";
  answer.reason = "for a person to decide" + (answer.reason.empty() ? "" : ": " + answer.reason);
  return answer;
}

Answer JudgeNested(const Expectation& expected, Host& host, int depth) {
  if (depth > kMaxDepth) return {Result::kError, "the rule is nested too deeply"};
  switch (expected.kind_case()) {
    case Expectation::kSysctl:
      return JudgeSysctl(expected.sysctl(), host);
    case Expectation::kInode:
      return JudgeInode(expected.inode(), host);
    case Expectation::kText:
      return JudgeText(expected.text(), host);
    case Expectation::kKmod:
      return JudgeKmod(expected.kmod(), host);
    case Expectation::kMount:
      return JudgeMount(expected.mount(), host);
    case Expectation::kPackage:
      return JudgePackage(expected.package(), host);
    case Expectation::kUnit:
      return JudgeUnit(expected.unit(), host);
    case Expectation::kListeners:
      return JudgeListeners(expected.listeners(), host);
    case Expectation::kProgram:
      return JudgeProgram(expected.program(), host);
    case Expectation::kSshd:
      return JudgeSshd(expected.sshd(), host);
    case Expectation::kPam:
      return JudgePam(expected.pam(), host);
    case Expectation::kSudoers:
      return JudgeSudoers(expected.sudoers(), host);
    case Expectation::kShell:
      return JudgeShellEnvironment(expected.shell(), host);
    case Expectation::kAccounts:
      return JudgeAccounts(expected.accounts(), host);
    case Expectation::kAudit:
      return JudgeAudit(expected.audit(), host);
    case Expectation::kFirewall:
      return JudgeFirewall(expected.firewall(), host);
    case Expectation::kBoot:
      return JudgeBoot(expected.boot(), host);
    case Expectation::kSecurityModule:
      return JudgeSecurityModule(expected.security_module(), host);
    case Expectation::kDconf:
      return JudgeDconf(expected.dconf(), host);
    case Expectation::kWalk:
      return JudgeWalk(expected.walk(), host);
    case Expectation::kLines:
      return JudgeLines(expected.lines(), host);
    case Expectation::kAbsent:
      return JudgeAbsent(expected.absent(), host);
    case Expectation::kSecrets:
      return JudgeSecrets(expected.secrets(), host);
    case Expectation::kAll:
      return JudgeCombination(expected.all(), host, true, depth + 1);
    case Expectation::kAny:
      return JudgeCombination(expected.any(), host, false, depth + 1);
    case Expectation::kNegated:
      return Negate(JudgeNested(expected.negated(), host, depth + 1));
    case Expectation::kManual:
      return ForAPerson(JudgeNested(expected.manual(), host, depth + 1));
    case Expectation::KIND_NOT_SET:
      return {Result::kNotChecked, "this assay does not know the rule's predicate"};
  }
  return {Result::kNotChecked, "this assay does not know the rule's predicate"};
}

}  // namespace

Answer CannotTell(const Error& error) { return {Result::kError, error.ToString(), {}}; }

Answer JudgeExpectation(const Expectation& expected, Host& host) {
  return JudgeNested(expected, host, 0);
}

}  // namespace assay
