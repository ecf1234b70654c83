// SPDX-License-Identifier: Apache-2.0
// The walk and what root alone can make: owners and mounts.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "checks/predicates/tree_facts.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

class WalkAsRoot : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root: it changes owners and mounts";
  }
  TempRoot root_{{"etc/passwd", "root:x:0:0::/:\n"}, {"etc/group", "root:x:0:\n"}, {"a/file", ""}};
};

TEST_F(WalkAsRoot, AFileOfNobodyIsFoundAlsoIfItIsALink) {
  root_.Symlink("a/link", "file");
  ASSERT_EQ(lchown(root_.Path("a/link").c_str(), 0, 4711), 0);
  Host host = root_.OpenHost();
  const Expected<TreeFacts>& facts = TreeFactsOf(host);
  ASSERT_TRUE(facts && facts->unowned);
  ASSERT_EQ(facts->unowned->count, 1u);
  EXPECT_EQ(facts->unowned->first[0].path, "/a/link");
}

// systemd.exec(5): /var/lib/private is root's alone; the ids in it come and go.
TEST_F(WalkAsRoot, ADynamicUserIsKnownOnlyWhereSystemdKeepsIt) {
  root_.Write("var/lib/private/x/state", "");
  root_.Write("srv/state", "");
  for (const char* file : {"var/lib/private/x/state", "srv/state"})
    ASSERT_EQ(chown(root_.Path(file).c_str(), 61'500, 61'500), 0);
  Host host = root_.OpenHost();
  const Expected<TreeFacts>& facts = TreeFactsOf(host);
  ASSERT_TRUE(facts && facts->unowned);
  ASSERT_EQ(facts->unowned->count, 1u);
  EXPECT_EQ(facts->unowned->first[0].path, "/srv/state");
}

// What is mounted in a static root for the build (/proc, /dev, a tmpfs) is not of the image; a
// partition of it is.
TEST_F(WalkAsRoot, OfTheMountsInAStaticRootOnlyDisksAreEntered) {
  if (unshare(CLONE_NEWNS) || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr))
    GTEST_SKIP() << "no mount namespace here: " << strerror(errno);
  root_.MakeDirectory("run");
  root_.MakeDirectory("data");
  root_.Write("partition/open", "");
  root_.Chmod("partition/open", 0666);
  ASSERT_EQ(mount("t", root_.Path("run").c_str(), "tmpfs", 0, nullptr), 0);
  root_.Write("run/open", "");
  root_.Chmod("run/open", 0666);
  ASSERT_EQ(
      mount(root_.Path("partition").c_str(), root_.Path("data").c_str(), nullptr, MS_BIND, nullptr),
      0);
  Host host = root_.OpenHost();
  const Expected<TreeFacts>& facts = TreeFactsOf(host);
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->not_entered, std::vector<std::string>{"/run"});
  EXPECT_EQ(facts->world_writable.count, 2u);
  umount2(root_.Path("data").c_str(), MNT_DETACH);
  umount2(root_.Path("run").c_str(), MNT_DETACH);
}

}  // namespace

}  // namespace assay
