// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/host.h"
#include "checks/formats/apparmor.h"

namespace assay {

/// What AppArmor does on the running machine.
struct ApparmorState {
  bool enabled = false;
  std::vector<ApparmorProfile> profiles;
  struct Unconfined {
    std::string pid, program, pattern;  ///< the pattern of the profile that should confine it
  };
  std::vector<Unconfined> unconfined;
};

/// Asks the kernel (securityfs) and every process. Where a profile attaches is what the kernel says
/// of it, else its name. Only live.
Expected<ApparmorState> ReadApparmorState(Host& host);

/// A profile file that will not be loaded in enforce mode at the next boot.
struct ApparmorException {
  std::string file;
  int line = 0;
  std::string what;  ///< "complain", "unconfined", "disabled"
};

/// From /etc/apparmor.d: flags in the files, links in force-complain and disable (aa-complain(8),
/// aa-disable(8)).
Expected<std::vector<ApparmorException>> ReadApparmorExceptions(Host& host);

}  // namespace assay
