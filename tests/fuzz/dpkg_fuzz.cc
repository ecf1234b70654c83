// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "checks/formats/dpkg.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto packages = assay::ParseDpkgStatus({reinterpret_cast<const char*>(data), size});
  if (!packages) return 0;
  for (const assay::PackageObject& package : *packages)
    if (package.name().empty() || package.status().empty()) abort();
  return 0;
}
