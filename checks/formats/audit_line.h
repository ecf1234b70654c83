// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/error.h"
#include "checks/formats/audit_rules.h"

namespace assay {

/// What one line of rules asks of the kernel.
struct AuditRequest {
  enum class What {
    kNothing,    ///< a limit, a status, ...: no rule
    kAppend,     ///< -a, -w
    kPrepend,    ///< -A
    kRemove,     ///< -d, -W
    kRemoveAll,  ///< -D, of `rule.key` only if it is not empty
    kEnable,     ///< -e
    kPassOver,   ///< -i, -c: the lines that follow may be wrong
  };
  What what = What::kNothing;
  AuditRule rule;
  int enabled = 0;
};

/// Reads one line as auditctl(8) does; kInvalid for what it refuses.
Expected<AuditRequest> ReadAuditLine(std::string_view text, const AuditWorld& world);

}  // namespace assay
