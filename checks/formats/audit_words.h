// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace assay {

/// An option of a line of audit rules, as getopt_long(3) finds it: `name` is a letter ("a") or a
/// long name without its dashes.
struct AuditOption {
  std::string name, value;
};

/// The options of a line in auditctl(8)'s language: words are parted by blanks, "\ " is a blank and
/// "\\" a backslash inside of a word, short options may be joined with their value ("-Sopen").
/// kInvalid for an unknown option, one without its value, or a word that belongs to none.
Expected<std::vector<AuditOption>> AuditOptions(std::string_view line);

}  // namespace assay
