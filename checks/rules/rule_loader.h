// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "checks/rules/policy.pb.h"

namespace assay {

/// Reads a benchmark (a directory: profiles.yaml and rules/*.yaml; format in checks/README.md) and
/// compiles the rules of `profile` into a policy. Bake-time only: the agent reads compiled
/// policies. Strict: an unknown key, a missing one or a wrong type is kInvalid with
/// "FILE:LINE: what was expected".
Expected<Policy> LoadBenchmark(const std::string& directory, const std::string& profile);

/// Ids of the profiles in a benchmark directory, in the file's order.
Expected<std::vector<std::string>> ListProfiles(const std::string& directory);

}  // namespace assay
