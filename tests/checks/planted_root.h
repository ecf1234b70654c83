// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "tests/support/temp_root.h"

namespace assay {

/// A file of tests/checks/data, as it is.
std::string TestFile(const std::string& name);

/// Makes in `root` what tests/checks/data/roots/NAME.tree describes. Each line that begins with
/// "=== " makes one thing, in the order of the file; modes are octal, owners numbers:
///   === etc/motd 0600 0:4          a file; the lines up to the next "===" are its content
///   === etc/motd +                 its content goes behind what is there
///   === etc/motd < firewall/x      its content is that of tests/checks/data/firewall/x
///   === var/log/ 0755              a directory
///   === sbin -> usr/sbin           a symbolic link
///   === etc/motd -                 is removed
///   === packages a b               dpkg says that they are installed
///   === enabled a.service          units that multi-user.target wants
///   === # words                    nothing
/// Empty lines at the end of a content, and all before the first "===", are left out. Needs root
/// where an owner is named. Throws std::runtime_error on a line that is none of these.
void Plant(const TempRoot& root, const std::string& name);

/// The same of a text.
void PlantText(const TempRoot& root, const std::string& text);

}  // namespace assay
