// SPDX-License-Identifier: Apache-2.0
#include "checks/rules/rule_form.h"

#include <algorithm>

#include "checks/predicates/forms.h"

namespace assay {

namespace {

constexpr int kMaxDepth = 6;
constexpr int kMaxPredicates = 1000;

struct PredicateForm {
  const char* key;
  void (*compile)(const Form& form, Expectation& into);
};

constexpr PredicateForm kPredicates[] = {
    {"sysctl",
     [](const Form& form, Expectation& into) { CompileSysctl(form, *into.mutable_sysctl()); }},
    {"inode",
     [](const Form& form, Expectation& into) { CompileInode(form, *into.mutable_inode()); }},
    {"text", [](const Form& form, Expectation& into) { CompileText(form, *into.mutable_text()); }},
    {"kmod", [](const Form& form, Expectation& into) { CompileKmod(form, *into.mutable_kmod()); }},
    {"mount",
     [](const Form& form, Expectation& into) { CompileMount(form, *into.mutable_mount()); }},
    {"package",
     [](const Form& form, Expectation& into) { CompilePackage(form, *into.mutable_package()); }},
    {"unit", [](const Form& form, Expectation& into) { CompileUnit(form, *into.mutable_unit()); }},
    {"listeners", [](const Form& form,
                     Expectation& into) { CompileListeners(form, *into.mutable_listeners()); }},
    {"program",
     [](const Form& form, Expectation& into) { CompileProgram(form, *into.mutable_program()); }},
    {"sshd", [](const Form& form, Expectation& into) { CompileSshd(form, *into.mutable_sshd()); }},
    {"pam", [](const Form& form, Expectation& into) { CompilePam(form, *into.mutable_pam()); }},
    {"sudoers",
     [](const Form& form, Expectation& into) { CompileSudoers(form, *into.mutable_sudoers()); }},
    {"shell", [](const Form& form,
                 Expectation& into) { CompileShellEnvironment(form, *into.mutable_shell()); }},
    {"accounts",
     [](const Form& form, Expectation& into) { CompileAccounts(form, *into.mutable_accounts()); }},
    {"audit",
     [](const Form& form, Expectation& into) { CompileAudit(form, *into.mutable_audit()); }},
    {"firewall",
     [](const Form& form, Expectation& into) { CompileFirewall(form, *into.mutable_firewall()); }},
    {"boot", [](const Form& form, Expectation& into) { CompileBoot(form, *into.mutable_boot()); }},
    {"security-module",
     [](const Form& form, Expectation& into) {
       CompileSecurityModule(form, *into.mutable_security_module());
     }},
    {"dconf",
     [](const Form& form, Expectation& into) { CompileDconf(form, *into.mutable_dconf()); }},
    {"walk", [](const Form& form, Expectation& into) { CompileWalk(form, *into.mutable_walk()); }},
    {"lines",
     [](const Form& form, Expectation& into) { CompileLines(form, *into.mutable_lines()); }},
    {"absent",
     [](const Form& form, Expectation& into) { CompileAbsent(form, *into.mutable_absent()); }},
    {"secrets",
     [](const Form& form, Expectation& into) { CompileSecrets(form, *into.mutable_secrets()); }},
};

constexpr const char* kCombinators[] = {"all", "any", "not", "manual"};

std::vector<std::string_view> PredicateKeys() {
  std::vector<std::string_view> keys(std::begin(kCombinators), std::end(kCombinators));
  for (const PredicateForm& predicate : kPredicates) keys.push_back(predicate.key);
  return keys;
}

std::string KnownPredicates() {
  std::string known;
  for (std::string_view key : PredicateKeys())
    known += (known.empty() ? "" : ", ") + std::string(key);
  return known;
}

// Where in a rule we are, and how much of it there was: aliases make large rules of short files.
struct Place {
  int depth = 0;
  int* predicates;
  Place Deeper() const { return {depth + 1, predicates}; }
};

void CompileOne(const Form& form, Expectation& into, Place place);

void CompilePart(const Form& part, Expectation& into, Place place) {
  if (!part.IsMap() || part.size() != 1) part.Expected("one predicate");
  CompileOne(part, into, place.Deeper());
}

void CompileParts(const Form& form, Combination& into, Place place) {
  for (const Form& part : form.Items()) CompilePart(part, *into.add_parts(), place);
}

void CompileOne(const Form& form, Expectation& into, Place place) {
  if (++*place.predicates > kMaxPredicates) form.Expected("no more than 1000 predicates in a rule");
  if (place.depth > kMaxDepth) form.Expected("no more than 6 levels of all, any and not");
  for (const std::string& key : form.Keys())
    for (const PredicateForm& predicate : kPredicates)
      if (key == predicate.key) return predicate.compile(form.At(predicate.key), into);
  if (form.Has("all")) return CompileParts(form.At("all"), *into.mutable_all(), place);
  if (form.Has("any")) return CompileParts(form.At("any"), *into.mutable_any(), place);
  if (form.Has("not")) return CompilePart(form.At("not"), *into.mutable_negated(), place);
  if (form.Has("manual")) return CompilePart(form.At("manual"), *into.mutable_manual(), place);
  form.Expected("a predicate: " + KnownPredicates());
}

void CompileIds(const Form& form, Rule& rule) {
  for (const auto& [benchmark, number] : form.Entries()) {
    RecommendationId& id = *rule.add_ids();
    id.set_benchmark(benchmark);
    id.set_number(number.Text());
  }
}

void CompileGroup(const Form& form, Rule& rule) {
  auto entries = form.Entries();
  if (entries.size() != 1) form.Expected("{GROUP: MEMBER}, one of each");
  rule.set_group(entries[0].first);
  rule.set_member(entries[0].second.Text());
}

}  // namespace

void CompileExpectation(const Form& form, Expectation& into) {
  int seen = 0;
  CompilePart(form, into, {0, &seen});
}

Rule CompileRule(const Form& form) {
  std::vector<std::string_view> keys = {"id",  "title",      "level", "workstation", "ids",  "why",
                                        "fix", "applies-if", "group", "by-hand",     "drift"};
  std::vector<std::string_view> predicates = PredicateKeys();
  keys.insert(keys.end(), predicates.begin(), predicates.end());
  form.MapOf(keys);
  std::ptrdiff_t count = 0;
  for (const std::string& key : form.Keys()) count += std::ranges::count(predicates, key);
  if (count != 1) form.Expected("exactly one predicate: " + KnownPredicates());
  Rule rule;
  rule.set_id(form.At("id").Text());
  rule.set_title(form.At("title").Text());
  rule.set_level(form.At("level").OneOf({"L1", "L2", "-"}));
  if (form.Has("workstation"))
    rule.set_workstation_level(form.At("workstation").OneOf({"L1", "L2", "-"}));
  if (form.Has("ids")) CompileIds(form.At("ids"), rule);
  if (form.Has("why")) rule.set_why(form.At("why").Text());
  if (form.Has("fix")) rule.set_fix(form.At("fix").Text());
  rule.set_by_hand(form.Has("by-hand") && form.At("by-hand").Flag());
  rule.set_reported_only(form.Has("drift") && !form.At("drift").Flag());
  if (form.Has("group")) CompileGroup(form.At("group"), rule);
  if (form.Has("applies-if"))
    CompileExpectation(form.At("applies-if"), *rule.mutable_applicable_if());
  int seen = 0;
  CompileOne(form, *rule.mutable_expect(), {0, &seen});
  return rule;
}

}  // namespace assay
