// SPDX-License-Identifier: Apache-2.0
#include "probes/bpf_rung.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cstring>

#include "base/fd.h"
#include "probes/slots.h"
#include "tests/support/temp_root.h"

namespace assay {
namespace {

using ::testing::HasSubstr;

DoorbellWire GoodWire() {
  DoorbellWire wire = {};
  wire.version = ASSAY_WIRE_VERSION;
  wire.channel = WIRE_NAMES;
  wire.slot = 6;
  wire.pid = 4711;
  return wire;
}

Expected<DoorbellWire> Decode(const DoorbellWire& wire, uint32_t slots) {
  return DecodeDoorbell({reinterpret_cast<const char*>(&wire), sizeof wire}, slots);
}

TEST(DecodeDoorbell, TakesAWellFormedOneAsItIs) {
  auto wire = Decode(GoodWire(), 7);
  ASSERT_TRUE(wire) << wire.error().text;
  EXPECT_EQ(wire->slot, 6u);
  EXPECT_EQ(wire->pid, 4711u);
  EXPECT_EQ(wire->channel, WIRE_NAMES);
}

TEST(DecodeDoorbell, RefusesASlotBeyondTheArray) {
  auto wire = Decode(GoodWire(), 6);
  ASSERT_FALSE(wire);
  EXPECT_EQ(wire.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(wire.error().text, HasSubstr("slot 6 of 6"));
}

TEST(DecodeDoorbell, RefusesAnotherVersionAndAnUnknownChannel) {
  DoorbellWire wire = GoodWire();
  wire.version++;
  EXPECT_FALSE(Decode(wire, 7));
  wire = GoodWire();
  wire.channel = kChannelCount;
  EXPECT_FALSE(Decode(wire, 7));
}

TEST(DecodeDoorbell, RefusesEveryOtherSize) {
  DoorbellWire wire = GoodWire();
  std::string bytes(reinterpret_cast<const char*>(&wire), sizeof wire);
  for (size_t size = 0; size < bytes.size(); size++) {
    EXPECT_FALSE(DecodeDoorbell(std::string_view(bytes).substr(0, size), 7)) << size;
  }
  EXPECT_FALSE(DecodeDoorbell(bytes + '\0', 7));
}

TEST(KeyOf, IsTheKernelsDeviceNumberAndTheInodeAlsoThroughAPathOnlyFd) {
  TempRoot root{{"file", "bytes"}};
  Fd fd(open(root.Path("file").c_str(), O_PATH | O_CLOEXEC));
  struct stat status;
  ASSERT_EQ(fstat(fd.get(), &status), 0);
  auto key = KeyOf(fd.get());
  ASSERT_TRUE(key) << key.error().text;
  EXPECT_EQ(key->ino, status.st_ino);
  EXPECT_EQ(key->dev, major(status.st_dev) << 20 | minor(status.st_dev));
  Fd readable(open(root.Path("file").c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(KeyOf(readable.get())->gen, key->gen);
}

TEST(KeyOf, FailsOnAClosedFd) { EXPECT_FALSE(KeyOf(-1)); }

TEST(BpfRung, RefusesSlotsThatDoNotEvenHoldThePlaces) {
  auto rung = BpfRung::Load({.family = Rung::kLsm, .slots = kPlaces - 1});
  ASSERT_FALSE(rung);
  EXPECT_EQ(rung.error().code, ErrorCode::kInvalid);
}

// Whether this kernel takes the programs or not: it must not end in anything else, and a refusal
// must name the call and the errno.
TEST(BpfRung, LoadsOrNamesTheCallThatWasRefused) {
  for (Rung family : {Rung::kLsm, Rung::kFentry}) {
    auto rung = BpfRung::Load({.family = family, .slots = kPlaces + 1});
    if (rung) continue;
    EXPECT_THAT(rung.error().code,
                ::testing::AnyOf(ErrorCode::kPermission, ErrorCode::kUnsupported));
    EXPECT_THAT(rung.error().text, ::testing::ContainsRegex(": E[A-Z]+ \\(.+\\)$"));
    RecordProperty(family == Rung::kLsm ? "lsm" : "fentry", rung.error().text);
    printf("%s\n", rung.error().text.c_str());
  }
}

}  // namespace
}  // namespace assay
