// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/sudo_conf.h"
#include "checks/formats/sudoers_line.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)assay::ParseSudoers(text, "f");
  (void)assay::ParseSudoersDefaults(text);
  (void)assay::ParseSudoersTags(text);
  (void)assay::SudoersFileIn(text, "f");
  return 0;
}
