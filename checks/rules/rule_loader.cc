// SPDX-License-Identifier: Apache-2.0
#include "checks/rules/rule_loader.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>

#include "base/file.h"
#include "checks/rules/profile.h"
#include "checks/rules/rule_form.h"
#include "checks/rules/yaml_form.h"

namespace assay {

namespace {

constexpr size_t kFileLimit = 4 << 20;

// The exceptions of Form end here.
template <typename T, typename Compile>
Expected<T> Guarded(const std::string& file, Compile compile,
                    const Parameters* parameters = nullptr) {
  std::string text = TRY(ReadFile(file, kFileLimit));
  YamlNode root = TRY(ParseYaml(file, text));
  try {
    return compile(Form(file, root, parameters));
  } catch (const FormMistake& mistake) {
    return Fail(ErrorCode::kInvalid, mistake.what());
  }
}

Expected<BenchmarkForm> ReadBenchmark(const std::string& directory) {
  return Guarded<BenchmarkForm>(directory + "/profiles.yaml", CompileBenchmark);
}

Expected<std::vector<std::string>> RuleFiles(const std::string& directory) {
  std::error_code error;
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".yaml") files.insert(entry.path().string());
    if (entry.path().extension() == ".yml")
      return Fail(ErrorCode::kInvalid, entry.path().string() + ":1: expected a name in .yaml");
  }
  if (error || files.empty())
    return Fail(ErrorCode::kNotFound, "no rule files (*.yaml) in '" + directory + "'",
                "give the directory of a benchmark with --rules, or of your own rules with "
                "'rules-from' in a tailoring file");
  return std::vector<std::string>(files.begin(), files.end());
}

// Rule ids, and the file that each is in.
using Places = std::map<std::string, std::string>;

Expected<std::vector<Rule>> ReadRules(const std::string& directory, const Parameters& parameters,
                                      Places& where) {
  std::vector<Rule> rules;
  for (const std::string& file : TRY(RuleFiles(directory))) {
    auto compile = [&](const Form& form) {
      for (const Form& item : form.Items()) {
        Rule rule = CompileRule(item);
        auto [first, fresh] = where.try_emplace(rule.id(), file);
        if (!fresh)
          item.Expected("a rule id only once; '" + rule.id() + "' is also in " + first->second);
        rules.push_back(std::move(rule));
      }
      return true;
    };
    TRY(Guarded<bool>(file, compile, &parameters));
  }
  return rules;
}

// A site's own rules are meant to be judged: whoever puts one there need not name it again.
Expected<void> AddOwnRules(Profile& profile, std::vector<Rule>& rules, Places& where) {
  if (profile.rules_from.empty()) return {};
  for (Rule& rule : TRY(ReadRules(profile.rules_from, profile.parameters, where))) {
    if (!profile.exclude.contains(rule.id())) profile.include.insert(rule.id());
    rules.push_back(std::move(rule));
  }
  return {};
}

bool IsFile(const std::string& profile) { return profile.ends_with(".yaml"); }

// A tailoring file becomes one more profile of the benchmark.
Expected<std::string> AddTailoring(const PolicySource& source, BenchmarkForm& benchmark) {
  if (!IsFile(source.profile)) return source.profile;
  ProfileForm tailoring = TRY(Guarded<ProfileForm>(source.profile, CompileTailoring));
  for (const ProfileForm& profile : benchmark.profiles)
    if (profile.id == tailoring.id)
      return Fail(ErrorCode::kInvalid, source.profile + ":1: expected an id that the benchmark " +
                                           "does not have, not '" + tailoring.id + "'");
  if (!tailoring.rules_from.empty())
    tailoring.rules_from =
        (std::filesystem::path(source.profile).parent_path() / tailoring.rules_from).string();
  benchmark.profiles.push_back(std::move(tailoring));
  return benchmark.profiles.back().id;
}

Expected<Profile> Selected(const PolicySource& source, BenchmarkForm& benchmark) {
  std::string id = TRY(AddTailoring(source, benchmark));
  Profile profile = TRY(ResolveProfile(benchmark, id));
  if (!source.waivers.empty())
    std::ranges::move(TRY(Guarded<std::vector<Waiver>>(source.waivers, CompileWaivers)),
                      std::back_inserter(profile.waivers));
  return profile;
}

}  // namespace

Expected<std::vector<ProfileName>> ListProfiles(const std::string& directory) {
  BenchmarkForm benchmark = TRY(ReadBenchmark(directory));
  std::vector<ProfileName> names;
  for (const ProfileForm& profile : benchmark.profiles)
    names.push_back({profile.id, profile.title});
  return names;
}

Expected<Policy> LoadPolicy(const PolicySource& source) {
  BenchmarkForm benchmark = TRY(ReadBenchmark(source.directory));
  Profile profile = TRY(Selected(source, benchmark));
  Places where;
  std::vector<Rule> rules = TRY(ReadRules(source.directory + "/rules", profile.parameters, where));
  TRY(AddOwnRules(profile, rules, where));
  Policy policy = TRY(AssemblePolicy(profile, std::move(rules)));
  policy.set_image(source.image);
  return policy;
}

}  // namespace assay
