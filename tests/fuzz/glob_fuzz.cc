// SPDX-License-Identifier: Apache-2.0
// A pattern and a name, separated by the first newline.
#include <cstdlib>

#include "checks/formats/glob.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (size > 4096) return 0;
  size_t end = text.find('\n');
  std::string_view pattern = text.substr(0, end);
  std::string_view name = end == text.npos ? text : text.substr(end + 1);
  bool matches = assay::GlobMatches(pattern, name);
  if (pattern.contains('/') && matches) abort();
  if (!assay::HasGlob(pattern) && !pattern.contains('/') && matches != (pattern == name)) abort();
  return 0;
}
