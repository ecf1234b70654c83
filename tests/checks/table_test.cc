// SPDX-License-Identifier: Apache-2.0
// The tables that people read of the benchmark and of the predicates, made from the rules and the
// code: checks/benchmarks/cis-debian12/TABLE.md and two parts of checks/README.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "checks/predicates/inputs.h"
#include "checks/predicates/predicate.h"
#include "checks/rules/rule_loader.h"
#include "tests/checks/recommendations.h"
#include "tests/support/golden.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

constexpr char kBenchmark[] = "cis-debian12";
constexpr char kDirectory[] = ASSAY_SOURCE_DIR "/checks/benchmarks/cis-debian12";
constexpr char kReadme[] = ASSAY_SOURCE_DIR "/checks/README.md";

// The sections of the benchmark, in our own words.
constexpr std::pair<const char*, const char*> kSections[] = {
    {"1.1", "file systems and mounts"},
    {"1.2", "package sources and updates"},
    {"1.3", "mandatory access control"},
    {"1.4", "boot loader"},
    {"1.5", "processes"},
    {"1.6", "banners"},
    {"1.7", "graphical login"},
    {"2.1", "services"},
    {"2.2", "clients"},
    {"2.3", "time"},
    {"2.4", "cron and at"},
    {"3.1", "network devices"},
    {"3.2", "network protocols"},
    {"3.3", "network settings of the kernel"},
    {"4.1", "one firewall"},
    {"4.2", "ufw"},
    {"4.3", "nftables"},
    {"4.4", "iptables"},
    {"5.1", "sshd"},
    {"5.2", "sudo and su"},
    {"5.3", "PAM"},
    {"5.4", "accounts and their environment"},
    {"6.1", "logging"},
    {"6.2", "audit"},
    {"6.3", "integrity of files"},
    {"7.1", "modes and owners of files"},
    {"7.2", "users and groups"}};

// Every rule of a benchmark, whichever profile selects it, in the files' order.
std::vector<Rule> AllRules(const std::string& directory) {
  std::vector<Rule> rules;
  Expected<std::vector<ProfileName>> profiles = ListProfiles(directory);
  EXPECT_TRUE(profiles) << profiles.error().ToString();
  for (const ProfileName& profile : *profiles) {
    Expected<Policy> policy = LoadPolicy({directory, profile.id, "", ""});
    EXPECT_TRUE(policy) << policy.error().ToString();
    for (const Rule& rule : policy->rules())
      if (std::ranges::find(rules, rule.id(), &Rule::id) == rules.end()) rules.push_back(rule);
  }
  return rules;
}

const std::vector<Rule>& Cis() {
  static const std::vector<Rule> rules = AllRules(kDirectory);
  return rules;
}

std::string Joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string NumberIn(const Rule& rule, const std::string& benchmark) {
  for (const RecommendationId& id : rule.ids())
    if (id.benchmark() == benchmark) return id.number();
  return "";
}

std::string Where(const RuleInputs& inputs) {
  std::string where(WhereJudged(inputs.in_image));
  bool some = inputs.live_only.size() < inputs.predicates.size();
  if (inputs.in_image == InImage::kSpeaksAgainst && some)
    where += " (" + Joined(inputs.live_only) + ": live)";
  return where;
}

std::string Cells(const Rule& rule) {
  RuleInputs inputs = InputsOfRule(rule);
  std::string predicates = Joined(inputs.predicates), others;
  if (inputs.manual) predicates = "manual: " + predicates;
  if (!inputs.condition.empty()) predicates += "; applies if " + Joined(inputs.condition);
  if (!rule.group().empty()) predicates += "; of " + rule.group() + " " + rule.member();
  for (const RecommendationId& id : rule.ids())
    if (id.benchmark() != kBenchmark)
      others += (others.empty() ? "" : ", ") + id.benchmark().substr(4) + " " + id.number();
  return rule.id() + " | " + predicates + " | " + Where(inputs) + " | " + others + " |\n";
}

