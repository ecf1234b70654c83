// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"
#include "checks/harden/plan.h"
#include "checks/rules/policy.pb.h"

namespace assay {

/// The inverse of each predicate: adds to the plan what makes it hold in a static judgement of the
/// root. Asked only of what fails. Files of our own (zz-assay.conf and the like) come before edits
/// of others; an edit changes one line.
///
/// kUnsupported: there is no such change, or it is not for a program to decide; the text says what
/// a person is to do. Other errors: something could not be read. What the plan holds after an error
/// is right as far as it goes.
Expected<void> FixSysctl(const Sysctl& wanted, Plan& plan);
Expected<void> FixInode(const Inode& wanted, Plan& plan);
Expected<void> FixText(const Text& wanted, Plan& plan);
Expected<void> FixLines(const Lines& wanted, Plan& plan);
Expected<void> FixKmod(const Kmod& wanted, Plan& plan);
Expected<void> FixMount(const Mount& wanted, Plan& plan);
Expected<void> FixPackage(const Package& wanted, Plan& plan);
Expected<void> FixUnit(const Unit& wanted, Plan& plan);
Expected<void> FixSshd(const Sshd& wanted, Plan& plan);
Expected<void> FixShellEnvironment(const ShellEnvironment& wanted, Plan& plan);
Expected<void> FixAudit(const Audit& wanted, Plan& plan);
Expected<void> FixFirewall(const Firewall& wanted, Plan& plan);
Expected<void> FixBoot(const Boot& wanted, Plan& plan);
Expected<void> FixPam(const Pam& wanted, Plan& plan);
Expected<void> FixSudoers(const Sudoers& wanted, Plan& plan);
Expected<void> FixAccounts(const Accounts& wanted, Plan& plan);

/// Any of the above, and the combinators: all parts that fail; of alternatives the first that can
/// be fixed.
Expected<void> FixExpectation(const Expectation& wanted, Plan& plan);

/// "By hand: ..." as a value.
inline std::unexpected<Error> ByHand(std::string what) {
  return Fail(ErrorCode::kUnsupported, std::move(what));
}

}  // namespace assay
