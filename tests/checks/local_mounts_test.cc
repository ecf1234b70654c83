// SPDX-License-Identifier: Apache-2.0
// Which mounts a walk of the running machine enters: mountinfo texts of machines that surprise.
#include "checks/formats/local_mounts.h"

#include <gtest/gtest.h>

namespace assay {

namespace {

// id parent device root point options - type
std::string Row(int id, int parent, const std::string& device, const std::string& root,
                const std::string& point, const std::string& type,
                const std::string& options = "rw") {
  return std::to_string(id) + " " + std::to_string(parent) + " " + device + " " + root + " " +
         point + " " + options + " shared:1 - " + type + " source rw\n";
}

const std::string kRoot = Row(20, 1, "8:1", "/", "/", "ext4");

bool Enters(const std::string& text, uint64_t id) {
  Expected<LocalMounts> mounts = LocalMounts::Of(text, {"/var/lib/docker"});
  EXPECT_TRUE(mounts);
  return mounts && mounts->Enters(id).value_or(false);
}

TEST(LocalMounts, LocalFileSystemsWithOwnersAreEntered) {
  for (const char* type : {"ext4", "xfs", "btrfs", "tmpfs", "overlay", "zfs"})
    EXPECT_TRUE(Enters(kRoot + Row(30, 20, "0:9", "/", "/data", type), 30)) << type;
  for (const char* type : {"nfs4", "cifs", "fuse.sshfs", "fuseblk", "proc", "sysfs", "cgroup2",
                           "devtmpfs", "vfat", "iso9660", "9p", "ceph"})
    EXPECT_FALSE(Enters(kRoot + Row(30, 20, "0:9", "/", "/data", type), 30)) << type;
}

TEST(LocalMounts, ABindMountOfWhatIsSeenElsewhereIsACopy) {
  EXPECT_FALSE(Enters(kRoot + Row(30, 20, "8:1", "/srv/data", "/export", "ext4"), 30));
  EXPECT_FALSE(Enters(kRoot + Row(30, 20, "8:1", "/", "/mnt", "ext4"), 30));
  EXPECT_TRUE(Enters(kRoot + Row(30, 20, "8:1", "/", "/mnt", "ext4"), 20));
  // Two binds of the same: the first is entered.
  std::string two =
      kRoot + Row(30, 20, "8:2", "/a", "/x", "xfs") + Row(31, 20, "8:2", "/a", "/y", "xfs");
  EXPECT_TRUE(Enters(two, 30));
  EXPECT_FALSE(Enters(two, 31));
}

// Else a file system mounted over /srv would hide what is still reachable at /export.
TEST(LocalMounts, ABindMountOfWhatIsHiddenElsewhereIsNoCopy) {
  EXPECT_TRUE(Enters(kRoot + Row(30, 20, "8:1", "/srv/data", "/export", "ext4") +
                         Row(31, 20, "0:9", "/", "/srv", "tmpfs"),
                     30));
  EXPECT_TRUE(Enters(kRoot + Row(30, 20, "8:1", "/var/lib/docker/v", "/export", "ext4"), 30));
  EXPECT_TRUE(Enters(kRoot + Row(30, 20, "8:1", "/srv/gone//deleted", "/export", "ext4"), 30));
}

// btrfs: subvolumes share a device; @home is not below @.
TEST(LocalMounts, SubvolumesAreDifferentTrees) {
  std::string text =
      Row(20, 1, "0:25", "/@", "/", "btrfs") + Row(30, 20, "0:25", "/@home", "/home", "btrfs");
  EXPECT_TRUE(Enters(text, 30));
}

TEST(LocalMounts, SaysWhatItDoesNotKnow) {
  EXPECT_FALSE(LocalMounts::Of("", {}));
  EXPECT_FALSE(LocalMounts::Of("what is this\n", {}));
  Expected<LocalMounts> mounts =
      LocalMounts::Of(kRoot + Row(30, 20, "0:9", "/", "/mnt/a\\040b", "fuse.gvfs") +
                          Row(31, 20, "8:9", "/", "/data", "ext4", "rw,nosuid"),
                      {});
  ASSERT_TRUE(mounts);
  EXPECT_EQ(mounts->Enters(99), std::nullopt);
  EXPECT_TRUE(mounts->IsForeign("/mnt/a b"));
  EXPECT_FALSE(mounts->IsForeign("/data"));
  EXPECT_FALSE(mounts->RunsSetId(31));
  EXPECT_TRUE(mounts->RunsSetId(20));
}

}  // namespace

}  // namespace assay
