// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "checks/formats/shell_settings.h"
#include "checks/formats/shell_words.h"

namespace assay {

/// Adds what one simple command (not empty) sets. `certain`: it surely runs. `depth`: of eval. True
/// if the command ends the program: return or exit.
bool ReadShellCommand(const std::vector<const ShellToken*>& words, bool certain, int depth,
                      std::vector<ShellSetting>& into);

/// ParseShellSettings of code inside of eval.
Expected<void> ReadShellProgram(std::string_view text, bool certain, int depth,
                                std::vector<ShellSetting>& into);

}  // namespace assay
