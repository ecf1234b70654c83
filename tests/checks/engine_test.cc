// SPDX-License-Identifier: Apache-2.0
#include "checks/rules/engine.h"

#include <gmock/gmock.h>

#include "tests/support/temp_root.h"

namespace assay {

namespace {

Expectation File(const std::string& path) {
  Expectation expect;
  expect.mutable_inode()->add_paths(path);
  expect.mutable_inode()->set_mode(07777);
  return expect;
}

// In the root below: pass, fail, error, notapplicable.
Expectation Pass() { return File("/etc/there"); }
Expectation Fails() { return File("/etc/absent"); }
Expectation Doubtful() {
  Expectation expect;
  expect.mutable_text()->add_paths("/etc/fifo");
  expect.mutable_text()->set_key("k");
  return expect;
}
Expectation Nothing() {
  Expectation expect;
  expect.mutable_mount()->set_point("/tmp");
  expect.mutable_mount()->add_options("nodev");
  return expect;
}

Expectation Combined(bool all, const std::vector<Expectation>& parts) {
  Expectation expect;
  Combination& into = all ? *expect.mutable_all() : *expect.mutable_any();
  for (const Expectation& part : parts) *into.add_parts() = part;
  return expect;
}
Expectation Not(const Expectation& part) {
  Expectation expect;
  *expect.mutable_negated() = part;
  return expect;
}

class Engine : public testing::Test {
 protected:
  Engine() { root_.Fifo("etc/fifo"); }
  Policy PolicyOf(const std::vector<Expectation>& expects, uint32_t floor = 90) {
    Policy policy;
    policy.set_floor_percent(floor);
    for (const Expectation& expect : expects) {
      Rule& rule = *policy.add_rules();
      rule.set_id("r" + std::to_string(policy.rules_size()));
      rule.set_title("a title");
      *rule.mutable_expect() = expect;
    }
    return policy;
  }
  CheckReport Run(const Policy& policy) {
    Host host = root_.OpenHost();
    return Check(policy, host, "2026-11-23");
  }
  Result One(const Expectation& expect) { return Run(PolicyOf({expect})).outcomes[0].result; }
  TempRoot root_{{"etc/there", ""}};
};

TEST_F(Engine, CombinatorsNeverTurnDoubtIntoAPass) {
  EXPECT_EQ(One(Combined(true, {Pass(), Pass()})), Result::kPass);
  EXPECT_EQ(One(Combined(true, {Pass(), Fails()})), Result::kFail);
  EXPECT_EQ(One(Combined(true, {Doubtful(), Fails()})), Result::kFail);
  EXPECT_EQ(One(Combined(true, {Doubtful(), Pass()})), Result::kError);
  EXPECT_EQ(One(Combined(false, {Fails(), Pass()})), Result::kPass);
  EXPECT_EQ(One(Combined(false, {Doubtful(), Pass()})), Result::kPass);
  EXPECT_EQ(One(Combined(false, {Doubtful(), Fails()})), Result::kError);
  EXPECT_EQ(One(Combined(false, {Fails(), Fails()})), Result::kFail);
  EXPECT_EQ(One(Not(Pass())), Result::kFail);
  EXPECT_EQ(One(Not(Fails())), Result::kPass);
  EXPECT_EQ(One(Not(Doubtful())), Result::kError);
}

TEST_F(Engine, PartsThatDoNotApplyDecideNothing) {
  EXPECT_EQ(One(Combined(true, {Pass(), Nothing()})), Result::kPass);
  EXPECT_EQ(One(Combined(true, {Nothing(), Nothing()})), Result::kNotApplicable);
  EXPECT_EQ(One(Combined(false, {Nothing(), Nothing()})), Result::kNotApplicable);
  EXPECT_EQ(One(Combined(false, {Nothing(), Fails()})), Result::kFail);
  EXPECT_EQ(One(Not(Nothing())), Result::kNotApplicable);
}

TEST_F(Engine, AFailureSaysWhatEachPartFound) {
  auto reason = [this](const Expectation& expect) {
    RuleOutcome outcome = Run(PolicyOf({expect})).outcomes[0];
    EXPECT_EQ(ResultName(outcome.result), "fail");
    return outcome.reason;
  };
  std::string one = reason(File("/etc/a")), other = reason(File("/etc/b"));
  EXPECT_EQ(reason(Combined(false, {File("/etc/a"), File("/etc/b")})),
            "none of the alternatives holds: " + one + "; " + other);
  EXPECT_EQ(reason(Combined(false, {Nothing(), File("/etc/b")})), other) << "only one applies";
  EXPECT_EQ(reason(Combined(true, {Pass(), File("/etc/b"), File("/etc/a")})), other);
  EXPECT_THAT(reason(Not(Pass())), testing::HasSubstr("/etc/there"));
  std::vector<Expectation> many(9, Fails());
  EXPECT_EQ(reason(Combined(false, many)), reason(Fails())) << "the same is said once";
  for (int i = 0; i < 9; i++)
    many[size_t(i)] = File("/" + std::string(200, char('a' + i)) + "/" + std::string(200, 'b'));
  EXPECT_LT(reason(Combined(false, many)).size(), 2000u);
  EXPECT_THAT(reason(Combined(false, many)), testing::HasSubstr("; and 5 more"));
}

TEST_F(Engine, WhatItDoesNotKnowOrCannotFollowIsNoPass) {
  EXPECT_EQ(One(Expectation()), Result::kNotChecked);
  EXPECT_EQ(One(Combined(true, {})), Result::kNotChecked);
  for (bool all : {true, false}) {
    Expectation other = all ? Pass() : Fails();
    EXPECT_EQ(One(Combined(all, {Expectation(), other})), Result::kNotChecked);
    EXPECT_EQ(One(Combined(all, {Expectation(), Doubtful(), other})), Result::kError);
    EXPECT_EQ(One(Combined(all, {Doubtful(), Expectation(), other})), Result::kError);
  }
  Expectation deep = Pass();
  for (int i = 0; i < 20; i++) deep = Combined(true, {deep});
  EXPECT_EQ(One(deep), Result::kError);
}

TEST_F(Engine, EveryOutcomeButAPassHasAReason) {
  CheckReport report = Run(PolicyOf({Pass(), Fails(), Doubtful(), Nothing(), Not(Pass()),
                                     Combined(true, {Nothing()}), Combined(false, {Fails()})}));
  for (const RuleOutcome& outcome : report.outcomes)
    EXPECT_EQ(outcome.reason.empty(), outcome.result == Result::kPass) << outcome.rule;
}

TEST_F(Engine, ARunBelowTheFloorProvesNothing) {
  EXPECT_TRUE(Run(PolicyOf({})).below_floor);
  EXPECT_TRUE(Run(PolicyOf({Pass(), Doubtful()}, 51)).below_floor);
  EXPECT_FALSE(Run(PolicyOf({Pass(), Doubtful()}, 50)).below_floor);
  EXPECT_FALSE(Run(PolicyOf({Fails(), Nothing()}, 100)).below_floor);
}

TEST_F(Engine, ARunThatDecidedNothingProvesNothing) {
  EXPECT_TRUE(Run(PolicyOf({Nothing(), Nothing()}, 90)).below_floor);
  EXPECT_TRUE(Run(PolicyOf({Doubtful()}, 0)).below_floor);
}

TEST_F(Engine, ARuleAppliesWhereItsConditionHolds) {
  for (auto [condition, result] : {std::pair{Pass(), Result::kFail},
                                   {Fails(), Result::kNotApplicable},
                                   {Nothing(), Result::kNotApplicable},
                                   {Doubtful(), Result::kError}}) {
    Policy policy = PolicyOf({Fails()});
    *policy.mutable_rules(0)->mutable_applicable_if() = condition;
    RuleOutcome outcome = Run(policy).outcomes[0];
    EXPECT_EQ(ResultName(outcome.result), ResultName(result));
    EXPECT_FALSE(outcome.reason.empty());
  }
}

TEST_F(Engine, ARuleOfAnotherMemberThanTheOneInUseDoesNotApply) {
  Policy policy = PolicyOf({Fails(), Fails()});
  Group& group = *policy.add_groups();
  group.set_id("firewall");
  for (const char* member : {"ufw", "nftables"}) group.add_members()->set_id(member);
  for (int i = 0; i < 2; i++) {
    policy.mutable_rules(i)->set_group("firewall");
    policy.mutable_rules(i)->set_member(group.members(i).id());
  }
  auto results = [&](const Expectation& ufw, const Expectation& nftables) {
    *group.mutable_members(0)->mutable_in_use() = ufw;
    *group.mutable_members(1)->mutable_in_use() = nftables;
    CheckReport report = Run(policy);
    return std::pair{report.outcomes[0].result, report.outcomes[1].result};
  };
  constexpr Result kNot = Result::kNotApplicable, kFail = Result::kFail, kError = Result::kError;
  EXPECT_EQ(results(Pass(), Pass()), (std::pair{kFail, kNot})) << "the first in use counts";
  EXPECT_EQ(results(Fails(), Pass()), (std::pair{kNot, kFail}));
  EXPECT_EQ(results(Fails(), Fails()), (std::pair{kFail, kNot})) << "none: the first one's fail";
  EXPECT_EQ(results(Doubtful(), Pass()), (std::pair{kError, kError}));
  group.set_selected("nftables");
  EXPECT_EQ(results(Pass(), Fails()), (std::pair{kNot, kFail})) << "what was selected counts";
  policy.clear_groups();
  EXPECT_EQ(Run(policy).outcomes[0].result, kError);
}

TEST_F(Engine, WhatAPersonDecidesIsNeitherPassNorPartOfTheFloor) {
  Expectation manual;
  *manual.mutable_manual() = Pass();
  EXPECT_EQ(One(manual), Result::kManual);
  EXPECT_FALSE(Run(PolicyOf({Pass(), manual, manual}, 100)).below_floor);
  *manual.mutable_manual() = Doubtful();
  EXPECT_EQ(One(manual), Result::kError);
}

TEST_F(Engine, AWaiverOfOtherImagesDoesNotHold) {
  Policy policy = PolicyOf({Fails()});
  Waiver& waiver = *policy.add_waivers();
  waiver.set_rule("r1");
  waiver.set_owner("ops");
  waiver.set_until("2030-01-01");
  waiver.add_images("web*");
  for (auto [image, result] :
       {std::pair{"web:7", Result::kWaived}, {"db:7", Result::kFail}, {"", Result::kFail}}) {
    policy.set_image(image);
    EXPECT_EQ(Run(policy).outcomes[0].result, result) << image;
  }
  waiver.set_until("2020-01-01");
  CheckReport report = Run(policy);
  EXPECT_EQ(report.expired_waivers, 1u);
  EXPECT_THAT(report.outcomes[0].reason, testing::HasSubstr("ended on 2020-01-01"));
}

TEST_F(Engine, AWaiverWithoutADateDoesNotHold) {
  for (const char* until : {"", "never", "2026-1-1", "9999/01/01"}) {
    Policy policy = PolicyOf({Fails()});
    policy.add_waivers()->set_rule("r1");
    policy.mutable_waivers(0)->set_until(until);
    EXPECT_EQ(Run(policy).outcomes[0].result, Result::kFail) << until;
  }
}

TEST_F(Engine, AWaiverHoldsThroughItsLastDayAndForFailuresOnly) {
  for (auto [until, result] :
       {std::pair{"2026-11-23", Result::kWaived}, {"2026-11-22", Result::kFail}}) {
    Policy policy = PolicyOf({Fails(), Doubtful()});
    for (const char* rule : {"r1", "r2"}) {
      Waiver& waiver = *policy.add_waivers();
      waiver.set_rule(rule);
      waiver.set_owner("ops");
      waiver.set_until(until);
    }
    CheckReport report = Run(policy);
    EXPECT_EQ(report.outcomes[0].result, result);
    EXPECT_NE(report.outcomes[0].reason.find("ops"), std::string::npos);
    EXPECT_EQ(report.outcomes[1].result, Result::kError);
  }
}

TEST_F(Engine, InputsAreThoseOfTheRulePresentAndAbsent) {
  CheckReport report = Run(PolicyOf({Pass(), Fails()}));
  Input there{Input::Kind::kMetadata, "/etc/there"}, absent{Input::Kind::kMetadata, "/etc/absent"};
  EXPECT_TRUE(report.outcomes[0].inputs.contains(there));
  EXPECT_FALSE(report.outcomes[0].inputs.contains(absent));
  EXPECT_TRUE(report.outcomes[1].inputs.contains(absent));
  EXPECT_FALSE(report.outcomes[1].inputs.contains(there));
}

}  // namespace

}  // namespace assay
