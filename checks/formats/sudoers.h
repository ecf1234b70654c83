// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/host.h"

namespace assay {

/// One option of a Defaults line.
struct SudoersDefault {
  enum class Kind { kOn, kOff, kSet, kAdd, kRemove };  ///< x, !x, x=v, x+=v, x-=v
  Kind kind = Kind::kOn;
  std::string name, value;
  char scope = 0;       ///< '@' host, ':' user, '!' command, '>' run-as user; 0: everybody
  std::string binding;  ///< whom the scope names, as it stands there
  std::string file;
  int line = 0;  ///< 1-based, where the statement begins
};

/// One tag of a user specification: "NOPASSWD".
struct SudoersTag {
  std::string name;
  std::string text;  ///< the statement
  std::string file;
  int line = 0;
};

struct SudoersInclude {
  std::string path;  ///< as it stands there, without quotes and backslashes
  bool directory = false;
  size_t defaults = 0;  ///< how many options stand before it in its file
  int line = 0;
};

/// What one file says, each in its order.
struct SudoersText {
  std::vector<SudoersDefault> defaults;
  std::vector<SudoersTag> tags;
  std::vector<SudoersInclude> includes;
};

/// Reads one file's text as sudo 1.9.13 does (toke.l, gram.y): a backslash at the end of a line
/// continues it, '#' begins a comment unless a number follows (a user id) or it is `#include`,
/// `#includedir` at the very beginning of a line. Defaults are read to the letter; of user
/// specifications and aliases only what is needed to find the tags. `source` is for messages.
///
/// kInvalid with file and line for what sudo would complain of there.
Expected<SudoersText> ParseSudoers(std::string_view text, const std::string& source);

/// Whether the option is a flag, which takes no value (def_data.in of sudo 1.9.13).
bool IsSudoersFlag(std::string_view option);

/// All options and tags of a tree, in the order in which sudo reads them.
struct SudoersTree {
  std::vector<SudoersDefault> defaults;
  std::vector<SudoersTag> tags;
};

/// The file and what it includes, 128 deep and 1000 files at most. Of a directory those names count
/// that hold no '.' and do not end in '~', sorted; a directory that does not exist is empty. A
/// relative path starts at the directory of the file that has it.
///
/// kNotFound: there is no such file. kInvalid with file and line: what ParseSudoers refuses, an
/// included file that is not there, "%h" in a path (an image does not say what its host will be
/// called), a circle, and what everybody or a group may write to, for sudo leaves that out.
Expected<SudoersTree> ReadSudoers(Host& host, const std::string& path);

}  // namespace assay
