// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <cstring>

#include "probes/bpf_rung.h"

// Whatever is taken for a doorbell must have a slot and a channel that index something. The first
// byte says how many slots there are.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  uint32_t slots = data[0];
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto wire = assay::DecodeDoorbell(bytes, slots);
  if (!wire) return 0;
  if (wire->slot >= slots || wire->channel >= assay::kChannelCount) abort();
  if (bytes.size() != sizeof *wire || std::memcmp(&*wire, bytes.data(), sizeof *wire) != 0) abort();
  return 0;
}
