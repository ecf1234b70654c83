// SPDX-License-Identifier: Apache-2.0
// The numbers of RHEL 9 and of Amazon Linux 2023 on the shipped rules: each number is one of its
// benchmark, with its level and assessment, and what no rule carries is known by number.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "checks/rules/engine.h"
#include "checks/rules/rule_loader.h"
#include "tests/checks/recommendations.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

using testing::IsEmpty;

constexpr char kDirectory[] = ASSAY_SOURCE_DIR "/checks/benchmarks/cis-debian12";

struct Benchmark {
  std::string id, file, profile;
  size_t recommendations;
  size_t automated;                  // that a program can judge
  std::vector<std::string> missing;  // what the predicates do not carry, see checks/README.md
};

const Benchmark kBenchmarks[] = {
    {"cis-rhel9", "recommendations-rhel9.csv", "cis-rhel9-l2-server", 298, 277, {"4.2.2"}},
    {"cis-al2023", "recommendations-al2023.csv", "cis-al2023-l2-server", 243, 221, {"3.4.2.4"}}};

Policy Load(const std::string& profile) {
  Expected<Policy> policy = LoadPolicy({kDirectory, profile, "", ""});
  EXPECT_TRUE(policy) << policy.error().ToString();
  return policy ? *policy : Policy();
}

std::map<std::string, std::vector<Rule>> RulesByNumber(const Benchmark& benchmark) {
  Policy policy = Load(benchmark.profile);
  std::map<std::string, std::vector<Rule>> rules;
  for (const Rule& rule : policy.rules())
    for (const RecommendationId& id : rule.ids())
      if (id.benchmark() == benchmark.id) rules[id.number()].push_back(rule);
  return rules;
}

bool MayBeMissing(const Benchmark& benchmark, const std::string& number) {
  return std::ranges::find(benchmark.missing, number) != benchmark.missing.end();
}

TEST(RhelBenchmarks, EveryRecommendationHasARuleOrIsKnownToHaveNone) {
  for (const Benchmark& benchmark : kBenchmarks) {
    std::vector<Recommendation> all = Recommendations(benchmark.file);
    EXPECT_EQ(all.size(), benchmark.recommendations) << benchmark.id;
    auto rules = RulesByNumber(benchmark);
    std::vector<std::string> missing;
    size_t automated = 0, covered = 0;
    for (const Recommendation& one : all) {
      automated += !one.manual;
      covered += !one.manual && rules.contains(one.number);
      if (!rules.contains(one.number) && one.server != "-" && !MayBeMissing(benchmark, one.number))
        missing.push_back(one.number);
    }
    EXPECT_THAT(missing, IsEmpty()) << benchmark.id;
    EXPECT_EQ(automated, benchmark.automated) << benchmark.id;
    std::cout << benchmark.id << ": " << covered << " of " << automated
              << " automated recommendations have a rule\n";
  }
}

TEST(RhelBenchmarks, WhatIsSaidToBeMissingIs) {
  for (const Benchmark& benchmark : kBenchmarks)
    for (const std::string& number : benchmark.missing)
      EXPECT_FALSE(RulesByNumber(benchmark).contains(number)) << benchmark.id << " " << number;
}

TEST(RhelBenchmarks, ARuleHasTheLevelAndTheAssessmentOfItsRecommendation) {
  for (const Benchmark& benchmark : kBenchmarks) {
    std::map<std::string, Recommendation> all;
    for (const Recommendation& one : Recommendations(benchmark.file)) all[one.number] = one;
    for (const auto& [number, rules] : RulesByNumber(benchmark))
      for (const Rule& rule : rules) {
        ASSERT_TRUE(all.contains(number)) << benchmark.id << " has no " << number;
        EXPECT_EQ(rule.level(), all[number].server) << benchmark.id << " " << rule.id();
        EXPECT_EQ(rule.expect().has_manual(), all[number].manual)
            << benchmark.id << " " << number << " " << rule.id();
      }
  }
}

// Also on a workstation of RHEL; Amazon Linux has none.
TEST(RhelBenchmarks, AWorkstationHasItsLevels) {
  std::map<std::string, Recommendation> all;
  for (const Recommendation& one : Recommendations(kBenchmarks[0].file)) all[one.number] = one;
  Policy policy = Load("cis-rhel9-l2-workstation");
  for (const Rule& rule : policy.rules())
    for (const RecommendationId& id : rule.ids()) {
      if (id.benchmark() != "cis-rhel9") continue;
      const std::string& level =
          rule.workstation_level().empty() ? rule.level() : rule.workstation_level();
      EXPECT_EQ(level, all[id.number()].workstation) << rule.id();
    }
}

TEST(RhelBenchmarks, AnEmptyRootIsNotCompliant) {
  for (const Benchmark& benchmark : kBenchmarks) {
    TempRoot root;
    Host host = root.OpenHost();
    CheckReport report = Check(Load(benchmark.profile), host, "2026-11-23");
    EXPECT_TRUE(report.below_floor || report.count(Result::kFail) > 0);
  }
}

}  // namespace

}  // namespace assay
