// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"

namespace assay {

/// Reads fixed-width integers and counted bytes out of untrusted bytes, front to back. Every read
/// is checked against what is left; a failed read is kInvalid and names the offset. Views point
/// into the bytes given, which must outlive them.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : bytes_(bytes) {}

  Expected<uint8_t> U8();
  Expected<uint16_t> Be16();
  Expected<uint32_t> Be32();
  Expected<uint64_t> Be64();
  Expected<uint16_t> Le16();
  Expected<uint32_t> Le32();
  Expected<uint64_t> Le64();
  Expected<std::string_view> Bytes(size_t count);

  size_t offset() const { return offset_; }
  size_t left() const { return bytes_.size() - offset_; }
  bool AtEnd() const { return left() == 0; }
  /// kInvalid if anything is left: trailing bytes are never ignored.
  Expected<void> End() const;

 private:
  template <typename T, bool kBig>
  Expected<T> Integer();

  std::string_view bytes_;
  size_t offset_ = 0;
};

}  // namespace assay
