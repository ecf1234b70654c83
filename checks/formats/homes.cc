// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/homes.h"

#include <algorithm>
#include <set>

#include "checks/formats/lines.h"

namespace assay {

namespace {

// Homes of system accounts that are places of the system itself (base-passwd, systemd-sysusers).
constexpr std::string_view kSystemPlaces[] = {"/bin",     "/sbin",     "/dev",         "/usr",
                                              "/usr/bin", "/usr/sbin", "/nonexistent", "/proc",
                                              "/run",     "/etc",      "/var"};

std::string_view FieldOf(std::string_view line, int number) {
  for (; number > 0; number--) {
    size_t colon = line.find(':');
    if (colon == std::string_view::npos) return "";
    line.remove_prefix(colon + 1);
  }
  return line.substr(0, line.find(':'));
}

}  // namespace

std::vector<std::string> HomesOf(std::string_view passwd) {
  std::set<std::string> homes = {"/root"};
  for (std::string_view line : LinesOf(passwd)) {
    std::string_view home = FieldOf(line, 5);
    while (home.size() > 1 && home.ends_with('/')) home.remove_suffix(1);
    bool place = std::ranges::find(kSystemPlaces, home) != std::end(kSystemPlaces);
    if (home.size() > 1 && home.starts_with('/') && !home.contains("/../") && !place)
      homes.emplace(home);
  }
  return {homes.begin(), homes.end()};
}

std::vector<std::string> ExpandHomes(const std::vector<std::string>& homes,
                                     std::string_view pattern) {
  if (!pattern.starts_with('~')) return {std::string(pattern)};
  std::vector<std::string> patterns;
  for (const std::string& home : homes) {
    std::string escaped;
    for (char c : home)
      escaped += (std::string_view("*?[\\").contains(c) ? "\\" : "") + std::string(1, c);
    patterns.push_back(escaped + std::string(pattern.substr(1)));
  }
  return patterns;
}

}  // namespace assay
