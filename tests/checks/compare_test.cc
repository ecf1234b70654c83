// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/digest.h"
#include "tests/checks/sealed_image.h"

namespace assay {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

SealedImage Image() {
  return SealedImage{{{"etc/hostname.conf", "node\n"},
                      {"etc/ssh/sshd_config", "PermitRootLogin no\n"},
                      {"usr/bin/tool", "#!/bin/true\n"},
                      {"usr/bin-old/tool", "old\n"},
                      {"usr/lib/x/deep/file", "deep\n"}}};
}

TEST(Compare, AnUntouchedImageIsGolden) {
  SealedImage image = Image();
  VerifiedBaseline baseline = image.SealAndOpen();
  EXPECT_THAT(FindingLines(image.Compare(baseline)), IsEmpty());
  EXPECT_EQ(baseline.object_count(), 13u);  // 5 files, 8 directories
  EXPECT_EQ(baseline.image(), "node:1");
}

TEST(Compare, AChangedFileIsNamedWithBothDigests) {
  SealedImage image = Image();
  VerifiedBaseline baseline = image.SealAndOpen();
  image.root.Append("etc/ssh/sshd_config", "x\n");
  Comparison comparison = image.Compare(baseline);
  ASSERT_THAT(FindingLines(comparison), ElementsAre("changed /etc/ssh/sshd_config content"));
  EXPECT_EQ(comparison.findings[0].expected, "sha256:" + Hex(Sha256Of("PermitRootLogin no\n")));
  EXPECT_EQ(comparison.findings[0].actual, "sha256:" + Hex(Sha256Of("PermitRootLogin no\nx\n")));
}

TEST(Compare, AChangeThatKeepsTheSizeIsSeen) {
  SealedImage image = Image();
  VerifiedBaseline baseline = image.SealAndOpen();
  image.root.Write("usr/bin-old/tool", "OLD\n");
  EXPECT_THAT(FindingLines(image.Compare(baseline)),
              ElementsAre("changed /usr/bin-old/tool content"));
}

TEST(Compare, MissingAndExtraObjectsAreNamedEachOnce) {
  SealedImage image = Image();
  VerifiedBaseline baseline = image.SealAndOpen();
  image.root.Remove("usr/bin/tool");
  image.root.Write("usr/bin/backdoor", "x");
  image.root.Write("etc/cron.d/job", "x");
  image.root.Remove("usr/lib/x");
  EXPECT_THAT(FindingLines(image.Compare(baseline)),
              ElementsAre("extra /etc/cron.d object", "extra /etc/cron.d/job object",
                          "extra /usr/bin/backdoor object", "missing /usr/bin/tool object",
                          "missing /usr/lib/x object", "missing /usr/lib/x/deep object",
                          "missing /usr/lib/x/deep/file object"));
}

TEST(Compare, AMissingTreeIsMissingInFull) {
  SealedImage image = Image();
  VerifiedBaseline baseline = image.SealAndOpen();
  image.root.Remove("etc");
  EXPECT_THAT(FindingLines(image.Compare(baseline)),
              ElementsAre("missing /etc object", "missing /etc/hostname.conf object",
                          "missing /etc/ssh object", "missing /etc/ssh/sshd_config object"));
}

TEST(Compare, ModeIsComparedOfFilesAndDirectories) {
  SealedImage image = Image();
  VerifiedBaseline baseline = image.SealAndOpen();
  image.root.Chmod("usr/bin/tool", 04755);
  image.root.Chmod("etc/ssh", 0777);
  Comparison comparison = image.Compare(baseline);
  ASSERT_THAT(FindingLines(comparison),
              ElementsAre("changed /etc/ssh mode", "changed /usr/bin/tool mode"));
  EXPECT_EQ(comparison.findings[0].actual, "0777");
  EXPECT_EQ(comparison.findings[1].expected, "0644");
  EXPECT_EQ(comparison.findings[1].actual, "4755");
}

TEST(Compare, AFileReplacedByALinkToItsCopyIsAChangeOfType) {
  SealedImage image = Image();
  VerifiedBaseline baseline = image.SealAndOpen();
  image.root.Remove("usr/bin/tool");
  image.root.Symlink("usr/bin/tool", "/etc/hostname.conf");
  Comparison comparison = image.Compare(baseline);
  ASSERT_THAT(FindingLines(comparison), ElementsAre("changed /usr/bin/tool type"));
  EXPECT_EQ(comparison.findings[0].expected, "file");
  EXPECT_EQ(comparison.findings[0].actual, "symlink");
}

TEST(Compare, ADirectoryReplacedByALinkLosesWhatWasInIt) {
  SealedImage image = Image();
  VerifiedBaseline baseline = image.SealAndOpen();
  ASSERT_EQ(rename(image.root.Path("etc/ssh").c_str(), image.root.Path("elsewhere").c_str()), 0);
  image.root.Symlink("etc/ssh", "../elsewhere");
  EXPECT_THAT(FindingLines(image.Compare(baseline)),
              ElementsAre("changed /etc/ssh type", "missing /etc/ssh/sshd_config object"));
}

TEST(Compare, ALinkIsComparedByItsTargetAndNeverFollowed) {
  SealedImage image = Image();
  image.root.Symlink("etc/loop", "loop");
  image.root.Symlink("etc/out", "/../../..");
  VerifiedBaseline baseline = image.SealAndOpen();
  EXPECT_TRUE(image.Compare(baseline).golden());
  image.root.Remove("etc/loop");
  image.root.Symlink("etc/loop", "other");
  EXPECT_THAT(FindingLines(image.Compare(baseline)), ElementsAre("changed /etc/loop link target"));
}

TEST(Compare, UserXattrsAreCompared) {
  SealedImage image = Image();
  std::string path = image.root.Path("usr/bin/tool");
  if (setxattr(path.c_str(), "user.mark", "a", 1, 0))
    GTEST_SKIP() << "the file system has no user xattrs";
  VerifiedBaseline baseline = image.SealAndOpen();
  EXPECT_TRUE(image.Compare(baseline).golden());
  ASSERT_EQ(setxattr(path.c_str(), "user.mark", "b", 1, 0), 0);
  EXPECT_THAT(FindingLines(image.Compare(baseline)),
              ElementsAre("changed /usr/bin/tool xattr user.mark"));
  ASSERT_EQ(removexattr(path.c_str(), "user.mark"), 0);
  Comparison comparison = image.Compare(baseline);
  ASSERT_EQ(comparison.findings.size(), 1u);
  EXPECT_EQ(comparison.findings[0].actual, "absent");
}

TEST(Compare, AFifoIsDescribedAndNeverOpened) {
  SealedImage image = Image();
  image.root.Fifo("etc/pipe");
  VerifiedBaseline baseline = image.SealAndOpen();  // would hang here if it were opened
  EXPECT_TRUE(image.Compare(baseline).golden());
  image.root.Remove("etc/hostname.conf");
  image.root.Fifo("etc/hostname.conf");
  EXPECT_THAT(FindingLines(image.Compare(baseline)),
              ElementsAre("changed /etc/hostname.conf type"));
}

TEST(Compare, ASocketIsAnObjectLikeAnyOther) {
  SealedImage image = Image();
  VerifiedBaseline baseline = image.SealAndOpen();
  ASSERT_EQ(mknod(image.root.Path("etc/socket").c_str(), S_IFSOCK | 0600, 0), 0);
  Comparison comparison = image.Compare(baseline);
  ASSERT_THAT(FindingLines(comparison), ElementsAre("extra /etc/socket object"));
  EXPECT_EQ(comparison.findings[0].actual, "socket");
}

TEST(Compare, NamesWithControlCharactersAndInvalidUtf8AreKeptAsTheyAre) {
  SealedImage image = Image();
  image.root.Write("etc/\x1b[31m\n\xff", "x");
  VerifiedBaseline baseline = image.SealAndOpen();
  EXPECT_TRUE(image.Compare(baseline).golden());
  image.root.Write("etc/\x1b[31m\n\xff", "y");
  EXPECT_THAT(FindingLines(image.Compare(baseline)),
              ElementsAre("changed /etc/\x1b[31m\n\xff content"));
}

TEST(Compare, AHardLinkIsHashedUnderEachName) {
  SealedImage image = Image();
  ASSERT_EQ(link(image.root.Path("usr/bin/tool").c_str(), image.root.Path("usr/bin/alias").c_str()),
            0);
  VerifiedBaseline baseline = image.SealAndOpen();
  image.root.Append("usr/bin/alias", "x");
  EXPECT_THAT(FindingLines(image.Compare(baseline)),
              ElementsAre("changed /usr/bin/alias content", "changed /usr/bin/tool content"));
}

TEST(Compare, ATreeFiveThousandDirectoriesDeepIsWalked) {
  SealedImage image = Image();
  int fd = open(image.root.Path("usr").c_str(), O_RDONLY | O_DIRECTORY);
  for (int i = 0; i < 5000; i++) {
    ASSERT_EQ(mkdirat(fd, "d", 0755), 0);
    // A second name on each level makes the walk come back to it.
    if (i % 100 == 0) close(openat(fd, "z", O_CREAT | O_WRONLY, 0644));
    int next = openat(fd, "d", O_RDONLY | O_DIRECTORY);
    close(fd);
    fd = next;
  }
  close(openat(fd, "bottom", O_CREAT | O_WRONLY, 0644));
  VerifiedBaseline baseline = image.SealAndOpen();
  EXPECT_EQ(baseline.object_count(), 13u + 5000 + 50 + 1);
  EXPECT_TRUE(image.Compare(baseline).golden());
  ASSERT_EQ(fchmodat(fd, "bottom", 0600, 0), 0);
  close(fd);
  Comparison comparison = image.Compare(baseline);
  ASSERT_EQ(comparison.findings.size(), 1u);
  EXPECT_EQ(comparison.findings[0].property, "mode");
  Host host = image.root.OpenHost();
  auto index = baseline.FindObject(comparison.findings[0].subject);
  ASSERT_TRUE(index);
  EXPECT_EQ(CompareObject(baseline, host, *index).findings, comparison.findings);
}

TEST(Compare, ASparseFileOfATebibyteIsProvenDifferentWithoutReadingIt) {
  SealedImage image = Image();
  VerifiedBaseline baseline = image.SealAndOpen();
  if (truncate(image.root.Path("usr/bin/tool").c_str(), off_t(1) << 40))
    GTEST_SKIP() << "the file system cannot hold a sparse file of 1 TiB";
  Comparison comparison = image.Compare(baseline);
  ASSERT_THAT(FindingLines(comparison), ElementsAre("changed /usr/bin/tool content"));
  EXPECT_THAT(comparison.findings[0].actual, HasSubstr("1099511627776 bytes"));
}

TEST(Compare, ItStopsWhenItIsToldTo) {
  SealedImage image = Image();
  VerifiedBaseline baseline = image.SealAndOpen();
  Host host = image.root.OpenHost();
  int polls = 0;
  Expected<Comparison> comparison = CompareAll(baseline, host, {}, [&] { return ++polls == 3; });
  ASSERT_FALSE(comparison);
  EXPECT_EQ(comparison.error().code, ErrorCode::kUnavailable);
}

TEST(CompareObject, SeesOneFile) {
  SealedImage image = Image();
  VerifiedBaseline baseline = image.SealAndOpen();
  Host host = image.root.OpenHost();
  uint32_t index = *baseline.FindObject("/usr/bin/tool");
  EXPECT_TRUE(CompareObject(baseline, host, index).golden());
  image.root.Append("usr/bin/tool", "x");
  EXPECT_THAT(FindingLines(CompareObject(baseline, host, index)),
              ElementsAre("changed /usr/bin/tool content"));
  image.root.Remove("usr/bin/tool");
  EXPECT_THAT(FindingLines(CompareObject(baseline, host, index)),
              ElementsAre("missing /usr/bin/tool object"));
}

TEST(CompareObject, OfADirectoryFindsExtraAndMissingNamesAndWhatIsBelowNewOnes) {
  SealedImage image = Image();
  VerifiedBaseline baseline = image.SealAndOpen();
  Host host = image.root.OpenHost();
  uint32_t usr = *baseline.FindObject("/usr");
  EXPECT_TRUE(CompareObject(baseline, host, usr).golden());
  image.root.Write("usr/new/below", "x");
  image.root.Append("usr/bin/tool", "not its business");
  image.root.Remove("usr/lib");
  EXPECT_THAT(FindingLines(CompareObject(baseline, host, usr)),
              ElementsAre("missing /usr/lib object", "extra /usr/new object",
                          "extra /usr/new/below object"));
}

TEST(CompareObject, OfAMissingDirectoryNamesItOnce) {
  SealedImage image = Image();
  VerifiedBaseline baseline = image.SealAndOpen();
  Host host = image.root.OpenHost();
  image.root.Remove("usr/lib");
  EXPECT_THAT(FindingLines(CompareObject(baseline, host, *baseline.FindObject("/usr/lib"))),
              ElementsAre("missing /usr/lib object"));
}

TEST(Scope, LatchedObjectsMayComeGoAndBeRewritten) {
  SealedImage image({{"etc/machine-id", ""}, {"etc/hosts", "a\n"}, {"usr/x", ""}});
  VerifiedBaseline baseline = image.SealAndOpen();
  image.root.Write("etc/machine-id", "0123\n");
  image.root.Remove("etc/hosts");
  image.root.Write("etc/ssh/ssh_host_ed25519_key", "secret");
  EXPECT_THAT(FindingLines(image.Compare(baseline)), ElementsAre("extra /etc/ssh object"));
  image.root.Chmod("etc/machine-id", 0666);
  EXPECT_THAT(FindingLines(image.Compare(baseline)),
              ElementsAre("changed /etc/machine-id mode", "extra /etc/ssh object"));
}

TEST(Scope, ShapeComparesMetadataAndIgnoredNothing) {
  SealedImage image({{"boot/grub/grubenv", "a"}, {"etc/resolv.conf", "a"}});
  image.scope = {"/etc", "/boot"};
  VerifiedBaseline baseline = image.SealAndOpen();
  image.root.Write("boot/grub/grubenv", "b");
  image.root.Remove("etc/resolv.conf");
  EXPECT_THAT(FindingLines(image.Compare(baseline)), IsEmpty());
  image.root.Chmod("boot/grub/grubenv", 0600);
  EXPECT_THAT(FindingLines(image.Compare(baseline)),
              ElementsAre("changed /boot/grub/grubenv mode"));
}

TEST(Packages, AreComparedByVersionStatusAndPresence) {
  const char* kStatus =
      "Package: a\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n"
      "Package: b\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n";
  SealedImage image({{"etc/x", ""}, {"var/lib/dpkg/status", kStatus}});
  VerifiedBaseline baseline = image.SealAndOpen();
  EXPECT_TRUE(image.Compare(baseline).golden());
  image.root.Write("var/lib/dpkg/status",
                   "Package: a\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2\n\n"
                   "Package: c\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n");
  EXPECT_THAT(
      FindingLines(image.Compare(baseline)),
      ElementsAre("changed a:amd64 version", "missing b:amd64 package", "extra c:all package"));
}

TEST(Packages, AMalformedDatabaseIsUnverifiable) {
  SealedImage image(
      {{"etc/x", ""}, {"var/lib/dpkg/status", "Package: a\nStatus: install ok installed\n"}});
  VerifiedBaseline baseline = image.SealAndOpen();
  image.root.Write("var/lib/dpkg/status", "what is this\n");
  EXPECT_THAT(FindingLines(image.Compare(baseline)),
              ElementsAre("unverifiable /var/lib/dpkg/status"));
  image.root.Remove("var/lib/dpkg/status");
  EXPECT_THAT(FindingLines(image.Compare(baseline)),
              ElementsAre("unverifiable /var/lib/dpkg/status"));
}

}  // namespace
}  // namespace assay
