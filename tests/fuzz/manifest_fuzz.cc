// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "checks/baseline/manifest.h"

// Whatever Parse() accepts, every access by index must be sound, and every path must be found
// again.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto manifest = assay::Manifest::Parse({reinterpret_cast<const char*>(data), size});
  if (!manifest) return 0;
  assay::ManifestRecord record;
  for (uint32_t i = 0; i < manifest->file_count(); i++) {
    std::string path(manifest->FilePath(i));
    if (manifest->File(i, record).path() != path) abort();
    if (manifest->FindFile(path) != i) abort();
    if (manifest->SubtreeEnd(path, i) <= i) abort();
    (void)assay::ClassOf(manifest->scope(), path);
  }
  for (uint32_t i = 0; i < manifest->package_count(); i++) (void)manifest->Package(i, record);
  for (uint32_t i = 0; i < manifest->sysctl_count(); i++) (void)manifest->Sysctl(i, record);
  return 0;
}
