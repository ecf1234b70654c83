// SPDX-License-Identifier: Apache-2.0
// Every rule that a program decides is seen to pass on a root as it should be and to fail on one as
// it should not be: a rule that cannot do both says nothing. The roots are data/roots/*.tree.
#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/checks/planted_root.h"
#include "tests/checks/shipped_rules.h"

namespace assay {

namespace {

using testing::IsEmpty;

// One root and the profile it is held against. Alternatives are found on a good root, as on any
// machine; a bad one has none of them in use, so that they are selected.
struct Planted {
  std::vector<std::string> trees;
  std::string profile;
  std::map<std::string, std::string> selected;
};

constexpr char kServer[] = "cis-debian12-l2-server";
constexpr char kDesktop[] = "cis-debian12-l2-workstation";
constexpr char kUbuntu[] = "cis-ubuntu2404-l2-server";

std::vector<Planted> GoodRoots() {
  return {{{"good", "good-ufw"}, kServer, {}},
          {{"good", "good-nftables"}, kServer, {}},
          {{"good", "good-iptables"}, kServer, {}},
          {{"good", "good-ufw", "good-desktop"}, kDesktop, {}},
          {{"good", "good-ufw"}, kUbuntu, {}}};
}

std::vector<Planted> BadRoots() {
  std::map<std::string, std::string> one = {{"time", "chrony"}, {"logging", "rsyslog"}},
                                     other = {{"time", "timesyncd"}, {"logging", "journald"}};
  auto with = [](std::map<std::string, std::string> groups, const char* firewall) {
    groups["firewall"] = firewall;
    return groups;
  };
  return {{{"bad", "bad-ufw"}, kServer, with(one, "ufw")},
          {{"bad", "bad-nftables"}, kServer, with(other, "nftables")},
          {{"bad", "bad-iptables"}, kServer, with(other, "iptables")},
          {{"bad", "bad-ufw"}, kDesktop, with(one, "ufw")},
          {{"bad", "bad-ufw", "bad-ubuntu"}, kUbuntu, with(one, "ufw")}};
}

// What no image can show, and the tests that show it of a running machine.
struct OnlyLive {
  const char *rule, *why, *passes, *fails;  ///< tests; `fails` empty: a bad image fails
};
constexpr OnlyLive kOnlyLive[] = {
    {"apparmor-loaded", "the kernel has the profiles", "LiveRules.ApparmorIsAskedOfTheKernel", ""},
    {"apparmor-enforcing", "the kernel has their modes", "LiveRules.ApparmorIsAskedOfTheKernel",
     ""},
    {"wireless", "the kernel has the interfaces", "LiveRules.AWirelessInterfaceNeedsADriver",
     "LiveRules.AWirelessInterfaceNeedsADriver"},
    {"unit-journald", "systemd knows what runs", "LiveRules.JournaldRuns", ""},
    {"ufw-open-ports", "the kernel has the sockets", "Ports.EachHasARuleOfItsOwn",
     "Ports.EachHasARuleOfItsOwn"},
    {"iptables-open-ports", "the kernel has the sockets", "Ports.EachHasARuleOfItsOwn",
     "Ports.EachHasARuleOfItsOwn"},
    {"ip6tables-open-ports", "the kernel has the sockets", "Ports.EachHasARuleOfItsOwn",
     "Ports.EachHasARuleOfItsOwn"},
};

// Rules with each result, and where.
struct Seen {
  std::map<Result, std::set<std::string>> rules;
  std::vector<std::string> unexpected;
};

bool IsExpected(const RuleOutcome& outcome, bool good) {
  if (outcome.result == Result::kNotApplicable || outcome.result == Result::kNotChecked)
    return !outcome.reason.empty();
  if (good) return outcome.result == Result::kPass;
  return outcome.result == Result::kPass || outcome.result == Result::kFail;
}

Seen Look(const std::vector<Planted>& roots, bool good) {
  Seen seen;
  for (const Planted& planted : roots) {
    TempRoot root;
    for (const std::string& tree : planted.trees) Plant(root, tree);
    Policy policy = ShippedPolicy(planted.profile, planted.selected);
    auto judged = JudgedRules(policy, root);
    for (const Rule& rule : policy.rules()) {
      if (!IsAutomated(rule) || HasOwnRoots(DebianNumber(rule))) continue;
      const RuleOutcome& outcome = judged.at(rule.id());
      seen.rules[outcome.result].insert(rule.id());
      if (!IsExpected(outcome, good))
        seen.unexpected.push_back(planted.trees.back() + ": " + rule.id() + ": " +
                                  std::string(ResultName(outcome.result)) + " " + outcome.reason);
    }
  }
  return seen;
}

std::set<std::string> AutomatedRules() {
  std::set<std::string> rules;
  for (const char* profile : {kServer, kDesktop, kUbuntu}) {
    Policy policy = ShippedPolicy(profile);
    for (const Rule& rule : policy.rules())
      if (IsAutomated(rule) && !HasOwnRoots(DebianNumber(rule))) rules.insert(rule.id());
  }
  return rules;
}

std::set<std::string> Without(std::set<std::string> from, const std::set<std::string>& these) {
  for (const std::string& one : these) from.erase(one);
  return from;
}

class WholeBenchmark : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root: the roots have owners";
  }
};

TEST_F(WholeBenchmark, EveryRulePassesOnAGoodRoot) {
  Seen seen = Look(GoodRoots(), true);
  EXPECT_THAT(seen.unexpected, IsEmpty());
  std::set<std::string> live;
  for (const OnlyLive& one : kOnlyLive) live.insert(one.rule);
  EXPECT_EQ(Without(AutomatedRules(), seen.rules[Result::kPass]), live);
}

TEST_F(WholeBenchmark, EveryRuleFailsOnABadRoot) {
  Seen seen = Look(BadRoots(), false);
  EXPECT_THAT(seen.unexpected, IsEmpty());
  std::set<std::string> live;
  for (const OnlyLive& one : kOnlyLive)
    if (*one.fails) live.insert(one.rule);
  EXPECT_EQ(Without(AutomatedRules(), seen.rules[Result::kFail]), live);
}

TEST(WholeBenchmarkList, NamesTestsThatExist) {
  std::set<std::string> tests = NamesOfAllTests();
  for (const OnlyLive& one : kOnlyLive) {
    EXPECT_TRUE(tests.contains(one.passes)) << one.rule << ": " << one.passes;
    EXPECT_TRUE(!*one.fails || tests.contains(one.fails)) << one.rule << ": " << one.fails;
  }
}

// The floor of the shipped profiles is meant for this: an image of which all was looked at.
TEST_F(WholeBenchmark, AGoodRootIsAboveTheFloor) {
  for (const Planted& planted : GoodRoots()) {
    TempRoot root;
    for (const std::string& tree : planted.trees) Plant(root, tree);
    Host host = root.OpenHost();
    CheckReport report = Check(ShippedPolicy(planted.profile), host, "2024-10-04");
    EXPECT_FALSE(report.below_floor) << planted.trees.back();
  }
}

}  // namespace

}  // namespace assay
