// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/host.h"
#include "checks/engine.h"
#include "checks/policy.pb.h"

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
/// below net/ipv6 is not applicable.
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

/// Any of the above, and the combinators.
Answer JudgeExpectation(const Expectation& expected, Host& host);

/// kError with the Error's sentence.
Answer CannotTell(const Error& error);

}  // namespace assay
