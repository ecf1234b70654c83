// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace assay {

/// One loaded profile, as the kernel lists it (securityfs, apparmor/profiles): "NAME (MODE)".
struct ApparmorProfile {
  std::string name, mode;
  int line = 0;
};

/// The profiles of that list. kInvalid with the line for one of another form.
Expected<std::vector<ApparmorProfile>> ParseApparmorProfiles(std::string_view text);

/// `flags=(...)` of a profile in a file of apparmor.d(5).
struct ApparmorFlags {
  std::string flags;  ///< "complain,attach_disconnected"
  int line = 0;
  bool has(std::string_view flag) const;
};

/// The flags that stand in a profile file, comments left out. Includes are not followed: what they
/// bring in (abstractions, tunables) opens no profile.
std::vector<ApparmorFlags> FindApparmorFlags(std::string_view text);

/// Whether apparmor_parser(8) takes a name in /etc/apparmor.d for a profile and not for what an
/// editor or dpkg left there (rc.apparmor.functions, skip_profile).
bool IsApparmorFile(std::string_view name);

/// A pattern of apparmor.d(5), "Globbing": `*` and `?` stop at '/', `**` does not; `[...]`, `{a,b}`
/// and backslashes as usual. kInvalid for a pattern of more than 4096 bytes, one with braces that
/// do not match or nest deeper than 16, and one that the C library cannot compile.
Expected<bool> ApparmorGlobMatches(std::string_view pattern, const std::string& path);

}  // namespace assay
