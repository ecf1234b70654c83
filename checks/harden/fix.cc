// SPDX-License-Identifier: Apache-2.0
// The combinators, and which fix is whose.
#include "checks/harden/fix.h"

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

Expected<void> FixAny(const Combination& wanted, Plan& plan) {
  Expected<void> first = ByHand("");
  bool tried = false;
  for (const Expectation& part : wanted.parts()) {
    if (JudgeExpectation(part, plan.host()).result != Result::kFail) continue;
    Plan trial = plan;
    Expected<void> one = FixExpectation(part, trial);
    if (one) {
      plan = std::move(trial);
      return {};
    }
    // Packages of the first alternative are what a person is told of.
    if (std::exchange(tried, true)) continue;
    first = one;
    if (trial.changes() == plan.changes()) plan = std::move(trial);
  }
  return first;
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
