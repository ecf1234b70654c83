// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/dpkg.h"

#include <algorithm>
#include <string>
#include <utility>

namespace assay {

namespace {

std::unexpected<Error> Malformed(size_t line, std::string_view what) {
  return Fail(ErrorCode::kInvalid, "reading the dpkg status database, line " +
                                       std::to_string(line) + ": " + std::string(what));
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

// The four fields that are kept; null for all others.
std::string* Wanted(PackageObject& package, std::string_view field) {
  if (field == "Package") return package.mutable_name();
  if (field == "Architecture") return package.mutable_architecture();
  if (field == "Version") return package.mutable_version();
  if (field == "Status") return package.mutable_status();
  return nullptr;
}

auto Key(const PackageObject& package) {
  return std::pair<std::string_view, std::string_view>(package.name(), package.architecture());
}

}  // namespace

Expected<std::vector<PackageObject>> ParseDpkgStatus(std::string_view text) {
  std::vector<PackageObject> packages;
  PackageObject current;
  bool in_paragraph = false;
  for (size_t number = 1; !text.empty() || in_paragraph; number++) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (Trimmed(line).empty()) {
      if (!in_paragraph) continue;
      if (current.name().empty() || current.status().empty())
        return Malformed(number, "a paragraph lacks Package or Status");
      packages.push_back(std::exchange(current, {}));
      in_paragraph = false;
      continue;
    }
    bool continues = line.front() == ' ' || line.front() == '\t';
    size_t colon = line.find(':');
    if (continues ? !in_paragraph : colon == std::string_view::npos || colon == 0)
      return Malformed(number, "not a field");
    in_paragraph = true;
    if (continues) continue;
    std::string* wanted = Wanted(current, line.substr(0, colon));
    if (!wanted) continue;
    if (!wanted->empty()) return Malformed(number, "the same field twice");
    *wanted = Trimmed(line.substr(colon + 1));
  }
  std::ranges::sort(packages, [](const auto& a, const auto& b) { return Key(a) < Key(b); });
  auto twice = std::ranges::adjacent_find(
      packages, [](const auto& a, const auto& b) { return Key(a) == Key(b); });
  if (twice != packages.end()) return Malformed(0, "package '" + twice->name() + "' occurs twice");
  return packages;
}

}  // namespace assay
