// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/host.h"

namespace assay {

/// Whether `name`, one component of a path, matches `pattern` as fnmatch(3) says with FNM_PATHNAME
/// and FNM_PERIOD in the C locale: `*`, `?`, `[a-z]`, `[!a]`, `[[:digit:]]`, `\` before a character
/// that is meant as it is. A dot in front is matched by a dot only; a '/' in either matches
/// nothing. A '[' without its ']' is a plain character. Time is at most the product of the sizes.
bool GlobMatches(std::string_view pattern, std::string_view name);

/// Whether a component or a path holds `*`, `?`, `[` or a backslash.
bool HasGlob(std::string_view path);

/// What the pattern of an absolute path means on the host, component by component, sorted. Without
/// a glob that is the path itself, whether it exists or not; behind the last glob, paths need not
/// exist either. kInvalid for more than `limit` of them at any component.
Expected<std::vector<std::string>> GlobPaths(Host& host, std::string_view pattern, size_t limit);

}  // namespace assay
