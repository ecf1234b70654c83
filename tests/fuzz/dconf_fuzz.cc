// SPDX-License-Identifier: Apache-2.0
// dconf's profiles, keyfiles, locks and the text form of its values.
#include <algorithm>

#include "checks/formats/dconf_files.h"
#include "tests/fuzz/hold.h"

using assay::Hold;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  int lines = int(std::ranges::count(text, '\n')) + 1;
  for (const assay::DconfSource& source : assay::ParseDconfProfile(text))
    Hold(source.kind.ends_with("-db"));
  if (auto values = assay::ParseDconfKeyfile(text, "f"))
    for (const auto& [key, value] : *values)
      Hold(key.starts_with('/') && value.line >= 1 && value.line <= lines);
  for (const auto& [key, line] : assay::ParseDconfLocks(text))
    Hold(key.starts_with('/') && !key.contains('\n') && line >= 1 && line <= lines);
  if (auto plain = assay::PlainGvariant(text)) Hold(plain->size() <= size);
  return 0;
}
