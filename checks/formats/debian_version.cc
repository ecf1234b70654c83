// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/debian_version.h"

#include <algorithm>
#include <charconv>

namespace assay {

namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool Only(std::string_view text, std::string_view others) {
  return std::ranges::all_of(
      text, [&](char c) { return IsDigit(c) || IsLetter(c) || others.contains(c); });
}

// Of a character that is no digit; the end of the text, and a digit, weigh 0.
int Weight(std::string_view text) {
  if (text.empty() || IsDigit(text[0])) return 0;
  if (text[0] == '~') return -1;
  return IsLetter(text[0]) ? text[0] : text[0] + 256;
}

std::string_view TakeNumber(std::string_view& text) {
  while (text.starts_with('0')) text.remove_prefix(1);
  size_t length = size_t(std::ranges::find_if_not(text, IsDigit) - text.begin());
  std::string_view number = text.substr(0, length);
  text.remove_prefix(length);
  return number;
}

std::weak_ordering ComparePart(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    while ((!a.empty() && !IsDigit(a[0])) || (!b.empty() && !IsDigit(b[0]))) {
      if (auto order = Weight(a) <=> Weight(b); order != 0) return order;
      a.remove_prefix(1);  // equal weights: both have a character
      b.remove_prefix(1);
    }
    std::string_view left = TakeNumber(a), right = TakeNumber(b);
    if (auto order = left.size() <=> right.size(); order != 0) return order;
    if (auto order = left <=> right; order != 0) return order;
  }
  return std::weak_ordering::equivalent;
}

std::optional<uint32_t> Epoch(std::string_view text) {
  uint32_t epoch = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epoch);
  if (error != std::errc() || end != text.data() + text.size() || epoch > INT32_MAX)
    return std::nullopt;
  return epoch;
}

}  // namespace

std::optional<DebianVersion> ParseDebianVersion(std::string_view text) {
  DebianVersion version;
  size_t colon = text.find(':');
  if (colon != std::string_view::npos) {
    std::optional<uint32_t> epoch = Epoch(text.substr(0, colon));
    if (!epoch) return std::nullopt;
    version.epoch = *epoch;
    text.remove_prefix(colon + 1);
  }
  size_t hyphen = text.rfind('-');
  version.upstream = text.substr(0, hyphen);
  if (hyphen != std::string_view::npos) {
    version.revision = text.substr(hyphen + 1);
    if (version.revision.empty() || !Only(version.revision, "+.~")) return std::nullopt;
  }
  if (version.upstream.empty() || !IsDigit(version.upstream[0])) return std::nullopt;
  if (!Only(version.upstream, "+.~-:")) return std::nullopt;
  return version;
}

std::weak_ordering Compare(const DebianVersion& a, const DebianVersion& b) {
  if (auto order = a.epoch <=> b.epoch; order != 0) return order;
  if (auto order = ComparePart(a.upstream, b.upstream); order != 0) return order;
  return ComparePart(a.revision, b.revision);
}

}  // namespace assay
