// SPDX-License-Identifier: Apache-2.0
// The table of provocations, on every rung that this kernel has. In the VM that is lsm, fentry and
// fanotify; on a host that refuses BPF trampolines only fanotify.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "base/fd.h"
#include "probes/watcher.h"
#include "tests/support/temp_root.h"

namespace assay {
namespace {

using ::testing::ElementsAre;

enum : ObjectId { kDirectory, kFile, kOther, kAbsent, kCount };

class WatcherOn : public ::testing::TestWithParam<Rung> {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root to watch a file system";
    // A rung that this kernel has not costs the canary's patience once, not for every row.
    if (auto known = absent_.find(GetParam()); known != absent_.end())
      GTEST_SKIP() << known->second;
    root_.Write("golden/file", "golden\n");
    root_.Write("golden/other", "other\n");
    Start();
  }

  void Start() {
    WatchPlan plan;
    plan.count = kCount;
    plan.path = [this](ObjectId object) {
      const char* names[] = {"golden", "golden/file", "golden/other", "golden/absent"};
      return root_.Path(names[object]);
    };
    Watcher::Options options;
    options.canary_directory = root_.Path("canary");
    options.best = GetParam();
    Expected<std::unique_ptr<Watcher>> watcher = Watcher::Start(std::move(plan), options);
    ASSERT_TRUE(watcher) << watcher.error().ToString();
    watcher_ = std::move(*watcher);
    const ChannelStatus& content = watcher_->status()[size_t(Channel::kContent)];
    if (content.rung != GetParam()) {
      absent_[GetParam()] =
          "this kernel has no rung " + std::string(RungName(GetParam())) + ": " + content.reason;
      GTEST_SKIP() << absent_[GetParam()];
    }
    watcher_->Drain();
    EXPECT_TRUE(watcher_->Sweep().empty()) << "nobody touched anything yet";
  }

  // Waits until a doorbell for `object` came; nullopt after five seconds.
  std::optional<Doorbell> Heard(ObjectId object) {
    BootNanos until = BootNow() + 5'000'000'000;
    while (BootNow() < until) {
      for (Doorbell& doorbell : watcher_->Drain()) heard_.push_back(std::move(doorbell));
      auto found = std::ranges::find(heard_, object, &Doorbell::object);
      if (found != heard_.end()) return *found;
      pollfd ready{watcher_->poll_fd(), POLLIN, 0};
      poll(&ready, 1, 100);
    }
    return std::nullopt;
  }

  void ExpectHeard(ObjectId object, Channel channel) {
    std::optional<Doorbell> doorbell = Heard(object);
    ASSERT_TRUE(doorbell) << "no doorbell";
    EXPECT_EQ(doorbell->channel, channel);
    ASSERT_TRUE(doorbell->cause);
    EXPECT_EQ(doorbell->cause->process.pid, getpid());
    EXPECT_FALSE(doorbell->cause->process.exe.empty());
    EXPECT_THAT(watcher_->Sweep(), ::testing::Contains(object));
    EXPECT_THAT(watcher_->Sweep(), ::testing::Not(::testing::Contains(kOther))) << "untouched";
  }

  std::string File() const { return root_.Path("golden/file"); }

