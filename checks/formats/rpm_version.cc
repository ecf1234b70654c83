// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/rpm_version.h"

#include <algorithm>
#include <charconv>

namespace assay {

namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

void SkipSeparators(std::string_view& text) {
  while (!text.empty() && !IsDigit(text[0]) && !IsLetter(text[0]) && text[0] != '~' &&
         text[0] != '^')
    text.remove_prefix(1);
}

template <typename Is>
std::string_view TakeRun(std::string_view& text, Is is) {
  size_t length = size_t(std::ranges::find_if_not(text, is) - text.begin());
  std::string_view run = text.substr(0, length);
  text.remove_prefix(length);
  return run;
}

// '~' before the end, the end before '^', '^' before what else may follow.
int Weight(std::string_view text) {
  if (text.empty()) return 1;
  return text[0] == '~' ? 0 : text[0] == '^' ? 2 : 3;
}

std::weak_ordering CompareNumbers(std::string_view a, std::string_view b) {
  while (a.starts_with('0')) a.remove_prefix(1);
  while (b.starts_with('0')) b.remove_prefix(1);
  if (auto order = a.size() <=> b.size(); order != 0) return order;
  return a <=> b;
}

std::weak_ordering ComparePart(std::string_view a, std::string_view b) {
  while (true) {
    SkipSeparators(a);
    SkipSeparators(b);
    if (auto order = Weight(a) <=> Weight(b); order != 0) return order;
    if (a.empty()) return std::weak_ordering::equivalent;
    if (Weight(a) < 3) {
      a.remove_prefix(1);
      b.remove_prefix(1);
      continue;
    }
    if (auto order = IsDigit(a[0]) <=> IsDigit(b[0]); order != 0) return order;
    bool digits = IsDigit(a[0]);
    std::string_view left = digits ? TakeRun(a, IsDigit) : TakeRun(a, IsLetter);
    std::string_view right = digits ? TakeRun(b, IsDigit) : TakeRun(b, IsLetter);
    std::weak_ordering order = digits ? CompareNumbers(left, right) : left <=> right;
    if (order != 0) return order;
  }
}

bool Sound(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return IsDigit(c) || IsLetter(c) || std::string_view("._+%{}~^").contains(c);
  });
}

}  // namespace

std::optional<RpmVersion> ParseRpmVersion(std::string_view text) {
  RpmVersion version;
  if (size_t colon = text.find(':'); colon != std::string_view::npos) {
    auto [end, error] = std::from_chars(text.data(), text.data() + colon, version.epoch);
    if (error != std::errc() || end != text.data() + colon) return std::nullopt;
    text.remove_prefix(colon + 1);
  }
  size_t hyphen = text.rfind('-');
  version.version = text.substr(0, hyphen);
  if (!Sound(version.version)) return std::nullopt;
  if (hyphen == std::string_view::npos) return version;
  version.release = text.substr(hyphen + 1);
  if (!Sound(version.release)) return std::nullopt;
  return version;
}

std::weak_ordering Compare(const RpmVersion& a, const RpmVersion& b) {
  if (auto order = a.epoch <=> b.epoch; order != 0) return order;
  if (auto order = ComparePart(a.version, b.version); order != 0) return order;
  if (a.release.empty() || b.release.empty()) return std::weak_ordering::equivalent;
  return ComparePart(a.release, b.release);
}

}  // namespace assay
