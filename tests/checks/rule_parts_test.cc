// SPDX-License-Identifier: Apache-2.0
// Rules of several parts: each part is seen to pass and to fail, or else it could be struck out.
#include <gmock/gmock.h>
#include <unistd.h>

#include "checks/predicates/predicate.h"
#include "tests/checks/planted_root.h"
#include "tests/checks/shipped_rules.h"

namespace assay {

namespace {

// The predicates that a rule is made of, each called by its place: "core-dumps/3/1".
using Parts = std::map<std::string, const Expectation*>;

void AddParts(const Expectation& of, const std::string& name, Parts& parts) {
  const Combination* combination = of.has_all() ? &of.all() : of.has_any() ? &of.any() : nullptr;
  if (of.has_negated()) return AddParts(of.negated(), name + "/not", parts);
  if (!combination) {
    parts[name] = &of;
    return;
  }
  for (int i = 0; i < combination->parts_size(); i++)
    AddParts(combination->parts(i), name + "/" + std::to_string(i + 1), parts);
}

Parts PartsOf(const Policy& policy) {
  Parts parts;
  for (const Rule& rule : policy.rules())
    if (IsAutomated(rule) && !HasOwnRoots(DebianNumber(rule)))
      AddParts(rule.expect(), rule.id(), parts);
  return parts;
}

using Results = std::set<Result>;

const std::vector<std::string> kTrees[] = {
    {"bare"},
    {"good", "good-ufw"},
    {"good", "good-nftables"},
    {"good", "good-iptables"},
    {"good", "good-ufw", "good-desktop"},
    {"good", "good-ufw", "good-otherwise"},
    {"bad", "bad-ufw", "bad-otherwise"},
    {"bad", "bad-ufw"},
    {"bad", "bad-nftables"},
    {"bad", "bad-iptables"},
};

// Results of each part, over all roots.
std::map<std::string, Results> Judged(const Parts& parts) {
  std::map<std::string, Results> seen;
  for (const std::vector<std::string>& trees : kTrees) {
    TempRoot root;
    for (const std::string& tree : trees) Plant(root, tree);
    Host host = root.OpenHost();
    host.UseClock([] { return int64_t(20'000) * 24 * 60 * 60; });
    for (const auto& [name, part] : parts) seen[name].insert(JudgeExpectation(*part, host).result);
  }
  return seen;
}

std::set<std::string> Without(Result result, const std::map<std::string, Results>& seen) {
  std::set<std::string> names;
  for (const auto& [name, results] : seen)
    if (!results.contains(result)) names.insert(name);
  return names;
}

class RuleParts : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root: the roots have owners";
  }
};

TEST_F(RuleParts, EachPassesAndFailsOrOnlyARunningMachineOrRedHatShowsIt) {
  Policy policy = ShippedPolicy("cis-debian12-l2-server");
  std::map<std::string, Results> seen = Judged(PartsOf(policy));
  const std::set<std::string> live = {"chrony-user/1",       "ip6tables-open-ports",
                                      "iptables-open-ports", "mail-local-only/1",
                                      "mail-local-only/4/2", "wireless"};
  std::set<std::string> never_pass = {"apparmor-enforcing", "apparmor-loaded", "ufw-open-ports",
                                      "unit-journald", "unit-logger/2"};
  never_pass.insert(live.begin(), live.end());
  never_pass.insert("package-auditd/2");  // Red Hat's names of the packages
  never_pass.insert("sshd-ciphers/2/2");  // a version that no planted package has: ssh_rules_test
  EXPECT_EQ(Without(Result::kPass, seen), never_pass);
  EXPECT_EQ(Without(Result::kFail, seen), live);
}

TEST_F(RuleParts, EachConditionHoldsSomewhereAndSomewhereNot) {
  Policy policy = ShippedPolicy("cis-debian12-l2-server");
  Parts conditions;
  for (const Rule& rule : policy.rules())
    if (rule.has_applicable_if() && !HasOwnRoots(DebianNumber(rule)))
      conditions[rule.id()] = &rule.applicable_if();
  EXPECT_GE(conditions.size(), 15u);
  std::map<std::string, Results> seen = Judged(conditions);
  EXPECT_THAT(Without(Result::kPass, seen), testing::IsEmpty());
  EXPECT_THAT(Without(Result::kFail, seen), testing::IsEmpty());
}

}  // namespace

}  // namespace assay
