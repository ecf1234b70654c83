// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "checks/lines.h"
#include "checks/sysctl_config.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  int lines = int(assay::LinesOf(text).size());
  for (const assay::SysctlAssignment& one : assay::ParseSysctlFile(text, "f"))
    if (one.line < 1 || one.line > lines || (one.excluded && !one.value.empty())) abort();
  for (std::string_view word : assay::WordsOf(text))
    if (word.empty() || assay::Trim(word) != word) abort();
  return 0;
}
