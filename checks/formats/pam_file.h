// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace assay {

/// What a stack does with what a module returned (pam.conf(5)).
struct PamAction {
  enum class Kind { kIgnore, kOk, kDone, kBad, kDie, kReset, kJump };
  Kind kind = Kind::kBad;
  int jump = 0;  ///< kJump: how many modules are left out, 1 or more
  bool operator==(const PamAction&) const = default;
};

/// The control field: what is done with each return code.
struct PamControl {
  PamAction success, new_authtok_reqd, ignore;
  std::vector<PamAction> failures;  ///< of all other codes, each action once, never empty
};

/// One statement of a file of /etc/pam.d.
struct PamStatement {
  enum class Kind { kModule, kInclude, kSubstack };
  Kind kind = Kind::kModule;
  std::string type;    ///< auth, account, password, session; empty: `@include`, of every type
  std::string target;  ///< the module ("pam_unix.so", may be a path), or the file that is included
  std::string text;    ///< the control field as it stands there, for people
  PamControl control;  ///< kModule
  std::vector<std::string> args;  ///< kModule; of "[a b]" the brackets are taken off
  int line = 0;                   ///< 1-based, where it begins
};

/// The statements of one file's text, in order, as Linux-PAM 1.5 reads them (pam_handlers.c, with
/// Debian's `@include`): '#' begins a comment anywhere; a line that ends in a backslash goes on in
/// the next one that is neither blank nor a comment. `source` is for messages only.
///
/// kInvalid with file and line for what Linux-PAM would turn into a refusal of everybody: an
/// unknown type, a control without meaning, a missing module; and for a statement of more than
/// 1024 bytes, which it would cut, or a continued line at the end of the file.
Expected<std::vector<PamStatement>> ParsePamFile(std::string_view text, const std::string& source);

/// A control field without its brackets: "required", "success=1 default=ignore"; nullopt if it
/// means nothing. A code that is not named, and no `default`, is a failure.
std::optional<PamControl> ParsePamControl(std::string_view text);

}  // namespace assay
