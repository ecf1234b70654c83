// SPDX-License-Identifier: Apache-2.0
#include "checks/rules/profile.h"

#include <algorithm>

namespace assay {

namespace {

constexpr int kMaxExtends = 8;
constexpr int kDefaultFloor = 90;

Error Mistake(const Profile& profile, const std::string& what) {
  return Fail(ErrorCode::kInvalid, "profile '" + profile.id + "' " + what).error();
}

Expected<const ProfileForm*> Find(const BenchmarkForm& benchmark, const std::string& id) {
  std::string known;
  for (const ProfileForm& profile : benchmark.profiles) {
    if (profile.id == id) return &profile;
    known += (known.empty() ? "" : ", ") + profile.id;
  }
  return Fail(ErrorCode::kNotFound, "no profile '" + id + "' in benchmark '" + benchmark.id + "'",
              "there are: " + known);
}

// What `more` says wins over what is there.
void Overlay(Profile& profile, const ProfileForm& more) {
  profile.id = more.id;
  if (!more.title.empty()) profile.title = more.title;
  if (more.benchmark) profile.benchmark = more.benchmark;
  if (more.workstation) profile.workstation = more.workstation;
  if (more.floor_percent) profile.floor_percent = more.floor_percent;
  if (!more.levels.empty()) profile.levels = more.levels;
  if (!more.only.empty()) profile.only = more.only;
  if (!more.rules_from.empty()) profile.rules_from = more.rules_from;
  for (const std::string& rule : more.exclude) {
    profile.exclude.insert(rule);
    profile.include.erase(rule);
  }
  for (const std::string& rule : more.include) {
    profile.include.insert(rule);
    profile.exclude.erase(rule);
  }
  for (const auto& [name, value] : more.parameters) profile.parameters[name] = value;
  for (const auto& [group, member] : more.select) profile.select[group] = member;
  profile.waivers.insert(profile.waivers.end(), more.waivers.begin(), more.waivers.end());
}

Expected<void> SelectMembers(Profile& profile) {
  for (const auto& [id, member] : profile.select) {
    auto group = std::ranges::find(profile.groups, id, &Group::id);
    if (group == profile.groups.end())
      return std::unexpected(
          Mistake(profile, "selects from the group '" + id + "', which is not there"));
    if (std::ranges::find(group->members(), member, &Group::Member::id) == group->members().end())
      return std::unexpected(
          Mistake(profile, "selects '" + member + "', which the group '" + id + "' does not have"));
    group->set_selected(member);
  }
  return {};
}

Expected<void> HasParameters(const BenchmarkForm& benchmark, const Profile& profile) {
  for (const auto& [name, value] : profile.parameters)
    if (!benchmark.parameters.contains(name))
      return std::unexpected(
          Mistake(profile, "sets the parameter '" + name + "', which the benchmark does not have"));
  return {};
}

std::string_view LevelFor(const Profile& profile, const Rule& rule) {
  bool own = profile.workstation.value_or(false) && !rule.workstation_level().empty();
  return own ? rule.workstation_level() : rule.level();
}

bool Selects(const Profile& profile, const Rule& rule) {
  if (profile.exclude.contains(rule.id())) return false;
  if (profile.include.contains(rule.id()) || profile.only.contains(rule.id())) return true;
  if (profile.benchmark && std::ranges::find(rule.ids(), *profile.benchmark,
                                             &RecommendationId::benchmark) == rule.ids().end())
    return false;
  return profile.levels.contains(std::string(LevelFor(profile, rule)));
}

Expected<void> Names(const Profile& profile, const std::vector<Rule>& rules) {
  std::set<std::string> known;
  for (const Rule& rule : rules) known.insert(rule.id());
  std::set<std::string> named = profile.only;
  named.insert(profile.include.begin(), profile.include.end());
  named.insert(profile.exclude.begin(), profile.exclude.end());
  for (const Waiver& waiver : profile.waivers) named.insert(waiver.rule());
  for (const std::string& rule : named)
    if (!known.contains(rule))
      return std::unexpected(Mistake(profile, "names the rule '" + rule + "', which no file has"));
  return {};
}

Expected<void> HasMember(const Profile& profile, const Rule& rule) {
  if (rule.group().empty()) return {};
  auto group = std::ranges::find(profile.groups, rule.group(), &Group::id);
  if (group != profile.groups.end() &&
      std::ranges::find(group->members(), rule.member(), &Group::Member::id) !=
          group->members().end())
    return {};
  return Fail(ErrorCode::kInvalid, "rule '" + rule.id() + "' is of {" + rule.group() + ": " +
                                       rule.member() + "}, which profiles.yaml does not have");
}

}  // namespace

Expected<Profile> ResolveProfile(const BenchmarkForm& benchmark, const std::string& id) {
  std::vector<const ProfileForm*> chain = {TRY(Find(benchmark, id))};
  while (!chain.back()->extends.empty()) {
    chain.push_back(TRY(Find(benchmark, chain.back()->extends)));
    if (chain.size() > kMaxExtends)
      return Fail(ErrorCode::kInvalid, "profile '" + id + "' extends more than " +
                                           std::to_string(kMaxExtends) + " others, or itself");
  }
  Profile profile;
  profile.benchmark_id = benchmark.id;
  profile.parameters = benchmark.parameters;
  profile.groups = benchmark.groups;
  for (auto link = chain.rbegin(); link != chain.rend(); link++) Overlay(profile, **link);
  TRY(HasParameters(benchmark, profile));
  TRY(SelectMembers(profile));
  return profile;
}

Expected<Policy> AssemblePolicy(const Profile& profile, std::vector<Rule> rules) {
  TRY(Names(profile, rules));
  Policy policy;
  policy.set_version(1);
  policy.set_benchmark(profile.benchmark.value_or(profile.benchmark_id));
  policy.set_profile(profile.id);
  policy.set_title(profile.title);
  policy.set_floor_percent(uint32_t(profile.floor_percent.value_or(kDefaultFloor)));
  for (const Group& group : profile.groups) *policy.add_groups() = group;
  for (const Waiver& waiver : profile.waivers) *policy.add_waivers() = waiver;
  for (Rule& rule : rules) {
    TRY(HasMember(profile, rule));
    if (!Selects(profile, rule)) continue;
    *policy.add_rules() = std::move(rule);
  }
  return policy;
}

}  // namespace assay
