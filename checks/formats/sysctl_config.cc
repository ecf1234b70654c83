// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/sysctl_config.h"

#include <fnmatch.h>

#include <algorithm>
#include <map>

#include "checks/formats/drop_ins.h"
#include "checks/formats/lines.h"

namespace assay {

namespace {

// Two names of one variable: devinet_sysctl_forward() and its table (net/ipv4/devinet.c).
constexpr const char* kForward[] = {"net/ipv4/ip_forward", "net/ipv4/conf/all/forwarding"};

std::vector<std::string> NamesOfSame(const std::string& name) {
  if (std::ranges::find(kForward, name) == std::end(kForward)) return {name};
  return {std::begin(kForward), std::end(kForward)};
}

bool IsGlob(std::string_view name) { return name.find_first_of("*?[") != std::string_view::npos; }

// The ',' or '}' that ends the part of a brace that begins at `at`.
size_t EndOfPart(const std::string& pattern, size_t at) {
  for (int depth = 0; at < pattern.size(); at++) {
    char c = pattern[at];
    if (depth == 0 && (c == ',' || c == '}')) return at;
    depth += c == '{' ? 1 : c == '}' ? -1 : 0;
  }
  return std::string::npos;
}

// As systemd-sysctl asks glob(3), with GLOB_BRACE: conf/{all,default}/* means two patterns.
bool MatchesGlob(const std::string& pattern, const std::string& name) {
  size_t open = pattern.find('{'), end = open;
  std::vector<std::string> parts;
  while (end != std::string::npos && (end == open || pattern[end] == ',')) {
    size_t begin = end + 1;
    end = EndOfPart(pattern, begin);
    if (end != std::string::npos) parts.push_back(pattern.substr(begin, end - begin));
  }
  if (end == std::string::npos) return fnmatch(pattern.c_str(), name.c_str(), FNM_PATHNAME) == 0;
  return std::ranges::any_of(parts, [&](const std::string& part) {
    return MatchesGlob(pattern.substr(0, open) + part + pattern.substr(end + 1), name);
  });
}

bool Matches(const SysctlAssignment& assignment, const std::string& name) {
  if (!IsGlob(assignment.name)) return assignment.name == name;
  return MatchesGlob(assignment.name, name);
}

// Sixteen are at most some hundred patterns.
Expected<void> RefuseManyBraces(const std::vector<SysctlAssignment>& all) {
  for (const SysctlAssignment& one : all)
    if (IsGlob(one.name) &&
        std::ranges::count_if(one.name, [](char c) { return c == '{' || c == ','; }) > 16)
      return Fail(ErrorCode::kInvalid,
                  one.file + ":" + std::to_string(one.line) + " has too many braces and commas");
  return {};
}

// A value of a file that a shell reads: ENABLED=yes, quotes allowed, it ends at a blank.
std::string ShellValue(std::string_view text, std::string_view key) {
  std::string value;
  for (std::string_view line : LinesOf(text)) {
    line = Trim(line);
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != '=') continue;
    std::string_view found = line.substr(key.size() + 1);
    bool quoted = found.starts_with('"') || found.starts_with('\'');
    value = quoted ? found.substr(1, found.find(found[0], 1) - 1)
                   : found.substr(0, found.find_first_of(" \t"));
  }
  return value;
}

// systemd-sysctl keeps one assignment of each key, in the order in which they came: the same once
// more changes nothing, another takes the key's place away and stands at the end.
std::vector<SysctlAssignment> Kept(std::vector<SysctlAssignment> all) {
  std::map<std::string, size_t> held;
  std::vector<bool> gone(all.size());
  for (size_t i = 0; i < all.size(); i++) {
    if (all[i].after_boot) continue;
    auto [key, first] = held.try_emplace(all[i].name, i);
    if (first) continue;
    const SysctlAssignment& earlier = all[key->second];
    bool same = earlier.excluded == all[i].excluded && earlier.value == all[i].value;
    gone[same ? i : key->second] = true;
    if (!same) key->second = i;
  }
  std::vector<SysctlAssignment> kept;
  for (size_t i = 0; i < all.size(); i++)
    if (!gone[i]) kept.push_back(std::move(all[i]));
  return kept;
}

Expected<std::string> ReadOrEmpty(Host& host, const std::string& path) {
  Expected<std::string> text = ReadText(host, path);
  if (!text && text.error().code == ErrorCode::kNotFound) return std::string();
  return text;
}

// The file that ufw applies after boot, overriding sysctl.d; empty if ufw is not enabled.
Expected<std::string> UfwFile(Host& host) {
  std::string ufw = TRY(ReadOrEmpty(host, "/etc/ufw/ufw.conf"));
  std::string enabled = ShellValue(ufw, "ENABLED");  // ufw-init takes just these two
  if (enabled != "yes" && enabled != "YES") return std::string();
  std::string defaults = TRY(ReadOrEmpty(host, "/etc/default/ufw"));
  return ShellValue(defaults, "IPT_SYSCTL");
}

// The last that writes this one name, with its place among all.
std::optional<SysctlAssignment> LastOf(const std::vector<SysctlAssignment>& all,
                                       const std::string& name) {
  // Such a key keeps globs away, also one that is itself an exclusion.
  bool named = std::ranges::any_of(
      all, [&](const SysctlAssignment& one) { return !one.after_boot && one.name == name; });
  for (size_t i = all.size(); i-- > 0;) {
    const SysctlAssignment& one = all[i];
    if (one.excluded || !Matches(one, name)) continue;
    if (IsGlob(one.name) && named && !one.after_boot) continue;
    SysctlAssignment last = one;
    last.sets = name;
    last.place = i;
    return last;
  }
  return std::nullopt;
}

}  // namespace

