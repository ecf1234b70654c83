// SPDX-License-Identifier: Apache-2.0
#include "base/printable.h"

#include <cstdint>

namespace assay {

namespace {

// Length of the valid UTF-8 sequence at the front (RFC 3629: no overlong forms, no surrogates),
// 0 if there is none. C1 controls (U+0080..U+009F) count as invalid: terminals act on them.
size_t SequenceLength(std::string_view bytes) {
  auto at = [&](size_t i) { return i < bytes.size() ? uint8_t(bytes[i]) : 0; };
  auto tail = [&](size_t i) { return (at(i) & 0xc0) == 0x80; };
  uint8_t first = at(0);
  if (first < 0x80) return 1;
  if (first == 0xc2) return tail(1) && at(1) >= 0xa0 ? 2 : 0;
  if (first >= 0xc3 && first <= 0xdf) return tail(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    if (!tail(1) || !tail(2)) return 0;
    if ((first == 0xe0 && at(1) < 0xa0) || (first == 0xed && at(1) >= 0xa0)) return 0;
    // Bidirectional overrides and line separators reorder or break what a person reads.
    if (first == 0xe2 && at(1) == 0x80 && at(2) >= 0xa8 && at(2) <= 0xae) return 0;
    if (first == 0xe2 && at(1) == 0x81 && at(2) >= 0xa6 && at(2) <= 0xa9) return 0;
    return 3;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if ((first == 0xf0 && at(1) < 0x90) || (first == 0xf4 && at(1) >= 0x90)) return 0;
    return 4;
  }
  return 0;
}

bool IsPlain(std::string_view bytes) {
  return SequenceLength(bytes) > 0 && uint8_t(bytes[0]) >= 0x20 && bytes[0] != 0x7f;
}

// Whether a backslash before these bytes could be taken for the beginning of an escape.
bool CouldEscape(std::string_view rest) {
  return rest.empty() || rest[0] == 'x' || rest[0] == '\\' || !IsPlain(rest);
}

}  // namespace

std::string Printable(std::string_view bytes, size_t limit) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  size_t cut = 0;  // where the text may end so that "..." still fits
  while (!bytes.empty()) {
    uint8_t byte = uint8_t(bytes[0]);
    bool plain = IsPlain(bytes);
    size_t length = plain ? SequenceLength(bytes) : 1;
    if (plain) {
      out += bytes.substr(0, length);
      if (byte == '\\' && CouldEscape(bytes.substr(1))) out += '\\';
    } else {
      out += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    }
    if (out.size() > limit) return limit < 3 ? out.substr(0, 0) : out.substr(0, cut) + "...";
    if (out.size() + 3 <= limit) cut = out.size();
    bytes.remove_prefix(length);
  }
  return out;
}

}  // namespace assay
