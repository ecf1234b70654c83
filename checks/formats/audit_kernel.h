// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "base/error.h"
#include "checks/formats/audit_rule.h"

namespace assay {

/// A struct audit_rule_data of linux/audit.h, as AUDIT_LIST_RULES sends it, in the form of
/// audit_rule.h. kInvalid where it is shorter than it says, or has more fields than the kernel
/// allows; bytes after it are padding.
Expected<AuditRule> ParseKernelAuditRule(std::string_view bytes);

/// What we ask of a struct audit_status (AUDIT_GET). kInvalid if it is too short for that.
struct AuditStatus {
  uint32_t enabled = 0;  ///< 0, 1, or 2: locked until the next boot
  uint32_t pid = 0;      ///< of auditd; 0: nobody takes the records
};
Expected<AuditStatus> ParseAuditStatus(std::string_view bytes);

}  // namespace assay
