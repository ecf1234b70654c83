// SPDX-License-Identifier: Apache-2.0
#include "checks/rules/rule_loader.h"

#include <filesystem>
#include <map>
#include <set>

#include "base/file.h"
#include "checks/rules/rule_form.h"
#include "checks/rules/yaml_form.h"

namespace assay {

namespace {

constexpr size_t kFileLimit = 4 << 20;

// The exceptions of yaml-cpp and of Form end here.
template <typename T, typename Compile>
Expected<T> Guarded(const std::string& file, Compile compile) {
  std::string text = TRY(ReadFile(file, kFileLimit));
  try {
    std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() > 1) Form(file, documents[1]).Expected("one document, and no '---' in it");
    return compile(Form(file, documents.empty() ? YAML::Node() : documents[0]));
  } catch (const FormMistake& mistake) {
    return Fail(ErrorCode::kInvalid, mistake.what());
  } catch (const YAML::Exception& exception) {
    return Fail(ErrorCode::kInvalid, file + ":" + std::to_string(exception.mark.line + 1) +
                                         ": expected YAML: " + exception.msg);
  }
}

struct Profile {
  std::string id, title;
  std::set<std::string> levels, only;
  int floor_percent = 90;
};

struct Benchmark {
  std::string id;
  std::vector<Profile> profiles;
};

Profile CompileProfile(const Form& form) {
  form.MapOf({"id", "title", "levels", "rules", "floor"});
  Profile profile{form.At("id").Text(), form.At("title").Text(), {}, {}, 90};
  if (form.Has("levels"))
    for (const Form& level : form.At("levels").Items())
      profile.levels.insert(level.OneOf({"L1", "L2"}));
  if (form.Has("rules"))
    for (const std::string& rule : form.At("rules").Texts()) profile.only.insert(rule);
  if (profile.levels.empty() == profile.only.empty()) form.Expected("either levels or rules");
  if (form.Has("floor")) profile.floor_percent = form.At("floor").Whole(1, 100);
  return profile;
}

Benchmark CompileBenchmark(const Form& form) {
  form.MapOf({"benchmark", "profiles"});
  Benchmark benchmark{form.At("benchmark").Text(), {}};
  std::set<std::string> seen;
  for (const Form& item : form.At("profiles").Items()) {
    benchmark.profiles.push_back(CompileProfile(item));
    if (!seen.insert(benchmark.profiles.back().id).second) item.Expected("a profile id only once");
  }
  return benchmark;
}

Expected<Benchmark> ReadBenchmark(const std::string& directory) {
  return Guarded<Benchmark>(directory + "/profiles.yaml", CompileBenchmark);
}

Expected<std::vector<std::string>> RuleFiles(const std::string& directory) {
  std::error_code error;
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory + "/rules", error)) {
    if (entry.path().extension() == ".yaml") files.insert(entry.path().string());
    if (entry.path().extension() == ".yml")
      return Fail(ErrorCode::kInvalid, entry.path().string() + ":1: expected a name in .yaml");
  }
  if (error || files.empty())
    return Fail(ErrorCode::kNotFound, "no rule files (*.yaml) in '" + directory + "/rules'",
                "give the directory of a benchmark with --rules");
  return std::vector<std::string>(files.begin(), files.end());
}

Expected<std::vector<Rule>> ReadRules(const std::string& directory) {
  std::vector<Rule> rules;
  std::map<std::string, std::string> where;
  for (const std::string& file : TRY(RuleFiles(directory))) {
    Expected<bool> done = Guarded<bool>(file, [&](const Form& form) {
      for (const Form& item : form.Items()) {
        Rule rule = CompileRule(item);
        auto [first, fresh] = where.try_emplace(rule.id(), file);
        if (!fresh)
          item.Expected("a rule id only once; '" + rule.id() + "' is also in " + first->second);
        rules.push_back(std::move(rule));
      }
      return true;
    });
    if (!done) return std::unexpected(done.error());
  }
  return rules;
}

}  // namespace

Expected<std::vector<std::string>> ListProfiles(const std::string& directory) {
  Benchmark benchmark = TRY(ReadBenchmark(directory));
  std::vector<std::string> ids;
  for (const Profile& profile : benchmark.profiles) ids.push_back(profile.id);
  return ids;
}

Expected<Policy> LoadBenchmark(const std::string& directory, const std::string& profile) {
  Benchmark benchmark = TRY(ReadBenchmark(directory));
  const Profile* wanted = nullptr;
  std::string known;
  for (const Profile& one : benchmark.profiles) {
    if (one.id == profile) wanted = &one;
    known += (known.empty() ? "" : ", ") + one.id;
  }
  if (!wanted)
    return Fail(ErrorCode::kNotFound, "no profile '" + profile + "' in '" + directory + "'",
                "there are: " + known);
  Policy policy;
  policy.set_version(1);
  policy.set_benchmark(benchmark.id);
  policy.set_profile(wanted->id);
  policy.set_title(wanted->title);
  policy.set_floor_percent(uint32_t(wanted->floor_percent));
  std::set<std::string> missing = wanted->only;
  for (Rule& rule : TRY(ReadRules(directory))) {
    missing.erase(rule.id());
    if (wanted->levels.contains(rule.level()) || wanted->only.contains(rule.id()))
      *policy.add_rules() = std::move(rule);
  }
  if (!missing.empty())
    return Fail(ErrorCode::kInvalid, "profile '" + profile + "' names the rule '" +
                                         *missing.begin() + "', which no file has");
  return policy;
}

}  // namespace assay
