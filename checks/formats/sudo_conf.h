// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/host.h"

namespace assay {

/// The file of sudoers(5) that the text of a sudo.conf(5) leads to: "/etc/sudoers", unless the
/// Plugin line of sudoers_policy has an argument sudoers_file=. Keywords in any case, '#' begins a
/// comment. `source` is named.
///
/// kInvalid with file and line: a plugin that is not one of sudoers', for nobody can tell what it
/// allows; a second policy; a relative sudoers_file; a line that ends in a backslash, which
/// versions of sudo join to the next in different ways.
Expected<std::string> SudoersFileIn(std::string_view text, const std::string& source);

/// The same of the root's /etc/sudo.conf, which need not be there.
Expected<std::string> SudoersFileOf(Host& host);

}  // namespace assay
