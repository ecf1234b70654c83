// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/id_set.h"

#include <algorithm>
#include <charconv>

namespace assay {

namespace {

std::optional<uint32_t> NumberOf(std::string_view text) {
  uint32_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::pair<uint32_t, uint32_t>> IdRangeOf(std::string_view text) {
  size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  std::optional<uint32_t> low = NumberOf(text.substr(0, dash));
  std::optional<uint32_t> high = NumberOf(text.substr(dash + 1));
  if (!low || !high || *low > *high) return std::nullopt;
  return std::pair(*low, *high);
}

Expected<IdSet> IdSet::Of(const google::protobuf::RepeatedPtrField<std::string>& wanted,
                          const std::function<Expected<uint32_t>(std::string_view)>& find) {
  IdSet set;
  std::optional<Error> unknown;
  for (const std::string& name : wanted) {
    set.text_ += (set.text_.empty() ? "" : " or ") + name;
    if (auto range = IdRangeOf(name)) {
      set.ranges_.push_back(*range);
      continue;
    }
    Expected<uint32_t> id = find(name);
    if (!id && id.error().code != ErrorCode::kNotFound) return std::unexpected(id.error());
    if (id)
      set.ranges_.emplace_back(*id, *id);
    else
      unknown = id.error();
  }
  if (set.ranges_.empty() && unknown) return std::unexpected(*unknown);
  return set;
}

bool IdSet::Holds(uint32_t id) const {
  if (text_.empty()) return true;
  return std::ranges::any_of(
      ranges_, [id](const auto& range) { return range.first <= id && id <= range.second; });
}

}  // namespace assay
