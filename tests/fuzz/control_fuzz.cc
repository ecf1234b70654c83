// SPDX-License-Identifier: Apache-2.0
// What a peer may send over the control socket: frames and requests.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "agent/control.pb.h"
#include "agent/frame.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  std::string buffer(reinterpret_cast<const char*>(bytes), size);
  for (;;) {
    size_t before = buffer.size();
    auto frame = assay::TakeFrame(buffer, assay::kMaxRequestFrame);
    if (!frame || !*frame) return 0;
    // A frame that is taken is no longer than it may be, and is gone from the buffer.
    if ((*frame)->size() > assay::kMaxRequestFrame) abort();
    if (buffer.size() + 4 + (*frame)->size() != before) abort();
    assay::ControlRequest request;
    (void)request.ParseFromString(**frame);
  }
}
