// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "checks/rules/policy.pb.h"

namespace assay {

/// The value of a key, and where it stands.
struct KeyValue {
  std::string text, file;
  int line = 0;
};

/// The value of the wanted key in one file's text: the first or the last, as `expected` says;
/// nullopt if no line has it. Lines that begin with '#' are comments.
///
/// With a section the text is read as systemd.syntax(7) says: only what stands below a line
/// "[section]", as often as it comes; ';' begins a comment too; a line that ends in a backslash
/// goes on in the next that is no comment; an empty value is no assignment (config_parse_bool and
/// its like refuse it and keep what was).
///
/// read_by "useradd": /etc/default/useradd as useradd(8) reads it, where " INACTIVE = 45" is no
/// assignment; "login.defs": as shadow's getdef.c does, where a value may stand between quotes.
std::optional<KeyValue> FindKey(const Text& expected, std::string_view text,
                                const std::string& file);

}  // namespace assay
