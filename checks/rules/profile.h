// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"
#include "checks/rules/profile_form.h"

namespace assay {

/// A profile with everything that it takes from the ones it extends.
struct Profile : ProfileForm {
  std::string benchmark_id;
  std::vector<Group> groups;  ///< with `selected` set where the profile selects
};

/// Follows `extends` from the profile `id`: what a profile says wins over what it extends; include
/// and exclude add up, the extending one last. kNotFound for an unknown profile; kInvalid for a
/// cycle, an unknown parameter, group or member.
Expected<Profile> ResolveProfile(const BenchmarkForm& benchmark, const std::string& id);

/// The rules that the profile selects, in their order, as a policy. kInvalid where the profile or a
/// waiver names a rule that is not among `rules`, or a rule names a group that is not there.
Expected<Policy> AssemblePolicy(const Profile& profile, std::vector<Rule> rules);

}  // namespace assay
