// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstring>

#include "tests/checks/sealed_image.h"

namespace assay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CompareAsRoot : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root: it changes owners and capabilities";
  }
  SealedImage image_{{{"etc/secret", "s\n"}, {"usr/bin/tool", "tool\n"}, {"usr/share/x", "x\n"}}};
};

TEST_F(CompareAsRoot, OwnerAndGroupAreCompared) {
  VerifiedBaseline baseline = image_.SealAndOpen();
  ASSERT_EQ(chown(image_.root.Path("usr/bin/tool").c_str(), 12, 34), 0);
  Comparison comparison = image_.Compare(baseline);
  ASSERT_THAT(FindingLines(comparison),
              ElementsAre("changed /usr/bin/tool owner", "changed /usr/bin/tool group"));
  EXPECT_EQ(comparison.findings[0].expected, "0");
  EXPECT_EQ(comparison.findings[0].actual, "12");
}

TEST_F(CompareAsRoot, AFileCapabilityIsAFinding) {
  VerifiedBaseline baseline = image_.SealAndOpen();
  vfs_cap_data capability{};
  capability.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE;
  capability.data[0].permitted = 1 << CAP_NET_RAW;
  if (setxattr(image_.root.Path("usr/bin/tool").c_str(), "security.capability", &capability,
               XATTR_CAPS_SZ_2, 0))
    GTEST_SKIP() << "the file system refuses capabilities: " << strerror(errno);
  EXPECT_THAT(FindingLines(image_.Compare(baseline)),
              ElementsAre("changed /usr/bin/tool xattr security.capability"));
}

TEST_F(CompareAsRoot, ADeviceIsDescribedAndNeverOpened) {
  VerifiedBaseline baseline = image_.SealAndOpen();
  // The console of nobody: opening it fails or hangs.
  if (mknod(image_.root.Path("etc/device").c_str(), S_IFCHR | 0600, makedev(4, 63)))
    GTEST_SKIP() << "cannot make a device node here";
  Comparison comparison = image_.Compare(baseline);
  ASSERT_THAT(FindingLines(comparison), ElementsAre("extra /etc/device object"));
  EXPECT_EQ(comparison.findings[0].actual, "char");
}

// Runs `body` as nobody in a child; its exit status is the answer.
template <typename Body>
int AsNobody(Body body) {
  pid_t child = fork();
  if (child == 0) _exit(setgid(65534) || setuid(65534) ? 99 : body());
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

TEST_F(CompareAsRoot, WhatCannotBeReadIsUnverifiableAndNeitherGoldenNorDrifted) {
  ASSERT_EQ(chmod(image_.root.path().c_str(), 0755), 0);
  VerifiedBaseline baseline = image_.SealAndOpen();
  image_.root.Chmod("usr/share", 0700);
  image_.root.Chmod("etc/secret", 0600);
  VerifiedBaseline closed = image_.SealAndOpen();
  EXPECT_EQ(AsNobody([&] {
              std::vector<std::string> lines = FindingLines(image_.Compare(closed));
              std::vector<std::string> expected = {"unverifiable /etc/secret",
                                                   "unverifiable /usr/share"};
              return lines == expected ? 0 : 1;
            }),
            0);
}

TEST_F(CompareAsRoot, AFileSystemThatIsNotLocalIsNamedAndNotEntered) {
  VerifiedBaseline baseline = image_.SealAndOpen();
  std::string point = image_.root.Path("usr/share");
  if (mount("proc", point.c_str(), "proc", MS_RDONLY, nullptr))
    GTEST_SKIP() << "cannot mount here: " << strerror(errno);
  Comparison comparison = image_.Compare(baseline);
  umount2(point.c_str(), MNT_DETACH);
  ASSERT_THAT(FindingLines(comparison), ElementsAre("changed /usr/share file system"));
  EXPECT_THAT(comparison.findings[0].actual, HasSubstr("not local"));
}

TEST_F(CompareAsRoot, ATmpfsMountedOverATreeHidesWhatWasSealed) {
  VerifiedBaseline baseline = image_.SealAndOpen();
  std::string point = image_.root.Path("usr/share");
  if (mount("tmpfs", point.c_str(), "tmpfs", 0, "mode=0755"))
    GTEST_SKIP() << "cannot mount here: " << strerror(errno);
  Comparison comparison = image_.Compare(baseline);
  umount2(point.c_str(), MNT_DETACH);
  EXPECT_THAT(FindingLines(comparison), ElementsAre("missing /usr/share/x object"));
}

}  // namespace
}  // namespace assay
