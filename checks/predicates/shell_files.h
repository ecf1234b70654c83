// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/host.h"
#include "checks/formats/shell_settings.h"
#include "checks/predicates/predicate.h"

namespace assay {

/// What a shell's start-up file may do, and where it stands.
struct PlacedSetting {
  std::string file;
  ShellSetting setting;
  std::string Where() const { return file + ":" + std::to_string(setting.line); }
};

/// The start-up files of all users, in reading order (bash(1), INVOCATION; Debian and Red Hat).
std::vector<std::string> SystemShellFiles();

/// The settings of `files` in their order, read once for all rules. The last component may hold one
/// '*', as in /etc/profile.d/*.sh: those files count as certain only if another of the files names
/// their directory outside of comments. Files that do not exist are empty. A file that is sourced
/// by a known absolute path, or by one in the home whose files these are (~, $HOME), is read in its
/// place, at most 8 deep and 500 in all, each once. A `return` that surely happens ends a file.
/// kInvalid names the file and line where one is no shell program.
const Expected<std::vector<PlacedSetting>>& ReadShellFiles(Host& host,
                                                           const std::vector<std::string>& files);

/// The parts of JudgeShellEnvironment. Evidence is bounded.
Answer JudgeUmask(const ShellEnvironment& expected, Host& host);
Answer JudgeTimeout(const ShellEnvironment& expected, Host& host);
Answer JudgeRootPath(const ShellEnvironment& expected, Host& host);

}  // namespace assay
