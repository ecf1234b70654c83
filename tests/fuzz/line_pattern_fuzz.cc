// SPDX-License-Identifier: Apache-2.0
// A pattern, a newline, a line; and the same bytes as an os-release file.
#include <cstdlib>

#include "checks/formats/line_pattern.h"
#include "checks/formats/os_release.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& [name, value] : assay::ParseOsRelease(text))
    if (name.empty() || value.contains('\n')) abort();
  if (size > 1024) return 0;
  size_t end = text.find('\n');
  std::string pattern(text.substr(0, end));
  std::string_view line = end == text.npos ? text : text.substr(end + 1);
  if (auto compiled = assay::LinePattern::Compile(pattern, false)) (void)compiled->Matches(line);
  if (line.contains('\0')) return 0;
  auto literal = assay::LinePattern::Compile("^" + assay::Literally(line) + "$", false);
  if (line.size() < 900 && !line.contains('\n') && !literal) abort();
  return 0;
}
