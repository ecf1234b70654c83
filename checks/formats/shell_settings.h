// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace assay {

/// Something that a shell's start-up file may do to the environment of who logs in.
struct ShellSetting {
  enum class Kind {
    kAssign,     ///< `name` gets `value`
    kExport,     ///< `name` is exported
    kUnexport,   ///< `name` is not exported any more
    kReadonly,   ///< `name` cannot be set again
    kUnset,      ///< `name` is gone
    kUmask,      ///< umask `value`
    kSource,     ///< `value` is a file that is read next
    kEval,       ///< `value` is code that is made at run time
    kPathEntry,  ///< `value` is put into PATH (the function pathmunge of Red Hat's /etc/profile)
    kLeave,      ///< return or exit that surely happens: nothing below it is read
  };
  Kind kind;
  std::string name, value;
  bool literal = true;  ///< `value` is known; else it holds expansions, or is not known at all
  /// It surely happens. Not so in if, case, loops, functions and groups, after && and ||, and after
  /// a `return` that does not only ask whether the shell is interactive.
  bool certain = true;
  int line = 0;
};

/// What the program may set, in its order; the program is never run. Commands in subshells,
/// pipelines and the background change nothing for who logs in and are left out. kInvalid with the
/// line where the program is no program: quotes, brackets or keywords that do not match.
Expected<std::vector<ShellSetting>> ParseShellSettings(std::string_view text);

/// The weakest mask that umask(1p) can come to with this operand, octal or symbolic: what the
/// operand leaves as it was counts as allowed. nullopt if it is none.
std::optional<uint32_t> ParseUmask(std::string_view operand);

}  // namespace assay
