// SPDX-License-Identifier: Apache-2.0
#include "agent/looks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Looks, ATouchedObjectIsDueAfterTheCoalescingTime) {
  Looks looks;
  looks.Touch(7, Channel::kContent, std::nullopt, 1000);
  EXPECT_THAT(looks.Due(1000), IsEmpty());
  EXPECT_THAT(looks.Due(1000 + Looks::kCoalesce), ElementsAre(7u));
  EXPECT_EQ(looks.NextDue(), 1000 + Looks::kCoalesce);
}

TEST(Looks, AnObjectFoundGoldenIsLookedAtASecondTimeBeforeItIsSettled) {
  Looks looks;
  looks.Touch(7, Channel::kAttributes, std::nullopt, 0);
  looks.FoundGolden(7, Looks::kCoalesce);
  EXPECT_FALSE(looks.empty()) << "an LSM site fires before the change lands";
  EXPECT_THAT(looks.Due(Looks::kCoalesce + Looks::kSecondLook), ElementsAre(7u));
  looks.FoundGolden(7, Looks::kCoalesce + Looks::kSecondLook);
  EXPECT_TRUE(looks.empty());
}

TEST(Looks, ATouchBetweenTheTwoLooksStartsAnew) {
  Looks looks;
  looks.Touch(7, Channel::kContent, std::nullopt, 0);
  looks.FoundGolden(7, 10);
  looks.Touch(7, Channel::kContent, std::nullopt, 20);
  EXPECT_THAT(looks.Due(20 + Looks::kCoalesce), ElementsAre(7u));
  looks.FoundGolden(7, 20 + Looks::kCoalesce);
  EXPECT_FALSE(looks.empty());
}

TEST(Looks, ABurstIsOneLookAndKeepsTheFirstWhoCouldBeNamed) {
  Looks looks;
  Cause first, second;
  first.process.pid = 11;
  second.process.pid = 22;
  looks.Touch(7, Channel::kContent, std::nullopt, 0);
  looks.Touch(7, Channel::kContent, first, 1);
  looks.Touch(7, Channel::kNames, second, 2);
  EXPECT_EQ(looks.size(), 1u);
  EXPECT_EQ(looks.Find(7)->cause->process.pid, 11);
  EXPECT_TRUE(looks.Find(7)->names);
  EXPECT_EQ(looks.Find(7)->due, Looks::kCoalesce) << "later doorbells do not postpone the look";
}

TEST(Looks, WhileAWriterIsThereTheLookIsRepeatedEverMoreSeldom) {
  Looks looks;
  looks.Touch(7, Channel::kContent, std::nullopt, 0);
  looks.LookLater(7, 100);
  EXPECT_EQ(looks.Find(7)->due, 100 + Looks::kWriterRetry);
  for (int i = 0; i < 20; i++) looks.LookLater(7, 1000);
  EXPECT_EQ(looks.Find(7)->due, 1000 + Looks::kWriterRetryMax);
  looks.Touch(7, Channel::kContent, std::nullopt, 2000);
  EXPECT_EQ(looks.Find(7)->due, 2000 + Looks::kCoalesce) << "the release rings: look at once";
}

TEST(Looks, ABusyObjectWithMetadataOnlyIsLookedAtAtIntervals) {
  Looks looks;
  looks.TouchQuietly(7, std::nullopt, 0);
  looks.FoundSame(7, Looks::kCoalesce);
  BootNanos second = Looks::kCoalesce + Looks::kSecondLook;
  looks.TouchQuietly(7, std::nullopt, second - 1);
  EXPECT_EQ(looks.Find(7)->due, second) << "a touch puts nothing off";
  looks.FoundSame(7, second);
  ASSERT_NE(looks.Find(7), nullptr) << "what touched it last may not have landed yet";
  EXPECT_EQ(looks.Find(7)->due, second + Looks::kSecondLook);
  looks.FoundSame(7, second + Looks::kSecondLook);
  EXPECT_TRUE(looks.empty()) << "nobody touched it for a whole interval";
}

TEST(Looks, OldestFirstAndBounded) {
  Looks looks;
  for (ObjectId id = 0; id < 10; id++) looks.Touch(id, Channel::kContent, std::nullopt, 100 - id);
  EXPECT_THAT(looks.Due(1 << 30, 3), ElementsAre(9u, 8u, 7u));
  EXPECT_EQ(looks.OldestTouch([](ObjectId) { return true; }), 91u);
  EXPECT_EQ(looks.OldestTouch([](ObjectId object) { return object < 5; }), 96u)
      << "of those that count";
  EXPECT_EQ(looks.OldestTouch([](ObjectId) { return false; }), 0u);
}

}  // namespace
}  // namespace assay
