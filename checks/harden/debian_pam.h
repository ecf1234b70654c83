// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "checks/harden/pam_profiles.h"
#include "checks/harden/plan.h"

namespace assay {

/// The shared stacks of a Debian root as profiles, to be changed as pam-auth-update(8) would: what
/// it keeps in /var/lib/pam is kept, so that a later run of it finds its own work. Profiles of ours
/// are named assay-*; those of packages are never changed, for the next upgrade would undo it: a
/// copy of ours takes their place and conflicts with them.
class DebianPam {
 public:
  /// kUnsupported, with what to do, where the stacks are not pam-auth-update's: on Red Hat
  /// (authselect), or where they differ from what the enabled profiles make by one byte.
  static Expected<DebianPam> Load(const Plan& plan);

  /// Whether a profile that is there by this name, or an enabled one, brings the module into a
  /// stack ("auth").
  bool Has(std::string_view stack, std::string_view module) const;
  /// Turns on a profile that is there; false if there is none.
  bool Enable(std::string_view id);
  /// Adds a profile of ours and turns it on.
  void Add(const PamProfile& profile);
  /// The words behind the module on every line of it in the stacks of a type. `edit` is told
  /// whether the line is one for the top of its block.
  using Edit = std::function<void(std::vector<std::string>& args, bool initial)>;
  void EditArgs(std::string_view type, std::string_view module, const Edit& edit);
  /// Whether the module is what the primary block of the stack begins with.
  bool IsFirst(std::string_view stack, std::string_view module) const;

  /// Plans the profiles, the stacks and the state. kInvalid for a profile whose lines are none.
  Expected<void> Save(Plan& plan) const;

 private:
  Expected<void> ReadProfiles(const Plan& plan);
  Expected<void> ReadState(const Plan& plan);
  Expected<void> Compare(const Plan& plan) const;

  std::vector<PamProfile> all_, enabled_;     // in the order of the stacks
  std::set<std::string> ours_, seen_;         // ours: to be written
  std::map<std::string, std::string> forms_;  // the templates, by stack
};

}  // namespace assay
