// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace assay {

/// An unsigned number of `size` bytes (at most 8), the highest first; 0 where the bytes end before.
inline uint64_t BigEndian(std::string_view bytes, size_t offset, size_t size) {
  if (offset > bytes.size() || bytes.size() - offset < size) return 0;
  uint64_t value = 0;
  for (char byte : bytes.substr(offset, size)) value = value << 8 | uint8_t(byte);
  return value;
}

inline uint32_t BigEndian32(std::string_view bytes, size_t offset) {
  return uint32_t(BigEndian(bytes, offset, 4));
}

}  // namespace assay
