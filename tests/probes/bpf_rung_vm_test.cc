// SPDX-License-Identifier: Apache-2.0
// The programs in a real kernel: what fires, what does not, and what a full ring costs.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <string_view>
#include <vector>

#include "base/fd.h"
#include "probes/bpf_rung.h"
#include "probes/slots.h"
#include "tests/support/temp_root.h"

namespace assay {
namespace {

enum : uint32_t { kDirectory, kFile, kOther, kUntouched, kObjects };
enum : uint32_t { kMounts = kObjects, kSysctl, kTcb, kSlots };

bool BpfIsActive() {
  char list[512] = {};
  Fd fd(open("/sys/kernel/security/lsm", O_RDONLY | O_CLOEXEC));
  return fd && read(fd.get(), list, sizeof list - 1) > 0 &&
         std::string_view(list).find("bpf") != std::string_view::npos;
}

class BpfRungOn : public ::testing::TestWithParam<Rung> {
 protected:
  void SetUp() override { Start(kSlots, 1 << 20); }

  void Start(uint32_t slots, uint32_t ring_bytes) {
    auto rung = BpfRung::Load({.family = GetParam(), .slots = slots, .ring_bytes = ring_bytes});
    if (!rung) GTEST_SKIP() << "this kernel refuses the programs: " << rung.error().text;
    // They load and attach all the same, and stay silent: what the canary is for.
    if (GetParam() == Rung::kLsm && !BpfIsActive())
      GTEST_SKIP() << "bpf is not in this kernel's active list of LSMs";
    rung_ = std::move(*rung);
    const char* names[] = {"dir", "dir/file", "dir/other", "dir/untouched"};
    for (const char* name : {"dir/file", "dir/other", "dir/untouched"}) root_.Write(name, "bytes");
    for (uint32_t slot = 0; slot < kObjects; slot++) Register(names[slot], slot);
    Quiet();
  }

  std::string Path(const char* name) { return root_.Path(name); }

