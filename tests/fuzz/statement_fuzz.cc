// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "base/base64.h"
#include "checks/baseline/statement.h"

// The envelope is parsed before anything is verified; the statement only after, but it gets the
// same treatment. What is read and written again must read the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (assay::OpenEnvelope(text, {})) abort();  // nobody is trusted
  if (auto bytes = assay::FromBase64(text); bytes && assay::Base64(*bytes) != text) abort();
  auto statement = assay::ReadStatement(text);
  if (!statement) return 0;
  auto written = assay::WriteStatement(*statement);
  if (!written || !assay::ReadStatement(*written)) abort();
  return 0;
}
