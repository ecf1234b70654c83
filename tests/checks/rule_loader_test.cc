// SPDX-License-Identifier: Apache-2.0
#include "checks/rules/rule_loader.h"

#include <gmock/gmock.h>

#include "tests/support/temp_root.h"

namespace assay {

namespace {

using testing::HasSubstr;

constexpr char kProfiles[] =
    "benchmark: b\nprofiles:\n  - {id: p, title: t, levels: [L1], floor: 80}\n";
constexpr char kHead[] = "- id: a\n  title: t\n  level: L1\n";

std::string MistakeOf(const TempRoot& root, const std::string& profile = "p") {
  Expected<Policy> policy = LoadPolicy({root.path(), profile, "", ""});
  return policy ? "no mistake" : policy.error().ToString();
}

TEST(RuleLoader, NamesFileAndLineOfEveryMistake) {
  struct Case {
    const char* body;
    const char* where;
    const char* what;
  };
  for (const Case& one : std::vector<Case>{
           {"  colour: red\n  kmod: x\n", ":4: ", "colour"},
           {"", ":1: ", "exactly one predicate"},
           {"  kmod: x\n  mount: {point: /x}\n", ":1: ", "exactly one predicate"},
           {"  kmod: x\n  kmod: y\n", ":5: ", "only once"},
           {"  kmod: ../x\n", ":4: ", "kernel module"},
           {"  kmod: [x]\n", ":4: ", "a text"},
           {"  kmod: ''\n", ":4: ", "a text"},
           {"  inode: {path: /x}\n", ":4: ", "at least one of"},
           {"  inode: {path: x, mode: '0644'}\n", ":4: ", "absolute path"},
           {"  inode: {path: /a/../x, mode: '0644'}\n", ":4: ", "absolute path"},
           {"  inode: {path: /x, mode: '0688'}\n", ":4: ", "octal"},
           {"  inode: {path: /x, mode: '17777'}\n", ":4: ", "octal"},
           {"  inode: {path: /x, mode: '0644', absent: maybe}\n", ":4: ", "pass, fail"},
           {"  text: {path: /x, equals: 1}\n", ":4: ", "'key'"},
           {"  text: {path: /x, key: k}\n", ":4: ", "one of equals"},
           {"  text: {path: /x, key: k, equals: 1, at-most: 2}\n", ":4: ", "one of equals"},
           {"  text: {path: /x, key: k, at-most: 1.5}\n", ":4: ", "whole number"},
           {"  sysctl: {a.b: 1, c.d: 2}\n", ":4: ", "one sysctl"},
           {"  sysctl: {a.b: []}\n", ":4: ", "not empty"},
           {"  mount: {point: /x, option: a}\n", ":4: ", "option"},
           {"  all: []\n", ":4: ", "not empty"},
           {"  any: [{kmod: x, mount: {point: /x}}]\n", ":4: ", "one predicate"},
           {"  any: [{magic: x}]\n", ":4: ", "a predicate"},
           {"  not: {magic: x}\n", ":4: ", "a predicate"},
           {"  not: {not: {not: {not: {not: {not: {not: {not: {kmod: x}}}}}}}}\n",
            ":4: ", "levels"},
           {"  kmod: \"a\\x1b\"\n", ":4: ", "one line"},
           {"  kmod: \"a\xff\"\n", ":4: ", "UTF-8"},
           {"  not: {kmod: x, mount: {point: /x}}\n", ":4: ", "one predicate"},
           {"  not: {kmod: x, colour: red}\n", ":4: ", "one predicate"},
           {"  applies-if: {magic: x}\n  kmod: x\n", ":4: ", "a predicate"},
           {"  inode: {path: /x, type: door}\n", ":4: ", "file, directory"},
           {"  inode: {path: /x, owner: 9-1}\n", ":4: ", "ranges"},
           {"  inode: {path: /x, owner: a, names: [b]}\n", ":4: ", "recurse"},
           {"  inode: {path: /x, owner: a, recurse: true, except: [b/c]}\n", ":4: ", "without '/'"},
           {"  text: {path: /x, key: k, section: '[s]', equals: 1}\n", ":4: ", "brackets"},
           {"  text: {path: /x, key: k, ignore-case: all, equals: 1}\n", ":4: ", "one of true"},
           {"  lines: {path: /x}\n", ":4: ", "one of match, none"},
           {"  lines: {path: /x, match: a, none: b}\n", ":4: ", "one of match, none"},
           {"  lines: {path: /x, match: '('}\n", ":4: ", "regular expression"},
           {"  lines: {path: /x, none: '(a)\\1'}\n", ":4: ", "back reference"},
           {"  walk: everything\n", ":4: ", "world-writable"},
           {"  kmod: x\n---\n- {id: b}\n", ":5: ", "one document"},
           {"  kmod: [\n", ":", "expected YAML"}}) {
    TempRoot root{{"profiles.yaml", kProfiles}, {"rules/r.yaml", std::string(kHead) + one.body}};
    EXPECT_THAT(MistakeOf(root), HasSubstr("rules/r.yaml" + std::string(one.where))) << one.body;
    EXPECT_THAT(MistakeOf(root), HasSubstr(one.what)) << one.body;
  }
}

TEST(RuleLoader, WantsEveryHeadOfARuleAndOfAProfile) {
  for (const char* rule :
       {"- {title: t, level: L1, kmod: x}", "- {id: a, level: L1, kmod: x}",
        "- {id: a, title: t, kmod: x}", "- {id: a, title: t, level: L3, kmod: x}",
        "- {id: a, title: t, level: L1, ids: [1], kmod: x}", "a: b", "- a", "", "[]"}) {
    TempRoot root{{"profiles.yaml", kProfiles}, {"rules/r.yaml", rule}};
    EXPECT_THAT(MistakeOf(root), HasSubstr("rules/r.yaml:1: expected")) << rule;
  }
  for (const char* profile :
       {"{title: t, levels: [L1]}", "{id: p, title: t}",
        "{id: p, title: t, levels: [L1], rules: [a]}", "{id: p, title: t, levels: [L1], floor: 0}",
        "{id: p, title: t, levels: [L1], floor: 101}", "{id: p, title: t, levels: [L4]}"}) {
    TempRoot root{{"profiles.yaml", "benchmark: b\nprofiles:\n  - " + std::string(profile)},
                  {"rules/r.yaml", std::string(kHead) + "  kmod: x\n"}};
    EXPECT_THAT(MistakeOf(root), HasSubstr("profiles.yaml:3: expected")) << profile;
  }
}

TEST(RuleLoader, RefusesTheSameIdInTwoFiles) {
  TempRoot root{{"profiles.yaml", kProfiles},
                {"rules/a.yaml", std::string(kHead) + "  kmod: x\n"},
                {"rules/b.yaml", "\n" + std::string(kHead) + "  kmod: y\n"}};
  EXPECT_THAT(MistakeOf(root), HasSubstr("rules/b.yaml:2: "));
  EXPECT_THAT(MistakeOf(root), HasSubstr("rules/a.yaml"));
}

TEST(RuleLoader, RefusesAnUnknownProfileAndAProfileOfUnknownRules) {
  TempRoot root{
      {"profiles.yaml", "benchmark: b\nprofiles:\n  - {id: p, title: t, rules: [a, z]}\n"},
      {"rules/a.yaml", std::string(kHead) + "  kmod: x\n"}};
  EXPECT_THAT(MistakeOf(root, "q"), HasSubstr("no profile 'q'"));
  EXPECT_THAT(MistakeOf(root), HasSubstr("'z'"));
  EXPECT_THAT(MistakeOf(TempRoot{{"profiles.yaml", kProfiles}}), HasSubstr("no rule files"));
  EXPECT_FALSE(LoadPolicy({root.path() + "/absent", "p", "", ""}));
}

// Ten aliases of ten of ten of ten: a short file, 10,000 predicates.
TEST(RuleLoader, AliasesDoNotMakeALargeRuleOfAShortFile) {
  std::string rule = "kmod: x";
  for (const char* name : {"a", "b", "c", "d"}) {
    std::string list = "&" + std::string(name) + " {" + rule + "}";
    for (int i = 0; i < 9; i++) list += ", *" + std::string(name);
    rule = "all: [" + list + "]";
  }
  TempRoot root{{"profiles.yaml", kProfiles},
                {"rules/r.yaml", std::string(kHead) + "  " + rule + "\n"}};
  EXPECT_THAT(MistakeOf(root), HasSubstr("no more than 1000 predicates"));
}

TEST(RuleLoader, DoesNotPassOverAFileForItsName) {
  TempRoot root{{"profiles.yaml", kProfiles},
                {"rules/a.yaml", std::string(kHead) + "  kmod: x\n"},
                {"rules/b.yml", std::string(kHead) + "  kmod: y\n"}};
  EXPECT_THAT(MistakeOf(root), HasSubstr("rules/b.yml:1: expected"));
}

TEST(RuleLoader, ChoosesTheRulesOfTheProfilesLevels) {
  TempRoot root{{"profiles.yaml", kProfiles},
                {"rules/a.yaml", std::string(kHead) + "  sysctl: {net.a: [1, 2]}\n" +
                                     "- {id: b, title: t, level: L2, kmod: x}\n"}};
  Expected<Policy> policy = LoadPolicy({root.path(), "p", "", ""});
  ASSERT_TRUE(policy) << policy.error().ToString();
  ASSERT_EQ(policy->rules_size(), 1);
  EXPECT_EQ(policy->floor_percent(), 80u);
  EXPECT_EQ(policy->rules(0).expect().sysctl().name(), "net/a");
  EXPECT_EQ(policy->rules(0).expect().sysctl().values_size(), 2);
}

constexpr char kFamilies[] =
    "benchmark: b\n"
    "parameters: {days: 365}\n"
    "groups:\n"
    "  - id: firewall\n"
    "    members: {ufw: {kmod: u}, nftables: {kmod: n}}\n"
    "profiles:\n"
    "  - {id: server, title: s, benchmark: b, for: server, levels: [L1]}\n"
    "  - {id: desk, title: d, benchmark: b, for: workstation, levels: [L1]}\n"
    "  - {id: other, title: o, benchmark: c, levels: [L1, L2]}\n"
    "  - {id: node, title: n, extends: server, exclude: [one], include: [two]}\n"
    "  - {id: loop, title: l, extends: loop}\n";
constexpr char kRules[] =
    "- {id: one, title: t, level: L1, workstation: L2, ids: {b: '1'}, kmod: x}\n"
    "- {id: two, title: t, level: L2, workstation: L1, ids: {b: '2', c: '2'}, kmod: x}\n"
    "- {id: three, title: t, level: L1, workstation: '-', ids: {b: '3'},\n"
    "   text: {path: /f, key: k, at-most: '${days}'}}\n"
    "- {id: four, title: t, level: L1, ids: {b: '4'}, group: {firewall: ufw}, kmod: x}\n";

std::string RulesOf(const TempRoot& root, const std::string& profile) {
  Expected<Policy> policy = LoadPolicy({root.path(), profile, "", ""});
  if (!policy) return policy.error().ToString();
  std::string ids;
  for (const Rule& rule : policy->rules()) ids += (ids.empty() ? "" : " ") + rule.id();
  return ids;
}

TEST(RuleLoader, ATailoringFileBringsRulesOfItsOwn) {
  TempRoot root{{"profiles.yaml", kFamilies},
                {"rules/r.yaml", kRules},
                {"site/mine.yaml", "id: mine\nextends: server\nexclude: [six]\nrules-from: own\n"},
                {"site/own/a.yaml",
                 "- {id: five, title: t, level: L2, kmod: x}\n"
                 "- {id: six, title: t, level: L1, kmod: x}\n"
                 "- {id: seven, title: t, level: L1, group: {firewall: ufw},\n"
                 "   text: {path: /f, key: k, at-most: '${days}'}}\n"}};
  const std::string mine = root.Path("site/mine.yaml");
  EXPECT_EQ(RulesOf(root, mine), "one three four five seven") << "whatever their level and number";
  EXPECT_EQ(RulesOf(root, "server"), "one three four");
  root.Append("site/own/a.yaml", "- {id: one, title: t, level: L1, kmod: x}\n");
  EXPECT_THAT(RulesOf(root, mine), HasSubstr("site/own/a.yaml:5: expected a rule id only once"));
  EXPECT_THAT(RulesOf(root, mine), HasSubstr("rules/r.yaml"));
  root.Write("site/mine.yaml", "id: mine\nextends: server\nrules-from: nowhere\n");
  EXPECT_THAT(RulesOf(root, mine), HasSubstr("no rule files"));
}

TEST(RuleLoader, AProfileIsABenchmarkALevelAndAPlace) {
  TempRoot root{{"profiles.yaml", kFamilies}, {"rules/r.yaml", kRules}};
  EXPECT_EQ(RulesOf(root, "server"), "one three four");
  EXPECT_EQ(RulesOf(root, "desk"), "two four");
  EXPECT_EQ(RulesOf(root, "other"), "two");
  EXPECT_EQ(RulesOf(root, "node"), "two three four");
  EXPECT_THAT(RulesOf(root, "loop"), HasSubstr("or itself"));
}

TEST(RuleLoader, ATailoringFileIncludesExcludesSelectsAndSets) {
  TempRoot root{{"profiles.yaml", kFamilies},
                {"rules/r.yaml", kRules},
                {"mine.yaml",
                 "id: mine\nextends: node\nexclude: [two]\nparameters: {days: 30}\n"
                 "select: {firewall: nftables}\nfloor: 50\n"
                 "waivers:\n  - {rule: four, reason: r, owner: o, until: 2027-01-01}\n"}};
  Expected<Policy> policy = LoadPolicy({root.path(), root.Path("mine.yaml"), "", "web:1"});
  ASSERT_TRUE(policy) << policy.error().ToString();
  EXPECT_EQ(RulesOf(root, root.Path("mine.yaml")), "three four");
  EXPECT_EQ(policy->profile(), "mine");
  EXPECT_EQ(policy->floor_percent(), 50u);
  EXPECT_EQ(policy->image(), "web:1");
  EXPECT_EQ(policy->rules(0).expect().text().demand().values(0), "30");
  EXPECT_EQ(policy->groups(0).selected(), "nftables");
  ASSERT_EQ(policy->waivers_size(), 1);
  EXPECT_EQ(policy->waivers(0).until(), "2027-01-01");
}

TEST(RuleLoader, RefusesATailoringOfWhatIsNotThere) {
  for (auto [line, what] :
       {std::pair{"exclude: [nine]", "'nine'"},
        {"parameters: {weeks: 1}", "'weeks'"},
        {"select: {firewall: pf}", "'pf'"},
        {"select: {logging: x}", "'logging'"},
        {"colour: red", "mine.yaml:3: expected"},
        {"waivers: [{rule: one, reason: r, owner: o}]", "'until'"},
        {"waivers: [{rule: one, reason: r, owner: o, until: 2026-02-30}]", "a date"},
        {"waivers: [{rule: nine, reason: r, owner: o, until: 2026-02-03}]", "'nine'"}}) {
    TempRoot root{{"profiles.yaml", kFamilies},
                  {"rules/r.yaml", kRules},
                  {"mine.yaml", "id: mine\nextends: server\n" + std::string(line) + "\n"}};
    EXPECT_THAT(RulesOf(root, root.Path("mine.yaml")), HasSubstr(what)) << line;
  }
}

TEST(RuleLoader, AParameterOrAGroupThatNobodyDeclaredIsAMistake) {
  TempRoot root{
      {"profiles.yaml", kFamilies},
      {"rules/r.yaml",
       "- {id: a, title: t, level: L1, text: {path: /f, key: k, at-most: '${weeks}'}}\n"}};
  EXPECT_THAT(RulesOf(root, "server"), HasSubstr("r.yaml:1: expected a parameter"));
  root.Write("rules/r.yaml", "- {id: a, title: t, level: L1, group: {firewall: pf}, kmod: x}\n");
  EXPECT_THAT(RulesOf(root, "server"), HasSubstr("{firewall: pf}"));
}

TEST(RuleLoader, WaiversComeFromAFileToo) {
  TempRoot root{
      {"profiles.yaml", kFamilies},
      {"rules/r.yaml", kRules},
      {"w.yaml", "- {rule: one, reason: r, owner: o, until: 2027-01-01, images: 'web*'}\n"}};
  Expected<Policy> policy = LoadPolicy({root.path(), "server", root.Path("w.yaml"), ""});
  ASSERT_TRUE(policy) << policy.error().ToString();
  ASSERT_EQ(policy->waivers_size(), 1);
  EXPECT_EQ(policy->waivers(0).images(0), "web*");
}

}  // namespace

}  // namespace assay
