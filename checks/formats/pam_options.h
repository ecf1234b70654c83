// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/host.h"
#include "checks/formats/pam_stack.h"

namespace assay {

/// One option of a module, and where it stands.
struct PamOption {
  std::string name;
  std::string value;  ///< empty for a flag
  std::string file;
  int line = 0;
};

/// The modules that read a file of options, each in its own way:
/// pam_faillock: the last line of a name counts, `conf=FILE` names another file, unknown names are
///   skipped (faillock.conf(5)).
/// pam_pwhistory, from Linux-PAM 1.5.3 on: the first line counts, `conf=FILE`, unknown names are
///   skipped (pwhistory.conf(5)).
/// pam_pwquality: the files FILE.d/*.conf in the order of their names, then FILE: the last line of
///   all counts, so that FILE wins. At an unknown name or a number that is none libpwquality 1.4
///   stops reading, so that this is kInvalid (settings.c).
bool ReadsPamOptions(std::string_view module);

/// The options of one file's text: `name = value`, `name value` or `name`; '#' begins a comment
/// anywhere.
Expected<std::vector<PamOption>> ParsePamOptions(std::string_view text, const std::string& file,
                                                 std::string_view module);

/// What is in force of option `name` for one module of a stack: its last argument of that name, or
/// else what the module's file says; nullopt if neither has it. `conf` is the file that the module
/// reads if it is not told otherwise; empty: none. kInvalid for a `conf=` file that is not there.
Expected<std::optional<PamOption>> PamOptionOf(Host& host, const PamEntry& entry,
                                               const std::string& name, const std::string& conf);

}  // namespace assay
