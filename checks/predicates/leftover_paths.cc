// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/leftover_paths.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "checks/formats/glob.h"
#include "checks/formats/homes.h"
#include "checks/formats/lines.h"

namespace assay {

namespace {

constexpr size_t kMaxPaths = 10'000;

bool IsBelow(std::string_view pattern, std::string_view path) {
  for (;;) {
    while (pattern.starts_with('/')) pattern.remove_prefix(1);
    while (path.starts_with('/')) path.remove_prefix(1);
    if (pattern.empty()) return true;
    if (path.empty()) return false;
    std::string_view part = pattern.substr(0, pattern.find('/'));
    std::string_view name = path.substr(0, path.find('/'));
    if (!GlobMatches(part, name)) return false;
    pattern.remove_prefix(part.size());
    path.remove_prefix(name.size());
  }
}

}  // namespace

std::vector<std::string> WithHomes(Host& host, const std::vector<std::string>& patterns) {
  const auto& homes = host.Once<std::vector<std::string>>(
      "homes", [](Host& asked) { return HomesOf(ReadText(asked, "/etc/passwd").value_or("")); });
  std::vector<std::string> expanded;
  for (const std::string& pattern : patterns)
    std::ranges::move(ExpandHomes(homes, pattern), std::back_inserter(expanded));
  return expanded;
}

Expected<std::vector<std::string>> PathsOf(Host& host, const std::vector<std::string>& patterns) {
  std::set<std::string> paths;
  for (const std::string& pattern : WithHomes(host, patterns)) {
    std::vector<std::string> found = TRY(GlobPaths(host, pattern, kMaxPaths));
    paths.insert(found.begin(), found.end());
  }
  return std::vector<std::string>(paths.begin(), paths.end());
}

bool IsBelowOne(const std::vector<std::string>& patterns, std::string_view path) {
  return std::ranges::any_of(patterns,
                             [path](const std::string& pattern) { return IsBelow(pattern, path); });
}

}  // namespace assay
