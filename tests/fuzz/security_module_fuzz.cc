// SPDX-License-Identifier: Apache-2.0
// AppArmor's list of profiles, profile files and patterns; SELinux's configuration.
#include <algorithm>

#include "checks/formats/apparmor.h"
#include "checks/formats/selinux_config.h"
#include "tests/fuzz/hold.h"

using assay::Hold;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  int lines = int(std::ranges::count(text, '\n')) + 1;
  if (auto profiles = assay::ParseApparmorProfiles(text))
    for (const assay::ApparmorProfile& profile : *profiles)
      Hold(!profile.name.empty() && profile.line >= 1 && profile.line <= lines);
  for (const assay::ApparmorFlags& flags : assay::FindApparmorFlags(text)) {
    Hold(flags.line >= 1 && flags.line <= lines);
    Hold(!flags.has("complain") || flags.flags.contains("complain"));
  }
  if (size < 512) (void)assay::ApparmorGlobMatches(text, "/usr/bin/man");
  assay::SelinuxMode mode = assay::ParseSelinuxConfig(text);
  Hold(mode.line <= lines && (mode.line > 0) == (mode.mode != "not set"));
  return 0;
}
