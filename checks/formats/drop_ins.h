// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/host.h"

namespace assay {

/// The files ending in one of `suffixes` of several directories, by the rule of systemd.unit(5) and
/// sysctl.d(5): of files with the same name only the one in the earliest directory counts, and if
/// that is a link to /dev/null, none; the rest in the order of file names. Directories that do not
/// exist are empty.
Expected<std::vector<std::string>> DropIns(Host& host, const std::vector<std::string>& directories,
                                           const std::vector<std::string_view>& suffixes);
Expected<std::vector<std::string>> DropIns(Host& host, const std::vector<std::string>& directories,
                                           std::string_view suffix);

/// The paths whose file name has no '.' in front: systemd and libkmod pass over the others.
std::vector<std::string> WithoutHidden(std::vector<std::string> paths);

}  // namespace assay
