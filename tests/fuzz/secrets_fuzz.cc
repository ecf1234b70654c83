// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/homes.h"
#include "checks/formats/secrets.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const assay::SecretFound& secret : assay::FindSecrets(bytes))
    if (secret.line < 1 || secret.kind.empty()) __builtin_trap();
  for (const std::string& home : assay::HomesOf(bytes))
    if (!home.starts_with('/') || home.size() < 2) __builtin_trap();
  return 0;
}
