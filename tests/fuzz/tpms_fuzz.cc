// SPDX-License-Identifier: Apache-2.0
#include "attest/tpms.h"
#include "attest/verify_key.h"

// First byte: which structure. A key that is accepted is also used.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (!size) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      if (auto quote = assay::ParseQuote(bytes))
        for (const auto& selection : quote->selections) (void)selection.Pcrs();
      break;
    case 1:
      (void)assay::ParsePublic(bytes);
      (void)assay::KeyName(bytes);
      break;
    case 2:
      (void)assay::ParseSignature(bytes);
      break;
    default:
      if (auto key = assay::QuotingKey::FromPublic(bytes)) (void)key->Verify(bytes, bytes);
  }
  return 0;
}
