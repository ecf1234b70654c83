// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "checks/rules/policy.pb.h"
#include "checks/rules/yaml_form.h"

namespace assay {

/// One profile of a benchmark, or a tailoring file, as it is written. What it leaves out it takes
/// from the profile it extends.
struct ProfileForm {
  std::string id, title, extends;
  std::optional<std::string> benchmark;  ///< only rules that have a number in it
  std::set<std::string> levels;          ///< L1, L2; empty: as in the extended profile
  std::optional<bool> workstation;       ///< levels are those for a workstation
  std::optional<int> floor_percent;
  std::set<std::string> only;              ///< rule ids, instead of levels
  std::set<std::string> include, exclude;  ///< rule ids, beside what the levels select
  Parameters parameters;
  std::map<std::string, std::string> select;  ///< group id -> member id
  std::vector<Waiver> waivers;
  std::string rules_from;  ///< a tailoring file's own rules: a directory; empty: none
};

/// The head of a benchmark: profiles.yaml.
struct BenchmarkForm {
  std::string id;
  Parameters parameters;  ///< every parameter that rules name, with its default
  std::vector<Group> groups;
  std::vector<ProfileForm> profiles;
};

/// A benchmark's profiles.yaml, a tailoring file (one profile that extends another), and a file of
/// waivers (a list). Each throws FormMistake; the keys are described in checks/README.md.
BenchmarkForm CompileBenchmark(const Form& form);
ProfileForm CompileTailoring(const Form& form);
std::vector<Waiver> CompileWaivers(const Form& form);

}  // namespace assay
