// SPDX-License-Identifier: Apache-2.0
// The combinators, and which predicate is whose.
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

// Nesting of combinators: the loader refuses more, and a policy from disk is bounded here again.
constexpr int kMaxDepth = 8;

Answer JudgeNested(const Expectation& expected, Host& host, int depth);

void Collect(Answer& into, const Answer& part) {
  into.evidence.insert(into.evidence.end(), part.evidence.begin(), part.evidence.end());
}

// all: the first that does not pass decides; any: the first that passes. A part that cannot be told
// decides only if no other part already has.
Answer JudgeCombination(const Combination& parts, Host& host, bool all, int depth) {
  if (parts.parts().empty()) return {Result::kNotChecked, "the rule combines nothing"};
  Result deciding = all ? Result::kFail : Result::kPass;
  Answer answer{all ? Result::kPass : Result::kFail, all ? "" : "none of the alternatives holds"};
  Result doubt = Result::kPass;  // an error outweighs what was not checked
  bool applicable = false;
  for (const Expectation& part : parts.parts()) {
    Answer one = JudgeNested(part, host, depth);
    Collect(answer, one);
    applicable |= one.result != Result::kNotApplicable;
    if (!applicable) answer.reason = one.reason;
    if (one.result == deciding) {
      answer.result = deciding;
      answer.reason = one.reason;
      return answer;
    }
    if (one.result == Result::kError || one.result == Result::kNotChecked) {
      if (doubt != Result::kError) doubt = one.result, answer.reason = one.reason;
    }
  }
  if (doubt != Result::kPass) answer.result = doubt;
  if (!applicable) answer.result = Result::kNotApplicable;
  if (answer.result == Result::kPass) answer.reason.clear();
  if (answer.result == Result::kFail) answer.reason = "none of the alternatives holds";
  return answer;
}

Answer Negate(Answer answer) {
  if (answer.result == Result::kPass) {
    answer.result = Result::kFail;
    answer.reason = "what must not hold holds";
  } else if (answer.result == Result::kFail) {
    answer.result = Result::kPass;
    answer.reason.clear();
  }
  return answer;
}

// Whatever was found, a person decides; what could not be looked at stays an error.
Answer ForAPerson(Answer answer) {
  if (answer.result == Result::kError || answer.result == Result::kNotChecked) return answer;
  if (answer.result == Result::kNotApplicable) return answer;
  answer.result = Result::kManual;
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
