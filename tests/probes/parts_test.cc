// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "base/fd.h"
#include "probes/cause.h"
#include "probes/hash_index.h"
#include "probes/lease.h"
#include "probes/slots.h"
#include "tests/support/temp_root.h"

namespace assay {
namespace {

TEST(Slots, OnlyTheFirstTouchSinceTheAcknowledgementRings) {
  SlotWire slot{};
  EXPECT_TRUE(TouchSlot(slot));
  EXPECT_FALSE(TouchSlot(slot));
  EXPECT_FALSE(AcknowledgeSlot(slot, 1)) << "touched twice: look again";
  EXPECT_TRUE(SlotDirty(slot));
  EXPECT_TRUE(AcknowledgeSlot(slot, 2));
  EXPECT_FALSE(SlotDirty(slot));
  EXPECT_TRUE(TouchSlot(slot));
}

// Law 4: whatever the interleaving, a touched slot is either rung for or seen by the acknowledger.
TEST(Slots, NoTouchIsEverLostBetweenATouchingAndAnAcknowledgingThread) {
  SlotWire slot{};
  std::atomic<uint64_t> doorbells = 0, touches = 0;
  std::atomic<bool> done = false;
  std::jthread toucher([&] {
    for (int i = 0; i < 200'000; i++) {
      touches++;
      if (TouchSlot(slot)) doorbells++;
    }
    done = true;
  });
  uint64_t heard = 0, seen = 0;
  auto look = [&] {
    for (;;) {
      uint64_t q = SlotSequence(slot);
      seen = q;
      if (AcknowledgeSlot(slot, q)) return;
    }
  };
  while (!done || heard != doorbells) {
    if (heard == doorbells) continue;
    heard++;
    look();
  }
  EXPECT_FALSE(SlotDirty(slot)) << "a touch after the last look rang nothing";
  EXPECT_EQ(seen, touches);
}

TEST(Slots, ThePlacesComeAfterTheObjects) {
  EXPECT_EQ(SlotOf(5, 10), 5u);
  EXPECT_EQ(SlotOf(kMountsObject, 10), 10u);
  EXPECT_EQ(SlotOf(kTcbObject, 10), 12u);
  for (ObjectId object : {ObjectId(0), ObjectId(9), kMountsObject, kSysctlObject, kTcbObject})
    EXPECT_EQ(ObjectOf(SlotOf(object, 10), 10), object);
}

TEST(HashIndex, FindsWhatWasPutAndNothingElseAlsoAfterErasing) {
  HashIndex index(10);
  auto hash = [&](int i) { return index.Hash("object " + std::to_string(i)); };
  for (int i = 0; i < 10'000; i++) index.Put(hash(i), uint32_t(i));
  for (int i = 0; i < 10'000; i += 2) index.Erase(hash(i));
  for (int i = 0; i < 10'000; i++) {
    std::optional<uint32_t> found = index.Find(hash(i));
    if (i % 2)
      EXPECT_EQ(found, uint32_t(i));
    else
      EXPECT_EQ(found, std::nullopt);
  }
}

TEST(HashIndex, TheSameBytesHashDifferentlyInAnotherIndex) {
  EXPECT_NE(HashIndex(1).Hash("x"), HashIndex(1).Hash("x")) << "keyed: nobody can craft collisions";
}

class Lease : public ::testing::Test {
 protected:
  WriterAnswer Ask() const { return AskWriters(Fd(open(path_.c_str(), O_RDONLY)).get()); }
  void SetUp() override {
    if (Ask().writers == Writers::kUnknown)
      GTEST_SKIP() << "no leases on the file system of the temporary directory: " << Ask().reason;
  }
  TempRoot root_{{"file", "x"}};
  std::string path_ = root_.Path("file");
};

TEST_F(Lease, NobodyWrites) { EXPECT_EQ(Ask().writers, Writers::kNone); }

TEST_F(Lease, ReadersAreNoWriters) {
  Fd reader(open(path_.c_str(), O_RDONLY));
  EXPECT_EQ(Ask().writers, Writers::kNone);
}

TEST_F(Lease, AWritableDescriptorIsAWriterUntilItIsClosed) {
  Fd writer(open(path_.c_str(), O_WRONLY));
  EXPECT_EQ(Ask().writers, Writers::kSome);
  writer.Reset();
  EXPECT_EQ(Ask().writers, Writers::kNone);
}

TEST_F(Lease, AWritableMappingIsAWriterAlsoAfterItsDescriptorIsClosed) {
  Fd writer(open(path_.c_str(), O_RDWR));
  void* page = mmap(nullptr, 1, PROT_READ | PROT_WRITE, MAP_SHARED, writer.get(), 0);
  ASSERT_NE(page, MAP_FAILED);
  writer.Reset();
  EXPECT_EQ(Ask().writers, Writers::kSome);
  munmap(page, 1);
  EXPECT_EQ(Ask().writers, Writers::kNone);
}

TEST(LeaseElsewhere, OnAFileSystemWithoutSoundLeasesTheAnswerIsUnknown) {
  WriterAnswer answer = AskWriters(Fd(open("/proc/self/status", O_RDONLY)).get());
  EXPECT_EQ(answer.writers, Writers::kUnknown);
  EXPECT_FALSE(answer.reason.empty());
}

TEST(Cause, ALivingProcessIsNamedWithItsParents) {
  Cause cause = ReadCause(getpid(), 0);
  EXPECT_EQ(cause.process.pid, getpid());
  EXPECT_FALSE(cause.process.gone);
  EXPECT_NE(cause.process.exe.find("parts_test"), std::string::npos);
  EXPECT_NE(cause.process.start_time, 0u);
  EXPECT_EQ(cause.uid, geteuid());
  ASSERT_FALSE(cause.parents.empty());
  EXPECT_EQ(cause.parents[0].pid, getppid());
}

TEST(Cause, AProcessThatEndedIsGoneAndNothingIsGuessed) {
  pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  Cause cause = ReadCause(child, 0);
  EXPECT_TRUE(cause.process.gone);
  EXPECT_FALSE(cause.uid.has_value());
}

TEST(Cause, AReusedPidIsNotTakenForTheOneThatDidIt) {
  EXPECT_TRUE(ReadCause(getpid(), 12'345).process.gone);
  EXPECT_FALSE(ReadCause(getpid(), ReadCause(getpid(), 0).process.start_time).process.gone);
}

}  // namespace
}  // namespace assay