std::string Escaped(std::string text) {
  for (size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
    text.replace(at, 1, "\\|");
  return text;
}

std::string RowsOf(const Recommendation& one) {
  std::string rows, levels = one.server + " / " + one.workstation + " | ";
  for (const Rule& rule : Cis())
    if (NumberIn(rule, kBenchmark) == one.number)
      rows += "| " + one.number + " | " + Escaped(rule.title()) + " | " + levels + Cells(rule);
  return rows.empty() ? "| " + one.number + " | *no rule yet* | " + levels + " | | | |\n" : rows;
}

bool IsIn(const std::string& section, const std::string& number) {
  return number.starts_with(section + ".");
}

std::string WholeTable() {
  std::string table =
      "# CIS Debian Linux 12 v1.1.0: recommendation, rule, predicates, where it is judged\n\n"
      "Made by `tests/checks/table_test.cc` from the rules; `tests/run --update-golden` writes it "
      "anew. What each predicate reads, live and in an image, is in "
      "[checks/README.md](../../README.md#what-a-predicate-reads). Titles are our own words; "
      "levels are server / workstation. *In part*: an image can fail the rule; it passes there "
      "only "
      "where the predicates that are named as live are not needed.\n";
  for (const auto& [section, about] : kSections) {
    table += std::string("\n## ") + section + " " + about +
             "\n\n| number | title | level | rule | predicates | judged | also |\n"
             "|---|---|---|---|---|---|---|\n";
    for (const Recommendation& one : Recommendations("recommendations.csv"))
      if (IsIn(section, one.number)) table += RowsOf(one);
  }
  table +=
      "\n## Only in other benchmarks\n\n| title | level | rule | predicates | judged | number |\n"
      "|---|---|---|---|---|---|\n";
  for (const Rule& rule : Cis())
    if (NumberIn(rule, kBenchmark).empty())
      table += "| " + Escaped(rule.title()) + " | " + rule.level() + " | " + Cells(rule);
  return table;
}

struct Tally {
  int recommendations = 0, rules = 0, manual = 0;
  std::map<InImage, int> judged;
  void Add(const Tally& other) {
    recommendations += other.recommendations;
    rules += other.rules;
    manual += other.manual;
    for (const auto& [in_image, count] : other.judged) judged[in_image] += count;
  }
  std::string Row(const std::string& section) {
    std::string row = "| " + section;
    for (int figure : {recommendations, rules, judged[InImage::kJudged],
                       judged[InImage::kSpeaksAgainst], judged[InImage::kLiveOnly], manual})
      row += " | " + std::to_string(figure);
    return row + " |\n";
  }
};

Tally TallyOf(const std::string& section) {
  Tally tally;
  for (const Recommendation& one : Recommendations("recommendations.csv"))
    tally.recommendations += IsIn(section, one.number);
  for (const Rule& rule : Cis()) {
    if (!IsIn(section, NumberIn(rule, kBenchmark))) continue;
    RuleInputs inputs = InputsOfRule(rule);
    tally.rules++;
    tally.manual += inputs.manual;
    tally.judged[inputs.in_image]++;
  }
  return tally;
}

std::string Summary() {
  std::string table =
      "| section | recommendations | rules | live and image | image in part | live only | for a "
      "person |\n|---|---|---|---|---|---|---|\n";
  Tally all;
  for (const auto& [section, about] : kSections) {
    Tally tally = TallyOf(section);
    all.Add(tally);
    table += tally.Row(std::string(section) + " " + about);
  }
  return table + all.Row("all");
}

std::string PredicateTable() {
  std::string table =
      "| predicate | reads, live | reads, in an image | judged |\n|---|---|---|---|\n";
  for (const PredicateInputs& row : AllPredicateInputs())
    table += "| `" + std::string(row.name) + "` | " + std::string(row.live) + " | " +
             std::string(row.image) + " | " + std::string(WhereJudged(row.in_image)) + " |\n";
  return table;
}

TEST(Table, OfEveryRecommendationIsUpToDate) {
  size_t with_section = 0;
  for (const Recommendation& one : Recommendations("recommendations.csv"))
    for (const auto& [section, about] : kSections) with_section += IsIn(section, one.number);
  EXPECT_EQ(with_section, Recommendations("recommendations.csv").size());
  ExpectGolden(std::string(kDirectory) + "/TABLE.md", WholeTable());
}

TEST(Table, BySectionIsUpToDate) { ExpectGoldenPart(kReadme, "sections", Summary()); }

TEST(Table, OfThePredicatesIsUpToDate) {
  ExpectGoldenPart(kReadme, "predicates", PredicateTable());
}

void Leaves(const Expectation& of, std::vector<Expectation>& into) {
  if (of.has_negated()) return Leaves(of.negated(), into);
  if (of.has_manual()) return Leaves(of.manual(), into);
  if (!of.has_all() && !of.has_any()) return into.push_back(of);
  for (const Expectation& part : of.all().parts()) Leaves(part, into);
  for (const Expectation& part : of.any().parts()) Leaves(part, into);
}

// What the table says of an image is what the judges do: on an empty one, and on one that has a
// little of everything.
TEST(Table, TheJudgesKeepToWhatItSaysOfAnImage) {
  std::vector<Expectation> leaves;
  for (const std::string name : {"cis-debian12", "image-hygiene"})
    for (const Rule& rule : AllRules(ASSAY_SOURCE_DIR "/checks/benchmarks/" + name))
      Leaves(rule.expect(), leaves);
  TempRoot empty, some{{"boot/grub/grub.cfg", "menuentry 'a' {\n linux /vmlinuz ro\n}\n"},
                       {"etc/passwd", "root:x:0:0:root:/root:/bin/bash\n"},
                       {"etc/shadow", "root:*:19000:0:99999:7:::\n"},
                       {"etc/group", "root:x:0:\n"},
                       {"etc/gshadow", "root:*::\n"},
                       {"var/lib/dpkg/status", ""}};
  for (const TempRoot* root : {&empty, &some})
    for (const Expectation& leaf : leaves) {
      const PredicateInputs* row = InputsOf(leaf);
      ASSERT_TRUE(row) << PredicateName(leaf);
      Host host = root->OpenHost();
      Answer answer = JudgeExpectation(leaf, host);
      bool decided = answer.result == Result::kPass || answer.result == Result::kFail;
      if (row->in_image == InImage::kLiveOnly) {
        EXPECT_FALSE(decided) << PredicateName(leaf) << ": " << answer.reason;
      } else if (row->in_image == InImage::kSpeaksAgainst) {
        EXPECT_NE(answer.result, Result::kPass) << PredicateName(leaf);
      } else if (root == &some) {
        EXPECT_NE(answer.result, Result::kNotChecked)
            << PredicateName(leaf) << ": " << answer.reason;
      }
    }
}

}  // namespace

}  // namespace assay
