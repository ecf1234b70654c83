// SPDX-License-Identifier: Apache-2.0
// Any bytes are some state of a ledger: no crash, and what is read was framed as it was written.
#include <cstdlib>

#include "attest/ledger_file.h"
#include "attest/ledger_history.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace assay;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  LedgerImage image = ParseLedger(bytes);
  std::string again = image.good_bytes ? LedgerHeader() : "";
  for (const std::string& record : image.records) again += LedgerFrame(record);
  if (again != bytes.substr(0, image.good_bytes)) abort();
  Expected<LedgerHistory> history = LedgerHistory::From(image.records);
  if (history && history->CommittedAt(history->PcrAfter(history->size())) != history->size())
    abort();
  return 0;
}
