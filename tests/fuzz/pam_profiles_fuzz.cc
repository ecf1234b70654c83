// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "checks/harden/pam_profiles.h"

// The same bytes as a profile, as a template and as a state: none of them may do harm.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)assay::PamStateProfiles(text);
  std::optional<assay::PamProfile> profile = assay::ParsePamProfile("x", text);
  if (!profile) return 0;
  for (const char* stack : assay::kPamStacks) {
    (void)assay::PamStackText(stack, text, {*profile});
    (void)assay::PamStateText(stack, {*profile});
  }
  (void)assay::ParsePamProfile("x", assay::PamProfileText(*profile));
  return 0;
}
