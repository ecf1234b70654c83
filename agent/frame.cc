// SPDX-License-Identifier: Apache-2.0
#include "agent/frame.h"

#include "base/wire.h"

namespace assay {

std::string Frame(std::string_view message) {
  std::string frame;
  for (int shift = 24; shift >= 0; shift -= 8) frame += char(uint32_t(message.size()) >> shift);
  return frame += message;
}

Expected<std::optional<std::string>> TakeFrame(std::string& buffer, size_t limit) {
  if (buffer.size() < 4) return std::nullopt;
  uint32_t length = TRY(WireReader(buffer).Be32());
  if (length > limit)
    return Fail(ErrorCode::kInvalid, "a frame of " + std::to_string(length) +
                                         " bytes, more than the " + std::to_string(limit) +
                                         " allowed");
  if (buffer.size() - 4 < length) return std::nullopt;
  std::string message = buffer.substr(4, length);
  buffer.erase(0, 4 + size_t(length));
  return message;
}

}  // namespace assay
