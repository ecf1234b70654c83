// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"

namespace assay {

/// Which mounts of a running machine hold local files with owners and modes of their own, each file
/// once: made of proc_pid_mountinfo(5).
class LocalMounts {
 public:
  /// `closed` are directories that nobody enters: what is mounted there hides no duplicate.
  /// kInvalid where the text holds no root, or more than 20,000 mounts.
  static Expected<LocalMounts> Of(std::string_view mountinfo,
                                  const std::vector<std::string>& closed);

  /// nullopt for a mount that the table does not hold. Otherwise whether it is to be entered: its
  /// file system is on a local disk or in memory, not of the kernel's own (proc, sysfs, devtmpfs,
  /// cgroup), not on a network or FUSE, and not without owners (vfat, iso9660); and it is no bind
  /// mount of what is seen through another one that is entered.
  std::optional<bool> Enters(uint64_t mount_id) const;

  /// Whether a mount that is not entered stands at just this path.
  bool IsForeign(std::string_view path) const;

  /// Whether programs of this mount can be run with their set-id bits: neither nosuid nor noexec.
  /// A mount that the table does not hold: true.
  bool RunsSetId(uint64_t mount_id) const;

 private:
  struct Mount {
    uint64_t id = 0, parent = 0;
    std::string device, root, point;
    bool local = false, runs_set_id = true;
    bool copy = false;  // all of it is seen through another one that is entered
  };
  void FindCopies(const std::vector<std::string>& closed);
  bool Covers(size_t by, size_t index, const std::vector<std::string>& closed) const;
  const Mount* MountOf(std::string_view path) const;

  std::vector<Mount> mounts_;
  std::unordered_map<uint64_t, size_t> by_id_;
  std::unordered_map<std::string, std::vector<size_t>> by_device_, by_point_;
};

/// Whether a statfs(2) f_type is of a file system on a disk that keeps owners and modes.
bool IsDiskFilesystem(uint64_t f_type);

}  // namespace assay
