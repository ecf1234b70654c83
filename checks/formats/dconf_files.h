// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace assay {

/// A line of a dconf profile (dconf(7), "PROFILES").
struct DconfSource {
  std::string kind, name;  ///< "system-db", "local"
};

/// The sources of a profile, the first the strongest. Lines of another kind are ignored, as dconf
/// does after a warning (dconf-engine-profile.c).
std::vector<DconfSource> ParseDconfProfile(std::string_view text);

struct DconfValue {
  std::string text;  ///< PlainGvariant()
  std::string file;
  int line = 0;
};

/// A keyfile (dconf(7), "KEY FILES"; GKeyFile) as `dconf update` compiles it: paths such as
/// "/org/gnome/x" and their values; of a key that stands twice the last counts. kInvalid with file
/// and line for what makes dconf refuse the whole database: a line that is none of group, key and
/// comment, a group with a '/' at an end or two in a row, a key with '/', a value that is no
/// GVariant.
Expected<std::map<std::string, DconfValue>> ParseDconfKeyfile(std::string_view text,
                                                              const std::string& file);

/// A file of a locks directory: the lines that begin with '/', as they stand, and their numbers.
std::map<std::string, int> ParseDconfLocks(std::string_view text);

/// A GVariant in text form without type and quotes: "uint32 900" is "900", "'text'" is "text".
/// Containers stay as they are. nullopt for what is none, such as a text without quotes; containers
/// are checked for their ends only.
std::optional<std::string> PlainGvariant(std::string_view text);

}  // namespace assay
