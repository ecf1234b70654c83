// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/formats/sudoers.h"

namespace assay {

/// One statement of a sudoers file, continuations put together: its text, and its first line.
struct SudoersLine {
  std::string text;
  int line = 0;
  bool continued = false;  ///< it stands on more lines than one
};

/// The statements that are neither blank nor comments, comments left in place. kInvalid with only a
/// sentence for a statement of more than 64 KiB.
Expected<std::vector<SudoersLine>> SudoersLinesOf(std::string_view text);

/// What stands behind "Defaults": the scope, if any, and the options. kInvalid with only a
/// sentence.
Expected<std::vector<SudoersDefault>> ParseSudoersDefaults(std::string_view rest);

/// The tags of a user specification, in order. kInvalid with only a sentence for one without '=', a
/// quote or a parenthesis that is not closed.
Expected<std::vector<std::string>> ParseSudoersTags(std::string_view specification);

/// Where a comment begins at `at`: '#' that no number follows.
bool BeginsSudoersComment(std::string_view text, size_t at);

}  // namespace assay
