// SPDX-License-Identifier: Apache-2.0
#include "base/wire.h"

namespace assay {

Expected<std::string_view> WireReader::Bytes(size_t count) {
  if (count > left())
    return Fail(ErrorCode::kInvalid, "truncated at byte " + std::to_string(offset_) + ": " +
                                         std::to_string(count) + " bytes wanted, " +
                                         std::to_string(left()) + " left");
  std::string_view view = bytes_.substr(offset_, count);
  offset_ += count;
  return view;
}

template <typename T, bool kBig>
Expected<T> WireReader::Integer() {
  std::string_view raw = TRY(Bytes(sizeof(T)));
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof(T); i++) {
    uint64_t byte = uint8_t(raw[i]);
    value |= byte << (8 * (kBig ? sizeof(T) - 1 - i : i));
  }
  return T(value);
}

Expected<uint8_t> WireReader::U8() { return Integer<uint8_t, true>(); }
Expected<uint16_t> WireReader::Be16() { return Integer<uint16_t, true>(); }
Expected<uint32_t> WireReader::Be32() { return Integer<uint32_t, true>(); }
Expected<uint64_t> WireReader::Be64() { return Integer<uint64_t, true>(); }
Expected<uint16_t> WireReader::Le16() { return Integer<uint16_t, false>(); }
Expected<uint32_t> WireReader::Le32() { return Integer<uint32_t, false>(); }
Expected<uint64_t> WireReader::Le64() { return Integer<uint64_t, false>(); }

Expected<void> WireReader::End() const {
  if (AtEnd()) return {};
  return Fail(ErrorCode::kInvalid, std::to_string(left()) + " unexpected bytes at the end");
}

}  // namespace assay
