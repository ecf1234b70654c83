// SPDX-License-Identifier: Apache-2.0
// What the kernel answers over the audit netlink.
#include <cstdint>
#include <cstdlib>

#include "checks/formats/audit_kernel.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (auto rule = assay::ParseKernelAuditRule(bytes)) {
    assay::AuditRule again = *rule;
    assay::Normalize(again);
    if (!again.Means(*rule) || assay::Describe(*rule).empty()) abort();
  }
  (void)assay::ParseAuditStatus(bytes);
  return 0;
}
