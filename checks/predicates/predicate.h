// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/host.h"
#include "checks/rules/engine.h"
#include "checks/rules/policy.pb.h"

namespace assay {

/// What a predicate found: an outcome without a rule.
struct Answer {
  Result result = Result::kNotChecked;
  std::string reason;  ///< one sentence; empty only for pass
  std::vector<EvidenceItem> evidence;
};

/// The closed set of predicates. Each reads the host only through `host`, so that its inputs are
/// recorded, and never throws. An input that cannot be read is kError, never pass or fail.

/// sysctl(8). Live: the kernel's value and the one that the next boot would set (sysctl_config.h)
/// must both be one of the wanted values. Static: only the latter. A key the kernel does not have
/// below net/ipv6 is not applicable; static, where every boot entry says ipv6.disable=1 and no
/// file sets the key.
Answer JudgeSysctl(const Sysctl& expected, Host& host);

/// Owner, group and mode of one object, links followed inside the root. The mode is a mask: no bit
/// beyond it, so that tighter passes. Ids are those of the root's own passwd and group.
Answer JudgeInode(const Inode& expected, Host& host);

/// One key of a key-value file and its drop-in directory. Comments start with '#'.
Answer JudgeText(const Text& expected, Host& host);

/// A kernel module that cannot be used: in no installed kernel, or `install NAME /bin/false` (or
/// true) and `blacklist NAME` in modprobe.d(5); and not loaded (live). '-' and '_' are the same.
/// Built in: fails and says so, for no configuration can help.
Answer JudgeKmod(const Kmod& expected, Host& host);

/// A mount of its own with all of the options. Live: /proc/1/mountinfo, the options of the mount
/// and not of the file system, the topmost one. Static: fstab(5), then systemd mount units. Options
/// of a place that is no mount of its own: not applicable.
Answer JudgeMount(const Mount& expected, Host& host);

/// Installed packages of dpkg's database (or rpm's): present in at least a version, or absent. A
/// root without any database is kError.
Answer JudgePackage(const Package& expected, Host& host);

/// systemd units: enabled and active, unused, or masked; enablement from the links and presets of
/// the root, live state over D-Bus (live only).
Answer JudgeUnit(const Unit& expected, Host& host);

/// Listening sockets of the running machine (proc_pid_net(5)). Static: kNotChecked.
Answer JudgeListeners(const Listeners& expected, Host& host);

/// Running processes by program name and their credentials. Static: kNotChecked.
Answer JudgeProgram(const Program& expected, Host& host);

/// One keyword of sshd's effective configuration (sshd_config(5)): Include, Match, first wins.
Answer JudgeSshd(const Sshd& expected, Host& host);

/// Modules and options of PAM stacks (pam.conf(5)), order and jumps included.
Answer JudgePam(const Pam& expected, Host& host);

/// Defaults and tags of the sudoers tree (sudoers(5)).
Answer JudgeSudoers(const Sudoers& expected, Host& host);

/// What the shells' start-up files set: umask, TMOUT, root's PATH. Parsed, never run.
Answer JudgeShellEnvironment(const ShellEnvironment& expected, Host& host);

/// Invariants over passwd, shadow, group and gshadow of the root, never NSS.
Answer JudgeAccounts(const Accounts& expected, Host& host);

/// Audit rules: what auditd's merged rules.d says, and what the kernel has (live).
Answer JudgeAudit(const Audit& expected, Host& host);

/// The packet filter. nftables: the kernel's ruleset (live), or what /etc/nftables.conf loads. ufw:
/// the ruleset that its files make. iptables: the kernel's (live) and what rules.v4 or rules.v6
/// load. Ports and what the kernel holds beside: live only, kNotChecked in an image. Where
/// nf_tables cannot be read (no CAP_NET_ADMIN, another network namespace, legacy tables):
/// kNotChecked. A file that its program would refuse: kError. Rules of ip6 do not apply where there
/// is no IPv6.
Answer JudgeFirewall(const Firewall& expected, Host& host);

/// Boot entries and the kernel's command line (GRUB 2, Boot Loader Specification, proc(5)).
Answer JudgeBoot(const Boot& expected, Host& host);

/// AppArmor's or SELinux's state and profiles.
Answer JudgeSecurityModule(const SecurityModule& expected, Host& host);

/// A key of dconf's system databases and whether it is locked (dconf(7)).
Answer JudgeDconf(const Dconf& expected, Host& host);

/// One shared pass over the local file systems, for all rules that ask of every file.
Answer JudgeWalk(const Walk& expected, Host& host);

/// Whether some line, or no line, of some files matches a POSIX extended regular expression.
Answer JudgeLines(const Lines& expected, Host& host);

/// Things that an image must not carry: none of the paths exists, or none has a content.
Answer JudgeAbsent(const Absent& expected, Host& host);

/// No file of the trees holds a secret of a known form (formats/secrets.h). Files over 4 MiB are
/// not looked into.
Answer JudgeSecrets(const Secrets& expected, Host& host);

/// Any of the above, and the combinators.
Answer JudgeExpectation(const Expectation& expected, Host& host);

/// kError with the Error's sentence.
Answer CannotTell(const Error& error);

}  // namespace assay