std::string SysctlPath(std::string_view name) {
  std::string path(name);
  size_t first = path.find_first_of("./");
  if (first != std::string::npos && path[first] == '.')
    for (char& c : path) c = c == '.' ? '/' : c == '/' ? '.' : c;
  std::string simple;
  for (size_t begin = 0, end; begin < path.size(); begin = end + 1) {
    end = std::min(path.find('/', begin), path.size());
    std::string_view part = std::string_view(path).substr(begin, end - begin);
    if (part.empty() || part == ".") continue;
    if (!simple.empty()) simple += '/';
    simple += part;
  }
  return simple;
}

std::vector<SysctlAssignment> ParseSysctlFile(std::string_view text, std::string_view file) {
  std::vector<SysctlAssignment> assignments;
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    number++;
    line = Trim(line);
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    bool dash = line[0] == '-';
    if (dash) line = Trim(line.substr(1));
    size_t equals = line.find('=');
    if (equals == std::string_view::npos && !dash) continue;
    SysctlAssignment assignment;
    assignment.written = Trim(line.substr(0, equals));
    assignment.name = SysctlPath(assignment.written);
    assignment.excluded = equals == std::string_view::npos;
    if (!assignment.excluded) assignment.value = Trim(line.substr(equals + 1));
    assignment.file = file;
    assignment.line = number;
    assignments.push_back(std::move(assignment));
  }
  return assignments;
}

Expected<std::vector<SysctlAssignment>> AllPersistedSysctls(Host& host) {
  // Not /run/sysctl.d: it is empty when the next boot begins.
  std::vector<std::string> files = TRY(
      DropIns(host, {"/etc/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d"}, ".conf"));
  files = WithoutHidden(std::move(files));
  std::string ufw = TRY(UfwFile(host));
  if (!ufw.starts_with('/')) ufw.clear();
  if (!ufw.empty()) files.push_back(ufw);
  std::vector<SysctlAssignment> all;
  for (const std::string& file : files) {
    std::string text = TRY(ReadOrEmpty(host, file));
    std::ranges::move(ParseSysctlFile(text, file), std::back_inserter(all));
  }
  // It may also be linked into sysctl.d, so the last reading of it is ufw's.
  for (auto one = all.rbegin(); !ufw.empty() && one != all.rend() && one->file == ufw; ++one)
    one->after_boot = true;
  TRY(RefuseManyBraces(all));
  return Kept(std::move(all));
}

Expected<std::optional<SysctlAssignment>> PersistedSysctl(Host& host, std::string_view name) {
  const auto& all =
      host.Once<Expected<std::vector<SysctlAssignment>>>("sysctl.d", AllPersistedSysctls);
  if (!all) return std::unexpected(all.error());
  std::optional<SysctlAssignment> last;
  for (const std::string& one : NamesOfSame(SysctlPath(name))) {
    std::optional<SysctlAssignment> found = LastOf(*all, one);
    if (found && (!last || found->place > last->place)) last = std::move(found);
  }
  return last;
}

}  // namespace assay
