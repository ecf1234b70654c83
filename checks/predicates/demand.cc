// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/demand.h"

#include <algorithm>
#include <charconv>

namespace assay {

namespace {

bool Same(const Demand& wanted, std::string_view a, std::string_view b) {
  if (!wanted.ignore_case()) return a == b;
  return std::ranges::equal(a, b, [](char x, char y) {
    auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; };
    return lower(x) == lower(y);
  });
}

bool IsOneOf(const Demand& wanted, std::string_view value) {
  return std::ranges::any_of(wanted.values(),
                             [&](const std::string& one) { return Same(wanted, one, value); });
}

std::string Joined(const Demand& wanted, const char* separator) {
  std::string text;
  for (const std::string& value : wanted.values()) text += (text.empty() ? "" : separator) + value;
  return text;
}

}  // namespace

std::optional<long long> WholeNumber(std::string_view text) {
  long long number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<bool> Meets(const Demand& wanted, std::string_view value) {
  const std::string& kind = wanted.kind();
  if (wanted.values().empty()) return std::nullopt;
  if (kind.empty() || kind == "equals") return IsOneOf(wanted, value);
  if (kind == "differs") return !IsOneOf(wanted, value);
  if (kind == "within" && wanted.values_size() != 2) return std::nullopt;
  if (kind != "at-most" && kind != "at-least" && kind != "within") return std::nullopt;
  std::optional<long long> found = WholeNumber(value), bound = WholeNumber(wanted.values(0));
  if (!bound) return std::nullopt;
  if (!found) return false;
  if (kind == "at-most") return *found <= *bound;
  if (kind == "at-least") return *found >= *bound;
  std::optional<long long> high = WholeNumber(wanted.values(1));
  if (!high) return std::nullopt;
  return *found >= *bound && *found <= *high;
}

std::string Describe(const Demand& wanted) {
  const std::string& kind = wanted.kind();
  if (kind == "differs") return "not " + Joined(wanted, " nor ");
  if (kind == "at-most") return "at most " + Joined(wanted, "");
  if (kind == "at-least") return "at least " + Joined(wanted, "");
  if (kind == "within") return "from " + Joined(wanted, " to ");
  return Joined(wanted, " or ");
}

}  // namespace assay
