// SPDX-License-Identifier: Apache-2.0
// The shipped rules as a whole: they load, and every recommendation of the benchmark has one, with
// its levels. What each rule judges is in the tests of its predicate and of its file.
#include <gmock/gmock.h>

#include <array>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "checks/rules/engine.h"
#include "checks/rules/rule_loader.h"
#include "tests/checks/recommendations.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

using testing::IsEmpty;

constexpr char kDirectory[] = ASSAY_SOURCE_DIR "/checks/benchmarks/cis-debian12";
constexpr char kBenchmark[] = "cis-debian12";

Policy Load(const std::string& profile) {
  Expected<Policy> policy = LoadPolicy({kDirectory, profile, "", ""});
  EXPECT_TRUE(policy) << policy.error().ToString();
  return policy ? *policy : Policy();
}

std::map<std::string, std::vector<Rule>> RulesByNumber(const Policy& policy) {
  std::map<std::string, std::vector<Rule>> rules;
  for (const Rule& rule : policy.rules())
    for (const RecommendationId& id : rule.ids())
      if (id.benchmark() == kBenchmark) rules[id.number()].push_back(rule);
  return rules;
}

TEST(Benchmark, EveryProfileLoadsAndItsRulesHaveWhatAReaderNeeds) {
  Expected<std::vector<ProfileName>> profiles = ListProfiles(kDirectory);
  ASSERT_TRUE(profiles) << profiles.error().ToString();
  EXPECT_GE(profiles->size(), 8u);
  for (const ProfileName& profile : *profiles) {
    Policy policy = Load(profile.id);
    EXPECT_GE(policy.rules_size(), 100) << profile.id;
    for (const Rule& rule : policy.rules()) {
      EXPECT_FALSE(rule.fix().empty() && !rule.expect().has_manual()) << rule.id();
      // What a Kubernetes node needs is no recommendation of a benchmark.
      if (!rule.id().starts_with("kubernetes-")) {
        EXPECT_GE(rule.ids_size(), 1) << rule.id();
      }
    }
  }
}

TEST(Benchmark, EveryRecommendationHasARule) {
  std::vector<Recommendation> all = Recommendations("recommendations.csv");
  ASSERT_EQ(all.size(), 310u);
  auto rules = RulesByNumber(Load("cis-debian12-l2-server"));
  rules.merge(RulesByNumber(Load("cis-debian12-l2-workstation")));
  std::vector<std::string> missing;
  for (const Recommendation& one : all) {
    if (!rules.contains(one.number)) missing.push_back(one.number);
  }
  EXPECT_THAT(missing, IsEmpty());
}

TEST(Benchmark, ARuleHasTheLevelsAndTheAssessmentOfItsRecommendation) {
  auto server = RulesByNumber(Load("cis-debian12-l2-server"));
  auto workstation = RulesByNumber(Load("cis-debian12-l2-workstation"));
  for (const Recommendation& one : Recommendations("recommendations.csv")) {
    EXPECT_EQ(server.contains(one.number), one.server != "-") << one.number;
    EXPECT_EQ(workstation.contains(one.number), one.workstation != "-") << one.number;
    for (const Rule& rule : server[one.number]) {
      EXPECT_EQ(rule.level(), one.server) << one.number;
      EXPECT_EQ(rule.expect().has_manual(), one.manual) << one.number << " " << rule.id();
    }
    for (const Rule& rule : workstation[one.number])
      EXPECT_EQ(rule.workstation_level().empty() ? rule.level() : rule.workstation_level(),
                one.workstation)
          << one.number;
  }
}

// Nothing is in such a root: whatever passes there passes because something is absent.
TEST(Benchmark, AnEmptyRootIsNotCompliant) {
  TempRoot root;
  Host host = root.OpenHost();
  CheckReport report = Check(Load("cis-debian12-l2-server"), host, "2026-11-23");
  EXPECT_TRUE(report.below_floor || report.count(Result::kFail) > 0);
  for (const RuleOutcome& outcome : report.outcomes)
    EXPECT_EQ(outcome.reason.empty(), outcome.result == Result::kPass) << outcome.rule;
}

Result ResultOf(const CheckReport& report, const std::string& rule) {
  for (const RuleOutcome& outcome : report.outcomes)
    if (outcome.rule == rule) return outcome.result;
  return Result::kError;
}

// With none enabled the rules of the one that somebody installed are asked, so that harden and the
// reader are led to it.
TEST(Benchmark, OfFirewallsThatDoNotStartTheInstalledOneIsMeant) {
  Policy policy = Load("cis-debian12-l1-server");
  auto package = [](const std::string& name) {
    return "Package: " + name + "\nStatus: install ok installed\nVersion: 1\n\n";
  };
  for (auto [status, asked, not_asked] : std::vector<std::array<std::string, 3>>{
           {"", "ufw-enabled", "unit-nftables"},
           {package("ufw"), "ufw-enabled", "unit-nftables"},
           {package("nftables"), "unit-nftables", "ufw-enabled"},
           {package("nftables") + package("ufw"), "ufw-enabled", "unit-nftables"}}) {
    TempRoot root{{"var/lib/dpkg/status", status}};
    Host host = root.OpenHost();
    CheckReport report = Check(policy, host, "2026-11-23");
    EXPECT_EQ(ResultOf(report, asked), Result::kFail) << status;
    EXPECT_EQ(ResultOf(report, not_asked), Result::kNotApplicable) << status;
  }
}

// A false alarm kills the node: what pods write to its disk is no drift of it.
TEST(Benchmark, AVolumeOfAPodIsWaivedOnAKubernetesNodeAndNowhereElse) {
  TempRoot root{{"var/lib/app/volume", "x"},
                {"etc/passwd", "nobody:x:65534:65534::/:/bin/false\n"},
                {"etc/group", "nogroup:x:65534:\n"}};
  root.Chmod("var/lib/app/volume", 0666);
  Host host = root.OpenHost();
  CheckReport server = Check(Load("cis-debian12-l1-server"), host, "2026-11-23");
  CheckReport node = Check(Load("kubernetes-node"), host, "2026-11-23");
  for (const char* rule : {"walk-world-writable", "walk-unowned"}) {
    EXPECT_EQ(ResultOf(server, rule), Result::kFail) << rule;
    EXPECT_EQ(ResultOf(node, rule), Result::kWaived) << rule;
  }
}

}  // namespace

}  // namespace assay
