// SPDX-License-Identifier: Apache-2.0
#include "tests/checks/shipped_rules.h"

#include <filesystem>
#include <fstream>
#include <regex>
#include <stdexcept>

namespace assay {

namespace fs = std::filesystem;

Policy ShippedPolicy(const std::string& profile,
                     const std::map<std::string, std::string>& selected) {
  Expected<Policy> policy =
      LoadPolicy({ASSAY_SOURCE_DIR "/checks/benchmarks/cis-debian12", profile, "", ""});
  if (!policy) throw std::runtime_error(policy.error().ToString());
  for (Group& group : *policy->mutable_groups())
    if (auto found = selected.find(group.id()); found != selected.end())
      group.set_selected(found->second);
  return *policy;
}

std::map<std::string, RuleOutcome> JudgedRules(const Policy& policy, const TempRoot& root) {
  std::map<std::string, RuleOutcome> judged;
  Host host = root.OpenHost();
  host.UseClock([] { return int64_t(20'000) * 24 * 60 * 60; });
  for (RuleOutcome& outcome : Check(policy, host, "2024-10-04").outcomes) {
    std::string rule = outcome.rule;
    judged.emplace(std::move(rule), std::move(outcome));
  }
  return judged;
}

bool IsAutomated(const Rule& rule) { return !rule.expect().has_manual(); }

std::string DebianNumber(const Rule& rule) {
  for (const RecommendationId& id : rule.ids())
    if (id.benchmark() == "cis-debian12") return id.number();
  return "";
}

bool HasOwnRoots(const std::string& number) {
  return number.starts_with("5.2.") || number.starts_with("5.3.");
}

std::set<std::string> NamesOfAllTests() {
  static const std::regex test(R"(TEST(_F|_P)?\((\w+),\s*(\w+)\))");
  std::set<std::string> names;
  for (const fs::directory_entry& entry :
       fs::recursive_directory_iterator(ASSAY_SOURCE_DIR "/tests")) {
    if (entry.path().extension() != ".cc") continue;
    std::ifstream file(entry.path());
    std::string text(std::istreambuf_iterator<char>(file), {});
    for (std::sregex_iterator at(text.begin(), text.end(), test), end; at != end; ++at)
      names.insert((*at)[2].str() + "." + (*at)[3].str());
  }
  return names;
}

}  // namespace assay
