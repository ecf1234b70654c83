// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// One command of a modprobe.d(5) file, as kmod 30 reads it (libkmod-config.c, libkmod-util.c).
struct ModprobeLine {
  int line = 0;                    ///< 1-based, where it begins
  std::string text;                ///< continued lines joined
  std::vector<std::string> words;  ///< separated by blanks and tabs; a CR belongs to its word
};

/// The commands of one file's text. A line that ends in a backslash goes on in the next, comments
/// too: what follows `# old \` is comment. A CR is no white space, so that `blacklist x` with a
/// CR LF end names another module.
std::vector<ModprobeLine> ParseModprobeFile(std::string_view text);

/// '-' and '_' are the same in module names: both as '_'.
std::string ModuleName(std::string_view name);

/// What the modprobe.d files, in reading order, say of one module.
struct ModuleRefusal {
  bool command = false;    ///< an `install` line of it was seen; modprobe runs the first one only
  bool install = false;    ///< and that is /bin/false or /bin/true with nothing behind it
  bool blacklist = false;  ///< `blacklist NAME`, literally
};

/// Takes one line into account; true if it refuses `module` (ModuleName() of it). The name in an
/// `install` line is a glob.
bool AddRefusal(const ModprobeLine& line, const std::string& module, ModuleRefusal& refusal);

}  // namespace assay
