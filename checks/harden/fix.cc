// SPDX-License-Identifier: Apache-2.0
// The combinators, and which fix is whose.
#include "checks/harden/fix.h"

#include <optional>
#include <utility>

#include "checks/predicates/predicate.h"

namespace assay {

namespace {

Expected<void> FixAll(const Combination& wanted, Plan& plan) {
  Expected<void> outcome;
  for (const Expectation& part : wanted.parts()) {
    Expected<void> one = FixExpectation(part, plan);
    if (!one && outcome) outcome = one;
  }
  return outcome;
}

// The first alternative that a program can bring about; if none, the first one's packages are what
// a person is told of.
Expected<void> FixAny(const Combination& wanted, Plan& plan) {
  std::optional<Plan> first;
  Expected<void> outcome = ByHand("");
  for (const Expectation& part : wanted.parts()) {
    if (JudgeExpectation(part, plan.host()).result != Result::kFail) continue;
    Plan trial = plan;
    Expected<void> one = FixExpectation(part, trial);
    if (one) {
      plan = std::move(trial);
      return {};
    }
    if (first) continue;
    outcome = one;
    first = std::move(trial);
  }
  if (first && first->changes() == plan.changes()) plan = std::move(*first);
  return outcome;
}

Expected<void> FixOne(const Expectation& wanted, Plan& plan) {
  switch (wanted.kind_case()) {
    case Expectation::kSysctl:
      return FixSysctl(wanted.sysctl(), plan);
    case Expectation::kInode:
      return FixInode(wanted.inode(), plan);
    case Expectation::kText:
      return FixText(wanted.text(), plan);
    case Expectation::kLines:
      return FixLines(wanted.lines(), plan);
    case Expectation::kKmod:
      return FixKmod(wanted.kmod(), plan);
    case Expectation::kMount:
      return FixMount(wanted.mount(), plan);
    case Expectation::kPackage:
      return FixPackage(wanted.package(), plan);
    case Expectation::kUnit:
      return FixUnit(wanted.unit(), plan);
    case Expectation::kSshd:
      return FixSshd(wanted.sshd(), plan);
    case Expectation::kShell:
      return FixShellEnvironment(wanted.shell(), plan);
    case Expectation::kAudit:
      return FixAudit(wanted.audit(), plan);
    case Expectation::kFirewall:
      return FixFirewall(wanted.firewall(), plan);
    case Expectation::kBoot:
      return FixBoot(wanted.boot(), plan);
    case Expectation::kPam:
      return FixPam(wanted.pam(), plan);
    case Expectation::kSudoers:
      return FixSudoers(wanted.sudoers(), plan);
    case Expectation::kAccounts:
      return FixAccounts(wanted.accounts(), plan);
    case Expectation::kAll:
      return FixAll(wanted.all(), plan);
    case Expectation::kAny:
      return FixAny(wanted.any(), plan);
    default:
      return ByHand("");
  }
}

}  // namespace

Expected<void> FixExpectation(const Expectation& wanted, Plan& plan) {
  Answer now = JudgeExpectation(wanted, plan.host());
  if (now.result == Result::kError) return Fail(ErrorCode::kInvalid, now.reason);
  if (now.result != Result::kFail) return {};
  return FixOne(wanted, plan);
}

}  // namespace assay
