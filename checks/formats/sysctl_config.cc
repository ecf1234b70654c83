// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/sysctl_config.h"

#include <fnmatch.h>

#include <algorithm>

#include "checks/formats/drop_ins.h"
#include "checks/formats/lines.h"

namespace assay {

namespace {

bool IsGlob(std::string_view name) { return name.find_first_of("*?[") != std::string_view::npos; }

bool Matches(const SysctlAssignment& assignment, const std::string& name) {
  if (!IsGlob(assignment.name)) return assignment.name == name;
  return fnmatch(assignment.name.c_str(), name.c_str(), FNM_PATHNAME) == 0;
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

}  // namespace

std::string SysctlPath(std::string_view name) {
  std::string path(name);
  size_t first = path.find_first_of("./");
  if (first == std::string::npos || path[first] == '/') return path;
  for (char& c : path) c = c == '.' ? '/' : c == '/' ? '.' : c;
  return path;
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
    assignment.name = SysctlPath(Trim(line.substr(0, equals)));
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
  return all;
}

Expected<std::optional<SysctlAssignment>> PersistedSysctl(Host& host, std::string_view name) {
  std::string path = SysctlPath(name);
  std::optional<SysctlAssignment> named, globbed, after_boot;
  bool excluded = false;
  const auto& all =
      host.Once<Expected<std::vector<SysctlAssignment>>>("sysctl.d", AllPersistedSysctls);
  if (!all) return std::unexpected(all.error());
  for (const SysctlAssignment& assignment : *all) {
    if (!Matches(assignment, path)) continue;
    if (assignment.after_boot) {
      if (!assignment.excluded) after_boot = assignment;
      continue;
    }
    // Of the same name, the later line replaces the earlier, be it a value or an exclusion.
    bool glob = IsGlob(assignment.name);
    if (!glob) excluded = assignment.excluded;
    if (assignment.excluded) {
      if (!glob) named.reset();
    } else if (glob) {
      globbed = assignment;
    } else {
      named = assignment;
    }
  }
  if (after_boot) return after_boot;
  if (named) return named;
  if (excluded) return std::nullopt;
  return globbed;
}

}  // namespace assay