  void Register(const std::string& name, uint32_t slot) {
    Fd fd(open(root_.Path(name).c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    auto key = KeyOf(fd.get());
    ASSERT_TRUE(key) << key.error().text;
    auto registered = rung_->Register(*key, slot);
    ASSERT_TRUE(registered) << registered.error().text;
  }

  /// Takes what is queued and acknowledges everything.
  void Quiet() {
    rung_->Drain([this](const DoorbellWire& bell) { bells_.push_back(bell); });
    for (uint32_t slot = 0; slot < kSlots; slot++) {
      (void)AcknowledgeSlot(rung_->slots()[slot], SlotSequence(rung_->slots()[slot]));
    }
    bells_.clear();
  }

  /// The slot is dirty, and a doorbell for it names this process.
  void ExpectRung(uint32_t slot, WireChannel channel, const char* what) {
    rung_->Drain([this](const DoorbellWire& bell) { bells_.push_back(bell); });
    EXPECT_TRUE(SlotDirty(rung_->slots()[slot])) << what;
    bool heard = false;
    for (const DoorbellWire& bell : bells_) {
      heard |= bell.slot == slot && bell.channel == channel &&
               bell.pid == static_cast<uint32_t>(getpid());
    }
    EXPECT_TRUE(heard) << what << ": no doorbell of ours among " << bells_.size();
    EXPECT_FALSE(SlotDirty(rung_->slots()[kUntouched])) << what;
  }

  void WriteBytes(const char* name) {
    Fd fd(open(Path(name).c_str(), O_WRONLY | O_CLOEXEC));
    ASSERT_EQ(write(fd.get(), "x", 1), 1);
  }

  TempRoot root_{{"place/.keep", ""}};
  std::unique_ptr<BpfRung> rung_;
  std::vector<DoorbellWire> bells_;
};

TEST_P(BpfRungOn, HasAProgramForEveryChannel) {
  for (const std::string& reason : rung_->missing()) EXPECT_EQ(reason, "");
}

TEST_P(BpfRungOn, RingsForAnOpenForWritingAndAgainForTheLastRelease) {
  Fd fd(open(Path("dir/file").c_str(), O_WRONLY | O_CLOEXEC));
  ExpectRung(kFile, WIRE_CONTENT, "open");
  Quiet();
  ASSERT_EQ(write(fd.get(), "x", 1), 1);
  fd.Reset();
  ExpectRung(kFile, WIRE_CONTENT, "close");
}

TEST_P(BpfRungOn, StaysSilentForAnOpenForReading) {
  {
    Fd fd(open(Path("dir/file").c_str(), O_RDONLY | O_CLOEXEC));
  }
  struct stat status;
  ASSERT_EQ(stat(Path("dir/file").c_str(), &status), 0);
  rung_->Drain([](const DoorbellWire& bell) { EXPECT_GE(bell.slot, kObjects); });
  EXPECT_FALSE(SlotDirty(rung_->slots()[kFile]));
  EXPECT_FALSE(SlotDirty(rung_->slots()[kDirectory]));
}

TEST_P(BpfRungOn, RingsForEveryAttribute) {
  std::string file = Path("dir/file");
  ASSERT_EQ(chmod(file.c_str(), 0640), 0);
  ExpectRung(kFile, WIRE_ATTRIBUTES, "chmod");
  Quiet();
  ASSERT_EQ(chown(file.c_str(), 1, 1), 0);
  ExpectRung(kFile, WIRE_ATTRIBUTES, "chown");
  Quiet();
  ASSERT_EQ(truncate(file.c_str(), 1), 0);
  ExpectRung(kFile, WIRE_ATTRIBUTES, "truncate");
  Quiet();
  ASSERT_EQ(setxattr(file.c_str(), "trusted.assay", "1", 1, 0), 0);
  ExpectRung(kFile, WIRE_ATTRIBUTES, "setxattr");
  Quiet();
  ASSERT_EQ(removexattr(file.c_str(), "trusted.assay"), 0);
  ExpectRung(kFile, WIRE_ATTRIBUTES, "removexattr");
}

TEST_P(BpfRungOn, RingsForChattr) {
  Fd fd(open(Path("dir/file").c_str(), O_RDONLY | O_CLOEXEC));
  int flags = 0;
  if (ioctl(fd.get(), FS_IOC_GETFLAGS, &flags) < 0) GTEST_SKIP() << "no chattr here";
  flags |= FS_NODUMP_FL;
  ASSERT_EQ(ioctl(fd.get(), FS_IOC_SETFLAGS, &flags), 0);
  ExpectRung(kFile, WIRE_ATTRIBUTES, "chattr");
}

TEST_P(BpfRungOn, RingsForAPosixAcl) {
  // Version 2; user::rw-, user:1:rw-, group::r--, mask::rw-, other::r-- (linux/posix_acl_xattr.h).
  const unsigned char acl[] = {2, 0, 0,   0,   1,   0,   6,  0, 255, 255, 255, 255, 2,   0,  6,
                               0, 1, 0,   0,   0,   4,   0,  4, 0,   255, 255, 255, 255, 16, 0,
                               6, 0, 255, 255, 255, 255, 32, 0, 4,   0,   255, 255, 255, 255};
  std::string file = Path("dir/file");
  if (setxattr(file.c_str(), "system.posix_acl_access", acl, sizeof acl, 0) < 0) {
    GTEST_SKIP() << "no ACLs here: " << strerror(errno);
  }
  ExpectRung(kFile, WIRE_ATTRIBUTES, "set ACL");
  Quiet();
  ASSERT_EQ(removexattr(file.c_str(), "system.posix_acl_access"), 0);
  ExpectRung(kFile, WIRE_ATTRIBUTES, "remove ACL");
}

TEST_P(BpfRungOn, RingsTheDirectoryForEveryName) {
  auto directory = [this](const char* what) {
    ExpectRung(kDirectory, WIRE_NAMES, what);
    Quiet();
  };
  Fd fd(open(Path("dir/new").c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  directory("create");
  ASSERT_EQ(link(Path("dir/new").c_str(), Path("dir/link").c_str()), 0);
  directory("link");
  ASSERT_EQ(unlink(Path("dir/link").c_str()), 0);
  directory("unlink");
  ASSERT_EQ(symlink("new", Path("dir/symlink").c_str()), 0);
  directory("symlink");
  ASSERT_EQ(mkdir(Path("dir/sub").c_str(), 0700), 0);
  directory("mkdir");
  ASSERT_EQ(rmdir(Path("dir/sub").c_str()), 0);
  directory("rmdir");
  ASSERT_EQ(mkfifo(Path("dir/fifo").c_str(), 0600), 0);
  directory("mknod");
  ASSERT_EQ(rename(Path("dir/new").c_str(), Path("place/new").c_str()), 0);
  directory("rename out");
  ASSERT_EQ(rename(Path("place/new").c_str(), Path("dir/new").c_str()), 0);
  directory("rename in");
}

TEST_P(BpfRungOn, RingsTheFileThatIsRenamedOverUnlinkedOrLinked) {
  ASSERT_EQ(link(Path("dir/file").c_str(), Path("place/link").c_str()), 0);
  ExpectRung(kFile, WIRE_NAMES, "link elsewhere");
  Quiet();
  root_.Write("place/new", "new");
  ASSERT_EQ(rename(Path("place/new").c_str(), Path("dir/file").c_str()), 0);
  ExpectRung(kFile, WIRE_NAMES, "rename over");
  ExpectRung(kDirectory, WIRE_NAMES, "rename over");
  Quiet();
  ASSERT_EQ(unlink(Path("dir/other").c_str()), 0);
  ExpectRung(kOther, WIRE_NAMES, "unlink");
}

TEST_P(BpfRungOn, RingsOnTmpfsWhereNobodyTellsTheGeneration) {
  ASSERT_EQ(mount("assay", Path("place").c_str(), "tmpfs", 0, nullptr), 0);
  ExpectRung(kMounts, WIRE_MOUNTS, "mount");
  root_.Write("place/file", "bytes");
  Register("place/file", kOther);
  Quiet();
  WriteBytes("place/file");
  ExpectRung(kOther, WIRE_CONTENT, "write on tmpfs");
  Quiet();
  EXPECT_EQ(umount(Path("place").c_str()), 0);
  ExpectRung(kMounts, WIRE_MOUNTS, "umount");
}

TEST_P(BpfRungOn, RingsTheSysctlPlaceForAnOpenForWriting) {
  {
    Fd fd(open("/proc/sys/kernel/printk", O_WRONLY | O_CLOEXEC));
  }
  ExpectRung(kSysctl, WIRE_SYSCTL, "sysctl");
}

TEST_P(BpfRungOn, LeavesTheSysctlPlaceAloneForOtherFilesOfProc) {
  {
    Fd fd(open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  }
  {
    Fd fd(open("/proc/self/task/../comm", O_WRONLY | O_CLOEXEC));
  }
  rung_->Drain([](const DoorbellWire& bell) {
    EXPECT_FALSE(bell.slot == kSysctl && bell.pid == static_cast<uint32_t>(getpid()));
  });
}

TEST_P(BpfRungOn, RingsTheTcbPlaceWhenAProgramIsLoaded) {
  auto second = BpfRung::Load({.family = GetParam(), .slots = kPlaces + 1});
  ASSERT_TRUE(second) << second.error().text;
  ExpectRung(kTcb, WIRE_TCB, "bpf(2)");
}

TEST_P(BpfRungOn, NamesTheCauseInFull) {
  WriteBytes("dir/file");
  rung_->Drain([this](const DoorbellWire& bell) {
    if (bell.slot == kFile) bells_.push_back(bell);
  });
  ASSERT_FALSE(bells_.empty());
  struct stat self;
  ASSERT_EQ(stat("/proc/self/exe", &self), 0);
  const DoorbellWire& bell = bells_.front();
  EXPECT_EQ(bell.exe_ino, self.st_ino);
  EXPECT_EQ(bell.parent, static_cast<uint32_t>(getppid()));
  EXPECT_EQ(bell.uid, geteuid());
  EXPECT_GT(bell.start_time, 0u);
  EXPECT_GT(bell.cgroup, 0u);
}

TEST_P(BpfRungOn, IsSilentUntilAcknowledgedButLosesNoTouch) {
  WriteBytes("dir/file");
  uint64_t first = SlotSequence(rung_->slots()[kFile]);
  for (int i = 0; i < 100; i++) WriteBytes("dir/file");
  int heard = 0;
  rung_->Drain([&heard](const DoorbellWire& bell) { heard += bell.slot == kFile; });
  EXPECT_EQ(heard, 1);
  EXPECT_GE(SlotSequence(rung_->slots()[kFile]), first + 200);
  EXPECT_FALSE(AcknowledgeSlot(rung_->slots()[kFile], first));
  EXPECT_TRUE(SlotDirty(rung_->slots()[kFile]));
}

TEST_P(BpfRungOn, ForgetsAKey) {
  Fd fd(open(Path("dir/file").c_str(), O_PATH | O_CLOEXEC));
  rung_->Forget(*KeyOf(fd.get()));
  WriteBytes("dir/file");
  EXPECT_FALSE(SlotDirty(rung_->slots()[kFile]));
}

TEST_P(BpfRungOn, DirtiesEverySlotWhenTheRingIsFullAndSaysSo) {
  constexpr uint32_t kMany = 1000;
  rung_.reset();
  Start(kMany + kPlaces, 4096);
  if (IsSkipped()) return;
  for (uint32_t i = 0; i < kMany; i++) root_.Write("many/" + std::to_string(i), "");
  for (uint32_t i = 0; i < kMany; i++) Register("many/" + std::to_string(i), i);
  for (int round = 0; round < 10; round++) {
    for (uint32_t i = 0; i < kMany; i++) WriteBytes(("many/" + std::to_string(i)).c_str());
  }
  EXPECT_GT(rung_->lost(), kMany / 2);
  for (uint32_t i = 0; i < kMany; i++) EXPECT_TRUE(SlotDirty(rung_->slots()[i])) << i;
}

INSTANTIATE_TEST_SUITE_P(Families, BpfRungOn, ::testing::Values(Rung::kLsm, Rung::kFentry),
                         [](const auto& tested) {
                           return tested.param == Rung::kLsm ? "lsm" : "fentry";
                         });

}  // namespace
}  // namespace assay
