// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/host.h"
#include "checks/formats/audit_kernel.h"
#include "checks/formats/audit_rules.h"

namespace assay {

/// What auditd.service loads at the next boot, paths without links.
struct AuditFiles {
  AuditRuleSet set;
  std::string source;    ///< "/etc/audit/rules.d" or "/etc/audit/audit.rules"
  bool present = false;  ///< neither of the two is there: false
};

/// As augenrules --load does: rules.d where that is a directory (even an empty one: it replaces
/// audit.rules by an empty file), else audit.rules. Read once.
const Expected<AuditFiles>& AuditFilesOf(Host& host);

/// What the kernel has now, paths without links. Asked once.
struct AuditKernel {
  std::vector<AuditRule> rules;
  AuditStatus status;
};
const Expected<AuditKernel>& AuditKernelOf(Host& host);

/// AUDIT_ARCH_* of the machine: live uname(2), static the ELF header of a program that every
/// system with auditd has. kNotFound where none is there, kUnsupported for a foreign machine.
const Expected<uint32_t>& AuditArchOf(Host& host);

/// UID_MIN of login.defs(5): the last one; 1000, its default, if nobody sets it.
Expected<uint32_t> LowestUserId(Host& host, const std::string& key);

/// The set-id programs below the directories of programs, paths without links, sorted. Walked once.
const Expected<std::vector<std::string>>& PrivilegedCommandsOf(Host& host);

/// `path` with the links in it followed, but not its last component; as it is if that is absent.
std::string WithoutLinks(Host& host, const std::string& path);

}  // namespace assay
