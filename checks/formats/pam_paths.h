// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "checks/formats/pam_stack.h"

namespace assay {

/// What a module can do from where it stands.
struct PamReach {
  bool can_run = false;  ///< some way through the stack comes to it
  /// No way leads to access on which it did not run, or on which it refused.
  bool is_gate = false;
  /// It runs on every way that `watched` failed on and that ends in a refusal, of which there are.
  bool sees_failures = false;
};

/// Follows all ways through the stack (pam_dispatch.c of Linux-PAM 1.5): jumps, done, die,
/// substacks as one step of a jump. Every module may succeed, fail or ask to be ignored, except
/// where it is clear for the person that rules are about, a local user who is not root: pam_deny
/// and pam_rootok fail, pam_permit and pam_localuser succeed, pam_usertype says `isregular`. Time
/// grows with the number of modules only.
PamReach ReachOf(const PamStack& stack, size_t entry, std::string_view watched);

}  // namespace assay
