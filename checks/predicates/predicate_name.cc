// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/inputs.h"

namespace assay {

namespace {

std::string FirewallName(const Firewall& firewall) {
  std::string name = "firewall";
  if (!firewall.front_end().empty()) name += " " + firewall.front_end();
  return name + " " + firewall.check();
}

}  // namespace

std::string PredicateName(const Expectation& of) {
  switch (of.kind_case()) {
    case Expectation::kSysctl:
      return "sysctl";
    case Expectation::kInode:
      return "inode";
    case Expectation::kText:
      return "text";
    case Expectation::kKmod:
      return of.kmod().drivers_of().empty() ? "kmod" : "kmod drivers-of";
    case Expectation::kMount:
      return "mount";
    case Expectation::kAll:
      return "all";
    case Expectation::kAny:
      return "any";
    case Expectation::kNegated:
      return "not";
    case Expectation::kManual:
      return "manual";
    case Expectation::kPackage:
      return of.package().absent().empty() ? "package installed" : "package absent";
    case Expectation::kUnit:
      if (!of.unit().in_use().empty()) return "unit in-use";
      if (!of.unit().unused().empty()) return "unit unused";
      return of.unit().masked().empty() ? "unit active" : "unit masked";
    case Expectation::kListeners:
      return of.listeners().all() ? "listeners all" : "listeners";
    case Expectation::kProgram:
      return "program";
    case Expectation::kSshd:
      return "sshd";
    case Expectation::kPam:
      return of.pam().option().empty() ? "pam module" : "pam option";
    case Expectation::kSudoers:
      return "sudoers";
    case Expectation::kShell:
      return "shell " + of.shell().check();
    case Expectation::kAccounts:
      return "accounts " + of.accounts().check();
    case Expectation::kAudit:
      return "audit " + of.audit().form();
    case Expectation::kFirewall:
      return FirewallName(of.firewall());
    case Expectation::kBoot:
      return of.boot().password() ? "boot password" : "boot parameter";
    case Expectation::kSecurityModule:
      return "security-module " + of.security_module().state();
    case Expectation::kDconf:
      return of.dconf().locked() ? "dconf locked" : "dconf key";
    case Expectation::kWalk:
      return "walk " + of.walk().what();
    case Expectation::kLines:
      return of.lines().none() ? "lines none" : "lines match";
    case Expectation::kAbsent:
      return "absent";
    case Expectation::kSecrets:
      return "secrets";
    case Expectation::KIND_NOT_SET:
      return "?";
  }
  return "?";
}

}  // namespace assay
