// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace assay {

struct SelinuxMode {
  std::string mode;  ///< enforcing, permissive, disabled, "not set"
  int line = 0;
};

/// SELINUX= of /etc/selinux/config as libselinux reads it (selinux_getenforcemode(3)): at the
/// beginning of a line, the first one that names a mode, in any case; what follows the word is not
/// looked at.
SelinuxMode ParseSelinuxConfig(std::string_view text);

}  // namespace assay