  static inline std::map<Rung, std::string> absent_;
  TempRoot root_;
  std::unique_ptr<Watcher> watcher_;
  std::vector<Doorbell> heard_;
};

TEST_P(WatcherOn, AWriteIsHeardAndNamesItsProcess) {
  root_.Append("golden/file", "x");
  ExpectHeard(kFile, Channel::kContent);
}

TEST_P(WatcherOn, ATruncationByNameIsHeard) {
  if (GetParam() == Rung::kFanotify)
    GTEST_SKIP()
        << "truncate(2) raises FAN_MODIFY alone, which is not asked for: the comparison finds it";
  ASSERT_EQ(truncate(File().c_str(), 1), 0);
  ASSERT_TRUE(Heard(kFile));
}

TEST_P(WatcherOn, AStoreThroughAMappingIsHeardByTheTimeItIsUnmapped) {
  Fd fd(open(File().c_str(), O_RDWR));
  void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  ASSERT_NE(page, MAP_FAILED);
  fd.Reset();
  *static_cast<volatile char*>(page) = 'X';
  munmap(page, 4096);
  ExpectHeard(kFile, Channel::kContent);
}

TEST_P(WatcherOn, ChangesOfModeOwnerAndExtendedAttributesAreHeard) {
  ASSERT_EQ(chmod(File().c_str(), 0600), 0);
  ExpectHeard(kFile, Channel::kAttributes);
}

TEST_P(WatcherOn, AnExtendedAttributeIsHeard) {
  if (setxattr(File().c_str(), "user.x", "y", 1, 0)) GTEST_SKIP() << "no user attributes here";
  ExpectHeard(kFile, Channel::kAttributes);
}

TEST_P(WatcherOn, ARenameOverTheFileIsHeardAtTheDirectoryAndTheNewInodeIsWatchedAfterRebind) {
  root_.Write("elsewhere", "evil\n");
  ASSERT_EQ(rename(root_.Path("elsewhere").c_str(), File().c_str()), 0);
  ASSERT_TRUE(Heard(kDirectory));
  uint64_t before = watcher_->Sequence(kFile);
  ASSERT_TRUE(watcher_->Rebind(kFile));
  EXPECT_THAT(watcher_->Sweep(), ::testing::Contains(kFile)) << "another inode: dirty";
  EXPECT_GE(watcher_->Sequence(kFile), before);
  heard_.clear();
  for (ObjectId object : {kDirectory, kFile})
    (void)watcher_->Acknowledge(object, watcher_->Sequence(object));
  root_.Append("golden/file", "x");
  ASSERT_TRUE(Heard(kFile));
}

TEST_P(WatcherOn, AnExtraFileIsHeardAtTheDirectory) {
  root_.Write("golden/extra", "x");
  ExpectHeard(kDirectory, Channel::kNames);
}

TEST_P(WatcherOn, ARemovalIsHeard) {
  root_.Remove("golden/file");
  ASSERT_TRUE(Heard(kDirectory));
}

TEST_P(WatcherOn, DirectoriesLinksAndSymbolicLinksAreHeard) {
  for (auto make : {+[](const std::string& path) { return mkdir(path.c_str(), 0755); },
                    +[](const std::string& path) { return symlink("x", path.c_str()); }}) {
    heard_.clear();
    (void)watcher_->Acknowledge(kDirectory, watcher_->Sequence(kDirectory));
    ASSERT_EQ(make(root_.Path("golden/new")), 0);
    ASSERT_TRUE(Heard(kDirectory));
    root_.Remove("golden/new");
    watcher_->Drain();
  }
}

TEST_P(WatcherOn, AWriteThroughAHardLinkElsewhereIsHeard) {
  ASSERT_EQ(link(File().c_str(), root_.Path("alias").c_str()), 0);
  watcher_->Drain();
  heard_.clear();
  (void)watcher_->Acknowledge(kFile, watcher_->Sequence(kFile));
  root_.Append("alias", "x");
  ASSERT_TRUE(Heard(kFile));
}

TEST_P(WatcherOn, AnObjectThatAppearsWhereItWasMissingIsHeardAtItsDirectory) {
  root_.Write("golden/absent", "now here\n");
  ASSERT_TRUE(Heard(kDirectory));
  ASSERT_TRUE(watcher_->Rebind(kAbsent));
  EXPECT_THAT(watcher_->Sweep(), ::testing::Contains(kAbsent));
}

TEST_P(WatcherOn, AProcessThatIsGoneIsSaidToBeGoneOrNamedWithItsParents) {
  pid_t child = fork();
  if (child == 0) {
    int fd = open(File().c_str(), O_WRONLY | O_APPEND);
    _exit(write(fd, "x", 1) == 1 ? 0 : 1);
  }
  int status;
  waitpid(child, &status, 0);
  std::optional<Doorbell> doorbell = Heard(kFile);
  ASSERT_TRUE(doorbell && doorbell->cause);
  EXPECT_EQ(doorbell->cause->process.pid, child);
  EXPECT_TRUE(doorbell->cause->process.gone) << "reaped before the doorbell was read";
}

TEST_P(WatcherOn, AFurtherTouchBeforeTheAcknowledgementMakesItFail) {
  root_.Append("golden/file", "x");
  ASSERT_TRUE(Heard(kFile));
  uint64_t sequence = watcher_->Sequence(kFile);
  root_.Append("golden/file", "y");
  // The second touch may take a moment to arrive where a queue stands between.
  BootNanos until = BootNow() + 5'000'000'000;
  while (watcher_->Sequence(kFile) == sequence && BootNow() < until) watcher_->Drain();
  EXPECT_FALSE(watcher_->Acknowledge(kFile, sequence));
  EXPECT_TRUE(watcher_->Acknowledge(kFile, watcher_->Sequence(kFile)));
}

TEST_P(WatcherOn, AChangeOfTheMountTableIsHeardAndAlsoFoundByASweep) {
  root_.Write("place/.keep", "");
  ASSERT_EQ(mount("assay", root_.Path("place").c_str(), "tmpfs", 0, nullptr), 0);
  EXPECT_THAT(watcher_->Sweep(), ElementsAre(kMountsObject));
  EXPECT_TRUE(watcher_->Acknowledge(kMountsObject, watcher_->Sequence(kMountsObject)));
  watcher_->Drain();
  ASSERT_EQ(umount(root_.Path("place").c_str()), 0);
  EXPECT_TRUE(Heard(kMountsObject));
}

TEST_P(WatcherOn, TheCanaryComesThroughEveryFileChannelAndIsNoDoorbell) {
  EXPECT_TRUE(watcher_->RunCanary().empty());
  for (Channel channel : {Channel::kContent, Channel::kAttributes, Channel::kNames}) {
    EXPECT_NE(watcher_->status()[size_t(channel)].proven_at, 0u) << ChannelName(channel);
  }
  EXPECT_TRUE(watcher_->Drain().empty());
  EXPECT_TRUE(watcher_->Sweep().empty());
}

TEST_P(WatcherOn, WhatAnInterruptedCanaryLeftDoesNotMakeTheNextOneSilent) {
  root_.Write("canary/a", "left");
  root_.MakeDirectory("canary/b");
  EXPECT_TRUE(watcher_->RunCanary().empty());
}

TEST_P(WatcherOn, ADoorbellThatComesDuringTheCanaryIsNotLost) {
  root_.Append("golden/file", "x");
  watcher_->RunCanary();
  pollfd ready{watcher_->poll_fd(), POLLIN, 0};
  EXPECT_EQ(poll(&ready, 1, 5000), 1) << "the loop must be woken for it";
  ASSERT_TRUE(Heard(kFile));
}

INSTANTIATE_TEST_SUITE_P(Rungs, WatcherOn,
                         ::testing::Values(Rung::kLsm, Rung::kFentry, Rung::kFanotify),
                         [](const auto& rung_info) {
                           return std::string(RungName(rung_info.param));
                         });

TEST(Watcher, OnTheLastRungThereAreNoEventsAndNothingIsProven) {
  TempRoot root{{"file", "x"}};
  WatchPlan plan{root.path(), 1, [](ObjectId) { return std::string("/file"); }};
  Watcher::Options options;
  options.canary_directory = root.Path("canary");
  options.best = Rung::kComparison;
  auto watcher = Watcher::Start(std::move(plan), options);
  ASSERT_TRUE(watcher);
  for (const ChannelStatus& status : (*watcher)->status()) {
    EXPECT_EQ(status.rung, Rung::kComparison);
    EXPECT_EQ(status.proven_at, 0u);
    EXPECT_FALSE(status.reason.empty());
  }
}

TEST(Watcher, ACanaryThatCannotBeMadeIsAnErrorThatSaysWhere) {
  Watcher::Options options;
  options.canary_directory = "/proc/nowhere/canary";
  auto watcher = Watcher::Start(WatchPlan{"/", 0, {}}, options);
  ASSERT_FALSE(watcher);
  EXPECT_NE(watcher.error().text.find("/proc/nowhere/canary"), std::string::npos);
}

}  // namespace
}  // namespace assay
