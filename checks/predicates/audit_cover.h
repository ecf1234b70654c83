// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "checks/formats/audit_rule.h"

namespace assay {

/// One thing that must leave an audit record: a system call, or an access to a file.
struct AuditWant {
  uint32_t arch = 0;              ///< AUDIT_ARCH_* of the caller
  std::optional<size_t> syscall;  ///< nullopt: whatever call makes the access
  std::string path;               ///< "" for none; without links
  bool directory = false;         ///< `path` is one, and all below it is meant
  uint32_t access = 0;            ///< AUDIT_PERM_* bits
  std::set<AuditField> fields;    ///< only events of which all of these hold need a record
};

/// Whether every event that is wanted meets all conditions of the rule: then the rule is at least
/// as wide. Action and list are not looked at.
bool IsAsWide(const AuditRule& rule, const AuditWant& want);

/// Which rule records what is wanted, or which one forbids the record: the first rule of a list
/// that meets an event decides (auditctl(8)). A `never` that meets only some of the wanted events
/// forbids nothing here; a rule of the exclude list that can drop the SYSCALL or, where the event
/// names a file, the PATH record of some of them does: whoever meets it leaves no trace. Both null:
/// no rule is wide enough.
struct AuditCover {
  const AuditRule* records = nullptr;
  const AuditRule* forbids = nullptr;
};
AuditCover FindCover(const std::vector<AuditRule>& rules, const AuditWant& want);

}  // namespace assay
