// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "checks/rules/policy.pb.h"

namespace assay {

/// What to load: a benchmark (a directory: profiles.yaml and rules/*.yaml; format in
/// checks/README.md), which rules of it, and what is excused.
struct PolicySource {
  std::string directory;
  std::string profile;  ///< id of a profile, or path of a tailoring file (ends in .yaml)
  std::string waivers;  ///< path of a waiver file; empty: none but the profile's own
  std::string image;    ///< NAME[:VERSION]: waivers of other images do not hold
};

/// Reads and compiles. Bake-time only: the agent reads compiled policies. Strict: an unknown key, a
/// missing one or a wrong type is kInvalid with "FILE:LINE: what was expected"; so are a parameter,
/// a group or a rule that the benchmark does not have.
Expected<Policy> LoadPolicy(const PolicySource& source);

/// One profile of a benchmark, for a list.
struct ProfileName {
  std::string id, title;
};
/// The profiles in a benchmark directory, in the file's order.
Expected<std::vector<ProfileName>> ListProfiles(const std::string& directory);

}  // namespace assay
