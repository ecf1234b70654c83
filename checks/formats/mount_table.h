// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace assay {

using MountOptions = std::set<std::string, std::less<>>;

/// One mount, and where it is said.
struct MountEntry {
  MountOptions options;
  std::string source, text;  ///< file; the options as they stand there
  int line = 0;
};

/// A field of fstab(5) or mountinfo as it is meant: a blank is written \040, and so on.
std::string UnescapedMountField(std::string_view field);

/// What is in force of a list such as "nodev,dev": the later of an option and its opposite
/// (mount(8)). `user` and `users` bring nodev, nosuid and noexec; `owner` and `group` bring nodev
/// and nosuid.
MountOptions EffectiveOptions(std::string_view list);

/// The mount that a walk from the root to `point` ends on, if it is one of its own: of several on
/// one place the topmost, and none that is hidden below a later mount of a parent.
/// proc_pid_mountinfo(5): field 5 is the place, field 6 the options of the mount (not those of the
/// file system, which follow the '-'). kInvalid where the text holds no root, for then nothing can
/// be told.
Expected<std::optional<MountEntry>> MountAt(std::string_view mountinfo, std::string_view point);

/// The line of fstab(5) that the boot mounts at `point`: the first one, since
/// systemd-fstab-generator(8) refuses a second; nullopt also for `noauto`.
std::optional<MountEntry> FstabEntry(std::string_view text, std::string_view point);

/// The last Options= in [Mount] of a unit file or its drop-in (systemd.mount(5)); nullopt if there
/// is none.
std::optional<MountEntry> UnitOptions(std::string_view text, const std::string& file);

/// Whether a unit file says what is mounted: without What= in [Mount] systemd does not load it.
bool NamesAMount(std::string_view text);

/// Name of the mount unit of a place (systemd-escape(1)): "/var/tmp" is "var-tmp.mount".
std::string MountUnitName(std::string_view point);

}  // namespace assay
