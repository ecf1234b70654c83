// SPDX-License-Identifier: Apache-2.0
// A mount table of any bytes.
#include <cstdlib>

#include "checks/formats/local_mounts.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto mounts = assay::LocalMounts::Of(text, {"/var/lib/docker"});
  if (!mounts) return 0;
  for (uint64_t id = 0; id < 64; id++)
    if (!mounts->Enters(id) && !mounts->RunsSetId(id)) abort();
  (void)mounts->IsForeign("/data");
  return 0;
}
