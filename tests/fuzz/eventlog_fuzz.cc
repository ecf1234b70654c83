// SPDX-License-Identifier: Apache-2.0
#include "attest/eventlog.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (auto log = assay::ParseFirmwareLog(bytes))
    for (uint16_t bank : log->algorithms) (void)assay::ReplayFirmwareLog(*log, bank);
  return 0;
}
