// SPDX-License-Identifier: Apache-2.0
#include "checks/rules/profile_form.h"

#include <algorithm>
#include <iterator>

#include "base/clock.h"
#include "checks/rules/rule_form.h"

namespace assay {

namespace {

std::set<std::string> Names(const Form& form, const char* key) {
  if (!form.Has(key)) return {};
  std::vector<std::string> texts = form.At(key).Texts();
  return {texts.begin(), texts.end()};
}

Parameters CompileParameters(const Form& form) {
  Parameters parameters;
  for (const auto& [name, value] : form.Entries()) parameters[name] = value.Text();
  return parameters;
}

std::set<std::string> CompileLevels(const Form& form) {
  std::set<std::string> levels;
  for (const Form& level : form.Items()) levels.insert(level.OneOf({"L1", "L2"}));
  return levels;
}

// One waiver, for each rule of a list.
std::vector<Waiver> CompileWaiver(const Form& form) {
  form.MapOf({"rule", "reason", "owner", "until", "images"});
  Waiver waiver;
  waiver.set_reason(form.At("reason").Text());
  waiver.set_owner(form.At("owner").Text());
  waiver.set_until(form.At("until").Text());
  if (!IsDate(waiver.until())) form.At("until").Expected("a date, YYYY-MM-DD");
  if (form.Has("images"))
    for (const std::string& glob : form.At("images").Texts()) waiver.add_images(glob);
  std::vector<Waiver> waivers;
  for (const std::string& rule : form.At("rule").Texts()) {
    waivers.push_back(waiver);
    waivers.back().set_rule(rule);
  }
  return waivers;
}

void CompileShared(const Form& form, ProfileForm& profile) {
  if (form.Has("extends")) profile.extends = form.At("extends").Text();
  if (form.Has("levels")) profile.levels = CompileLevels(form.At("levels"));
  profile.only = Names(form, "rules");
  profile.include = Names(form, "include");
  profile.exclude = Names(form, "exclude");
  if (form.Has("floor")) profile.floor_percent = form.At("floor").Whole(1, 100);
  if (form.Has("parameters")) profile.parameters = CompileParameters(form.At("parameters"));
  if (form.Has("select"))
    for (const auto& [group, member] : form.At("select").Entries())
      profile.select[group] = member.Text();
  if (form.Has("waivers")) profile.waivers = CompileWaivers(form.At("waivers"));
  if (!profile.levels.empty() && !profile.only.empty()) form.Expected("either levels or rules");
}

ProfileForm CompileProfile(const Form& form) {
  form.MapOf({"id", "title", "benchmark", "for", "extends", "levels", "rules", "include", "exclude",
              "floor", "parameters", "select", "waivers"});
  ProfileForm profile;
  profile.id = form.At("id").Text();
  profile.title = form.At("title").Text();
  if (form.Has("benchmark")) profile.benchmark = form.At("benchmark").Text();
  if (form.Has("for"))
    profile.workstation = form.At("for").OneOf({"server", "workstation"}) == "workstation";
  CompileShared(form, profile);
  if (profile.extends.empty() && profile.levels.empty() && profile.only.empty())
    form.Expected("levels, rules or extends");
  return profile;
}

Group CompileGroup(const Form& form) {
  form.MapOf({"id", "members"});
  Group group;
  group.set_id(form.At("id").Text());
  for (const auto& [id, in_use] : form.At("members").Entries()) {
    Group::Member& member = *group.add_members();
    member.set_id(id);
    CompileExpectation(in_use, *member.mutable_in_use());
  }
  return group;
}

}  // namespace

std::vector<Waiver> CompileWaivers(const Form& form) {
  std::vector<Waiver> waivers;
  for (const Form& item : form.Items())
    std::ranges::move(CompileWaiver(item), std::back_inserter(waivers));
  return waivers;
}

ProfileForm CompileTailoring(const Form& form) {
  form.MapOf({"id", "title", "extends", "levels", "include", "exclude", "floor", "parameters",
              "select", "waivers"});
  ProfileForm profile;
  profile.id = form.At("id").Text();
  profile.extends = form.At("extends").Text();
  if (form.Has("title")) profile.title = form.At("title").Text();
  CompileShared(form, profile);
  return profile;
}

BenchmarkForm CompileBenchmark(const Form& form) {
  form.MapOf({"benchmark", "parameters", "groups", "profiles"});
  BenchmarkForm benchmark;
  benchmark.id = form.At("benchmark").Text();
  if (form.Has("parameters")) benchmark.parameters = CompileParameters(form.At("parameters"));
  if (form.Has("groups"))
    for (const Form& item : form.At("groups").Items())
      benchmark.groups.push_back(CompileGroup(item));
  std::set<std::string> seen;
  for (const Form& item : form.At("profiles").Items()) {
    benchmark.profiles.push_back(CompileProfile(item));
    if (!seen.insert(benchmark.profiles.back().id).second) item.Expected("a profile id only once");
  }
  return benchmark;
}

}  // namespace assay
