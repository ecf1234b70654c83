// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "base/host.h"

namespace assay {

/// What the patterns of a rule mean on the host: globs and "~" (every account's home) expanded,
/// sorted, each once. kInvalid for more than 10,000 of one pattern.
Expected<std::vector<std::string>> PathsOf(Host& host, const std::vector<std::string>& patterns);

/// The patterns with "~" expanded to every account's home (of the root's own passwd; /root where
/// there is none).
std::vector<std::string> WithHomes(Host& host, const std::vector<std::string>& patterns);

/// Whether `path` matches one of the patterns (without "~") component by component, or stands below
/// such a place.
bool IsBelowOne(const std::vector<std::string>& patterns, std::string_view path);

}  // namespace assay
