// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/host.h"
#include "checks/formats/unit_tree.h"

namespace assay {

/// What the files of a root say of one system unit.
struct UnitFile {
  enum class State {
    kAbsent,   ///< no file, or only links to what is not there
    kMasked,   ///< a link to /dev/null or an empty file: cannot be started
    kPresent,  ///< a unit file, or an init script in its place
  };
  State state = State::kAbsent;
  std::string name;  ///< its own; the one asked for may be an alias
  std::string path;  ///< of the file that counts; empty if absent
  /// What makes the boot start it: links in *.wants and the like, /etc/rc?.d/S*, or the line of a
  /// preset where this root's first boot applies presets. Empty: nothing (static or disabled).
  std::vector<std::string> starts;
  /// Links below /etc and /run that give it other names: what `systemctl enable` makes of Alias=,
  /// by which D-Bus and others start it.
  std::vector<std::string> aliases;
};

/// Looks a unit up by the rules of systemd.unit(5), "Unit File Load Path". A template stands for
/// its instances: whatever starts one of them starts it. The directories are read once for all.
/// Wants= inside of unit files are not followed, as systemctl's is-enabled does not.
Expected<UnitFile> FindUnit(Host& host, std::string_view name);

}  // namespace assay
