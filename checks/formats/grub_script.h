// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace assay {

using GrubVariables = std::map<std::string, std::string, std::less<>>;

/// One simple command of a GRUB script: its words, quotes taken off and variables replaced. A brace
/// that stands alone is a command of its own.
struct GrubCommand {
  std::vector<std::string> words;
  int line = 0;  ///< 1-based, of the first word
  bool brace(char which) const { return plain_brace == which; }
  char plain_brace = 0;  ///< '{' or '}' if the command is that, unquoted
};

/// Reads the commands of a GRUB 2 script one by one (GRUB manual, "Writing full configuration files
/// directly": quoting, comments, `$name` and `${name}`). A variable that is not set is empty. A
/// line ends a command, and so do ';', '|' and '&'. Words hold at most 64 KiB and all of them 32
/// MiB.
class GrubScript {
 public:
  explicit GrubScript(std::string_view text) : rest_(text) {}

  /// The next command; no words at the end. kInvalid with the line for a quote or `${` that does
  /// not end, and past the bounds.
  Expected<GrubCommand> Next(const GrubVariables& variables);

 private:
  bool AtEnd() const { return at_ >= rest_.size(); }
  bool SkipBlanks();
  Expected<std::string> Word(const GrubVariables& variables, bool& quoted);
  Expected<std::string> DoubleQuoted(const GrubVariables& variables);
  Expected<std::string> Variable(const GrubVariables& variables);
  std::unexpected<Error> Mistake(std::string_view what) const;

  std::string_view rest_;
  size_t at_ = 0;
  int line_ = 1;
  size_t spent_ = 0;
};

/// `text` with `$name` and `${name}` replaced; what is not set is empty.
std::string ExpandGrubVariables(std::string_view text, const GrubVariables& variables);

}  // namespace assay
