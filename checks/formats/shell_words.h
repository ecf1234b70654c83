// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace assay {

/// One token of a shell's program.
struct ShellToken {
  enum class Kind { kWord, kOperator };
  Kind kind = Kind::kWord;
  /// Of an operator: ; & && || | ( ) ;; or "\n". Of a word: what remains of it without quotes;
  /// expansions stay as they are written, an unquoted leading ~ becomes $HOME.
  std::string text;
  bool literal = true;  ///< no expansion in it: `text` is what the command gets (but for globs)
  bool quoted = false;  ///< some of it was quoted: not a keyword
  int line = 0;         ///< 1-based, where it begins
};

/// The tokens of a program for sh(1) or bash(1) (POSIX.1-2017, Shell Command Language 2.2 to 2.4,
/// with [[ ]], (( )), arrays and process substitution of bash). Comments, redirections and
/// here-documents are left out; a substitution is part of its word and not looked into. kInvalid
/// with the line for a quote or bracket that is not closed and for more than 64 levels of them.
Expected<std::vector<ShellToken>> ShellTokens(std::string_view text);

}  // namespace assay
