// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/lines.h"
#include "checks/formats/sshd_config.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  for (std::string_view line : assay::LinesOf(text)) {
    assay::Expected<assay::SshdSetting> setting = assay::ParseSshdLine(line);
    if (!setting) continue;
    for (const char* keyword : {"ciphers", "logingracetime", "maxstartups", "permitrootlogin"})
      (void)assay::NormalSshdValue(keyword, setting->value);
  }
  return 0;
}
