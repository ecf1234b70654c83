// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/host.h"

namespace assay {

/// The home directories of the root's own passwd(5), sorted, each once; without "/" and those that
/// the base system gives to many accounts (/nonexistent, /bin, /dev, /usr/sbin, /var/run...): only
/// directories that exist and that are no system directory.
std::vector<std::string> HomesOf(std::string_view passwd);

/// A pattern that begins with "~" as one pattern for every home, /root among them; others as they
/// are.
std::vector<std::string> ExpandHomes(const std::vector<std::string>& homes,
                                     std::string_view pattern);

}  // namespace assay
