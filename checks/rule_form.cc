// SPDX-License-Identifier: Apache-2.0
#include "checks/rule_form.h"

#include <charconv>
#include <functional>
#include <map>

#include "checks/sysctl_config.h"

namespace assay {

namespace {

constexpr int kMaxDepth = 6;
constexpr int kMaxPredicates = 1000;

// Where in a rule we are, and how much of it there was: aliases make large rules of short files.
struct Place {
  int depth = 0;
  int* predicates;
  Place Deeper() const { return {depth + 1, predicates}; }
};

void CompileExpectation(const Form& form, Expectation& into, Place place);

void CompileSysctl(const Form& form, Expectation& into) {
  if (!form.node().IsMap() || form.node().size() != 1) form.Expected("{NAME: VALUE}, one sysctl");
  auto entry = form.node().begin();
  Sysctl& sysctl = *into.mutable_sysctl();
  sysctl.set_name(SysctlPath(Form(form.file(), entry->first).Text()));
  for (const std::string& value : Form(form.file(), entry->second).Texts())
    sysctl.add_values(value);
}

uint32_t Mode(const Form& form) {
  std::string text = form.Text();
  uint32_t mode = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (error != std::errc() || end != text.data() + text.size() || mode > 07777)
    form.Expected("an octal mode such as \"0644\"");
  return mode;
}

void CompileInode(const Form& form, Expectation& into) {
  form.MapOf({"path", "type", "owner", "group", "mode", "absent"});
  Inode& inode = *into.mutable_inode();
  inode.set_path(form.At("path").Path());
  if (form.Has("type")) inode.set_type(form.At("type").OneOf({"file", "directory"}));
  if (form.Has("owner")) inode.set_owner(form.At("owner").Text());
  if (form.Has("group"))
    for (const std::string& group : form.At("group").Texts()) inode.add_groups(group);
  if (form.Has("mode")) inode.set_mode(Mode(form.At("mode")));
  if (form.Has("absent"))
    inode.set_absent_passes(form.At("absent").OneOf({"pass", "fail"}) == "pass");
  if (!form.Has("owner") && !form.Has("group") && !form.Has("mode"))
    form.Expected("at least one of owner, group, mode");
}

void CompileText(const Form& form, Expectation& into) {
  form.MapOf({"path", "drop-ins", "key", "separator", "wins", "drop-ins-first", "ignore-case",
              "equals", "at-most", "at-least"});
  Text& text = *into.mutable_text();
  text.set_path(form.At("path").Path());
  if (form.Has("drop-ins"))
    for (const std::string& directory : form.At("drop-ins").Paths()) text.add_drop_ins(directory);
  text.set_key(form.At("key").Text());
  text.set_separator(
      form.Has("separator") ? form.At("separator").OneOf({"blank", "="}) == "=" ? "=" : " " : " ");
  text.set_first_wins(form.Has("wins") && form.At("wins").OneOf({"first", "last"}) == "first");
  text.set_ignore_case(form.Has("ignore-case") &&
                       form.At("ignore-case").OneOf({"true", "false"}) == "true");
  text.set_drop_ins_first(form.Has("drop-ins-first") &&
                          form.At("drop-ins-first").OneOf({"true", "false"}) == "true");
  int comparisons = 0;
  for (const char* comparison : {"equals", "at-most", "at-least"}) {
    if (!form.Has(comparison)) continue;
    comparisons++;
    text.set_comparison(comparison);
    if (std::string_view(comparison) == "equals")
      for (const std::string& value : form.At(comparison).Texts()) text.add_values(value);
    else
      text.add_values(std::to_string(form.At(comparison).Whole(-2'000'000'000, 2'000'000'000)));
  }
  if (comparisons != 1) form.Expected("one of equals, at-most, at-least");
}

void CompileKmod(const Form& form, Expectation& into) {
  std::string name = form.Text();
  if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") !=
      std::string::npos)
    form.Expected("the name of a kernel module");
  into.mutable_kmod()->set_name(name);
}

void CompileMount(const Form& form, Expectation& into) {
  form.MapOf({"point", "options"});
  into.mutable_mount()->set_point(form.At("point").Path());
  if (form.Has("options"))
    for (const std::string& option : form.At("options").Texts())
      into.mutable_mount()->add_options(option);
}

void CompilePart(const Form& part, Expectation& into, Place place) {
  if (!part.node().IsMap() || part.node().size() != 1) part.Expected("one predicate");
  CompileExpectation(part, into, place.Deeper());
}

void CompileParts(const Form& form, Combination& into, Place place) {
  for (const Form& part : form.Items()) CompilePart(part, *into.add_parts(), place);
}

void CompileExpectation(const Form& form, Expectation& into, Place place) {
  if (++*place.predicates > kMaxPredicates) form.Expected("no more than 1000 predicates in a rule");
  if (place.depth > kMaxDepth) form.Expected("no more than 6 levels of all, any and not");
  if (form.Has("sysctl")) return CompileSysctl(form.At("sysctl"), into);
  if (form.Has("inode")) return CompileInode(form.At("inode"), into);
  if (form.Has("text")) return CompileText(form.At("text"), into);
  if (form.Has("kmod")) return CompileKmod(form.At("kmod"), into);
  if (form.Has("mount")) return CompileMount(form.At("mount"), into);
  if (form.Has("all")) return CompileParts(form.At("all"), *into.mutable_all(), place);
  if (form.Has("any")) return CompileParts(form.At("any"), *into.mutable_any(), place);
  if (form.Has("not")) return CompilePart(form.At("not"), *into.mutable_negated(), place);
  form.Expected("a predicate: sysctl, inode, text, kmod, mount, all, any or not");
}

void CompileIds(const Form& form, Rule& rule) {
  if (!form.node().IsMap()) form.Expected("{BENCHMARK: \"NUMBER\"}");
  for (const auto& entry : form.node()) {
    RecommendationId& id = *rule.add_ids();
    id.set_benchmark(Form(form.file(), entry.first).Text());
    id.set_number(Form(form.file(), entry.second).Text());
  }
}

}  // namespace

Rule CompileRule(const Form& form) {
  form.MapOf({"id", "title", "level", "ids", "why", "fix", "applies-if", "sysctl", "inode", "text",
              "kmod", "mount", "all", "any", "not"});
  int predicates = 0;
  for (const char* key : {"sysctl", "inode", "text", "kmod", "mount", "all", "any", "not"})
    predicates += form.Has(key);
  if (predicates != 1)
    form.Expected("exactly one predicate: sysctl, inode, text, kmod, mount, all, any or not");
  Rule rule;
  rule.set_id(form.At("id").Text());
  rule.set_title(form.At("title").Text());
  rule.set_level(form.At("level").OneOf({"L1", "L2"}));
  if (form.Has("ids")) CompileIds(form.At("ids"), rule);
  if (form.Has("why")) rule.set_why(form.At("why").Text());
  if (form.Has("fix")) rule.set_fix(form.At("fix").Text());
  int seen = 0;
  if (form.Has("applies-if"))
    CompilePart(form.At("applies-if"), *rule.mutable_applicable_if(), {0, &seen});
  CompileExpectation(form, *rule.mutable_expect(), {0, &seen});
  return rule;
}

}  // namespace assay
