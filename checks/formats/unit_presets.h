// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/formats/unit_files.h"

namespace assay {

/// One line of a preset file (systemd.preset(5)).
struct PresetLine {
  bool enable = false;
  std::string pattern;  ///< fnmatch(3)
  int line = 0;
};

/// The lines that enable or disable units; others (comments, `ignore`, unknown words) are left out,
/// as systemd does.
std::vector<PresetLine> ParsePresetFile(std::string_view text);

/// Whether the [Install] section of a unit file holds something to enable: WantedBy=, RequiredBy=,
/// UpheldBy=, Alias= or Also= that is not empty.
bool HasInstall(std::string_view text);

/// On a root whose next boot is its first one (machine-id(5): absent, or "uninitialized") systemd
/// enables every unit that a preset enables or no preset names; if that is so of this one, the
/// preset is added to `unit.starts`. On a running machine that is done already.
Expected<void> LookAtPresets(Host& host, UnitFile& unit);

}  // namespace assay
