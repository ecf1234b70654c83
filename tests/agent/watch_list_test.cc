// SPDX-License-Identifier: Apache-2.0
#include "agent/watch_list.h"

#include <gmock/gmock.h>

#include "tests/checks/sealed_image.h"

namespace assay {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Kind = Input::Kind;

class WatchListTest : public testing::Test {
 protected:
  ObjectId Object(const std::string& path) { return *baseline_.FindObject(path); }

  SealedImage image_{{{"etc/passwd", "root:x:0:0::/root:/bin/sh\n"}, {"etc/other", "x\n"}, {"usr/d", "d\n"}}};
  VerifiedBaseline baseline_ = image_.SealAndOpen();
  WatchList list_{baseline_};
};

TEST_F(WatchListTest, WhatARuleReadLeadsBackToIt) {
  list_.Learn(7, {{Kind::kFile, "/etc/passwd"}, {Kind::kMounts, ""}});
  EXPECT_THAT(list_.RulesOf(Object("/etc/passwd")), ElementsAre(7));
  EXPECT_THAT(list_.RulesOf(Kind::kMounts), ElementsAre(7));
  EXPECT_THAT(list_.RulesOf(Object("/etc/other")), IsEmpty());
}

TEST_F(WatchListTest, ANameThatComesOrGoesRingsAtTheDirectory) {
  list_.Learn(7, {{Kind::kFile, "/etc/absent"}});
  EXPECT_THAT(list_.RulesOf(Object("/etc")), ElementsAre(7));
}

TEST_F(WatchListTest, ARuleThatWalksIsForTheFullComparisonAndNotForALook) {
  list_.Learn(1, {{Kind::kFile, "/etc/passwd"}});
  // At first it had no reason to walk, as an audit rule without an audit daemon.
  list_.Learn(2, {{Kind::kFile, "/etc/passwd"}, {Kind::kLive, "audit"}});
  EXPECT_THAT(list_.RulesOf(Object("/etc/passwd")), ElementsAre(1, 2));
  EXPECT_FALSE(list_.AsksForWalk(Object("/etc/passwd")));
  list_.Learn(2, {{Kind::kFile, "/etc/passwd"},
                  {Kind::kLive, "audit"},
                  {Kind::kMounts, ""},
                  {Kind::kTree, "/"}});
  EXPECT_THAT(list_.RulesOf(Object("/etc/passwd")), ElementsAre(1));
  EXPECT_THAT(list_.RulesOf(Kind::kLive), IsEmpty());
  EXPECT_THAT(list_.RulesOf(Kind::kMounts), IsEmpty());
  EXPECT_TRUE(list_.AsksForWalk(Object("/etc/passwd")));
  EXPECT_FALSE(list_.AsksForWalk(Object("/etc/other")));
  EXPECT_FALSE(list_.AsksForWalk(kMountsObject));
}

}  // namespace
}  // namespace assay
