// SPDX-License-Identifier: Apache-2.0
// passwd, shadow, group, gshadow, shells, login.defs.
#include <algorithm>

#include "checks/formats/accounts.h"
#include "tests/fuzz/hold.h"

namespace {

using assay::Hold;

template <typename Parsed>
void Entries(const Parsed& parsed, int lines) {
  if (!parsed) return Hold(parsed.error().text.starts_with("f:"));
  int last = 0;
  for (const auto& entry : parsed->entries) {
    Hold(!entry.name.empty() && !entry.name.contains(':') && !entry.name.contains('\n'));
    Hold(entry.line > last && entry.line <= lines);
    last = entry.line;
    Hold(!(assay::IsHash(entry.password) && assay::IsLocked(entry.password)));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  int lines = int(std::ranges::count(text, '\n')) + 1;
  Entries(assay::ParsePasswd(text, "f"), lines);
  Entries(assay::ParseShadow(text, "f"), lines);
  Entries(assay::ParseGroup(text, "f"), lines);
  Entries(assay::ParseGshadow(text, "f"), lines);
  for (const assay::LoginShell& shell : assay::ParseShells(text))
    Hold(shell.path.starts_with('/') && shell.line <= lines);
  for (const auto& [name, value] : assay::ParseLoginDefs(text))
    Hold(!name.empty() && value.line >= 1 && value.line <= lines);
  return 0;
}
