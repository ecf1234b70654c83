// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/local_mounts.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "checks/formats/lines.h"
#include "checks/formats/mount_table.h"

namespace assay {

namespace {

constexpr size_t kMaxMounts = 20'000;

bool IsLocalType(std::string_view type) {
  static constexpr std::string_view kLocal[] = {
      "ext2",  "ext3", "ext4", "xfs",   "btrfs",    "f2fs",     "erofs",  "squashfs", "tmpfs",
      "ramfs", "zfs",  "jfs",  "jffs2", "bcachefs", "reiserfs", "nilfs2", "ubifs",    "overlay"};
  return std::ranges::find(kLocal, type) != std::end(kLocal);
}

uint64_t NumberOf(std::string_view text) {
  uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// "/a/b" is below "/a", "/" and itself.
bool IsBelow(std::string_view path, std::string_view above) {
  if (above == "/") return true;
  return path.starts_with(above) && (path.size() == above.size() || path[above.size()] == '/');
}

std::string Joined(std::string_view above, std::string_view rest) {
  if (above == "/") return rest.empty() ? "/" : std::string(rest);
  return std::string(above) + std::string(rest);
}

}  // namespace

Expected<LocalMounts> LocalMounts::Of(std::string_view mountinfo,
                                      const std::vector<std::string>& closed) {
  LocalMounts table;
  for (std::string_view line : LinesOf(mountinfo)) {
    std::vector<std::string_view> fields = WordsOf(line);
    auto dash = std::ranges::find(fields, "-");
    if (fields.size() < 10 || dash - fields.begin() < 6 || fields.end() - dash < 2) continue;
    MountOptions options = EffectiveOptions(fields[5]);
    bool runs_set_id = !options.contains("nosuid") && !options.contains("noexec");
    table.mounts_.push_back({NumberOf(fields[0]), NumberOf(fields[1]), std::string(fields[2]),
                             UnescapedMountField(fields[3]), UnescapedMountField(fields[4]),
                             IsLocalType(dash[1]), runs_set_id});
  }
  if (table.mounts_.size() > kMaxMounts)
    return Fail(ErrorCode::kInvalid, "the mount table holds more than 20000 mounts");
  for (size_t i = 0; i < table.mounts_.size(); i++) {
    const Mount& mount = table.mounts_[i];
    table.by_id_[mount.id] = i;
    table.by_device_[mount.device].push_back(i);
    table.by_point_[mount.point].push_back(i);
  }
  if (!table.MountOf("/")) return Fail(ErrorCode::kInvalid, "the mount table holds no root");
  table.FindCopies(closed);
  return table;
}

// The mount that a walk from the root to `path` ends on: of several on one place each hangs on the
// one below; the first root hangs on what the table does not show.
const LocalMounts::Mount* LocalMounts::MountOf(std::string_view path) const {
  const Mount* current = nullptr;
  for (size_t end = 1;; end = std::min(path.find('/', end + 1), path.size())) {
    auto found = by_point_.find(std::string(path.substr(0, end)));
    size_t steps = found == by_point_.end() ? 0 : found->second.size();
    for (size_t step = 0; step < steps; step++)
      for (size_t i : found->second) {
        bool on_top = current ? mounts_[i].parent == current->id && &mounts_[i] != current
                              : !by_id_.contains(mounts_[i].parent);
        if (on_top) current = &mounts_[i];
      }
    if (end >= path.size() || !current) return current;
  }
}

// Whether all of the mount `index` is also seen through `by`, which is entered.
bool LocalMounts::Covers(size_t by, size_t index, const std::vector<std::string>& closed) const {
  const Mount &above = mounts_[by], &mount = mounts_[index];
  if (by == index || above.copy || !IsBelow(mount.root, above.root)) return false;
  if (mount.root == above.root && by > index) return false;
  std::string_view rest =
      std::string_view(mount.root).substr(above.root == "/" ? 0 : above.root.size());
  std::string path = Joined(above.point, rest == "/" ? "" : rest);
  if (std::ranges::any_of(closed, [&](const auto& one) { return IsBelow(path, one); }))
    return false;
  return MountOf(path) == &above;
}

void LocalMounts::FindCopies(const std::vector<std::string>& closed) {
  std::vector<size_t> order(mounts_.size());
  std::iota(order.begin(), order.end(), size_t(0));
  // Shorter roots first: what covers a mount has then been decided before it.
  std::ranges::stable_sort(order, {}, [this](size_t i) { return mounts_[i].root.size(); });
  for (size_t i : order) {
    Mount& mount = mounts_[i];
    // What was bound and then removed is seen nowhere else.
    if (!mount.local || mount.root.ends_with("//deleted")) continue;
    mount.copy = std::ranges::any_of(by_device_[mount.device],
                                     [&](size_t by) { return Covers(by, i, closed); });
  }
}

std::optional<bool> LocalMounts::Enters(uint64_t mount_id) const {
  auto found = by_id_.find(mount_id);
  if (found == by_id_.end()) return std::nullopt;
  const Mount& mount = mounts_[found->second];
  return mount.local && !mount.copy;
}

bool LocalMounts::IsForeign(std::string_view path) const {
  auto found = by_point_.find(std::string(path));
  if (found == by_point_.end()) return false;
  return std::ranges::any_of(found->second, [this](size_t i) { return !mounts_[i].local; });
}

bool LocalMounts::RunsSetId(uint64_t mount_id) const {
  auto found = by_id_.find(mount_id);
  return found == by_id_.end() || mounts_[found->second].runs_set_id;
}

bool IsDiskFilesystem(uint64_t f_type) {
  // linux/magic.h and the file systems' own headers: ext, xfs, btrfs, f2fs, erofs, squashfs, zfs,
  // bcachefs, overlay, jfs, nilfs2.
  static constexpr uint64_t kDisk[] = {0xEF53,     0x58465342, 0x9123683E, 0xF2F52010,
                                       0xE0F5E1E2, 0x73717368, 0x2FC12FC1, 0xCA451A4E,
                                       0x794C7630, 0x3153464A, 0x3434};
  return std::ranges::find(kDisk, f_type & 0xFFFFFFFF) != std::end(kDisk);
}

}  // namespace assay
