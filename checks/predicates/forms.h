// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/predicates/demand.pb.h"
#include "checks/rules/policy.pb.h"
#include "checks/rules/yaml_form.h"

namespace assay {

/// The keys of a demand in a rule file: exactly one of them is in a form that has one.
inline constexpr const char* kDemandKeys[] = {"equals", "differs", "at-most", "at-least", "within"};
/// Beside it: the value that `harden` sets, where the first one or the bound is not a good one.
inline constexpr const char* kRecommendedKey = "recommended";

/// Compiles the demand among the other keys of `form`: `equals` and `differs` take a value or a
/// list, `at-most` and `at-least` a whole number, `within` a list of two; `recommended` must meet
/// it. Throws FormMistake.
void CompileDemand(const Form& form, Demand& into);

/// The YAML form of each predicate, compiled into its message. The keys are described in
/// checks/README.md. Each throws FormMistake.
void CompileSysctl(const Form& form, Sysctl& into);
void CompileInode(const Form& form, Inode& into);
void CompileText(const Form& form, Text& into);
void CompileKmod(const Form& form, Kmod& into);
void CompileMount(const Form& form, Mount& into);
void CompilePackage(const Form& form, Package& into);
void CompileUnit(const Form& form, Unit& into);
void CompileListeners(const Form& form, Listeners& into);
void CompileProgram(const Form& form, Program& into);
void CompileSshd(const Form& form, Sshd& into);
void CompilePam(const Form& form, Pam& into);
void CompileSudoers(const Form& form, Sudoers& into);
void CompileShellEnvironment(const Form& form, ShellEnvironment& into);
void CompileAccounts(const Form& form, Accounts& into);
void CompileAudit(const Form& form, Audit& into);
void CompileFirewall(const Form& form, Firewall& into);
void CompileBoot(const Form& form, Boot& into);
void CompileSecurityModule(const Form& form, SecurityModule& into);
void CompileDconf(const Form& form, Dconf& into);
void CompileWalk(const Form& form, Walk& into);
void CompileLines(const Form& form, Lines& into);
void CompileAbsent(const Form& form, Absent& into);
void CompileSecrets(const Form& form, Secrets& into);

}  // namespace assay
