// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <set>

#include "checks/drop_ins.h"
#include "checks/lines.h"
#include "checks/predicate.h"

namespace assay {

namespace {

struct MountEntry {
  std::set<std::string, std::less<>> options;
  std::string source, text;
  int line = 0;
};

std::set<std::string, std::less<>> OptionsOf(std::string_view list) {
  std::set<std::string, std::less<>> options;
  while (!list.empty()) {
    std::string_view option = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), option.size() + 1));
    options.insert(std::string(option));
  }
  return options;
}

// proc_pid_mountinfo(5): field 5 is the mount point, field 6 the options of this mount (not those
// of the file system, after the '-'). The last line for a point is the topmost mount.
Expected<std::optional<MountEntry>> LiveMount(const std::string& point, Host& host) {
  std::string text = TRY(host.MountInfo());
  std::optional<MountEntry> found;
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    number++;
    std::vector<std::string_view> fields = WordsOf(line);
    if (fields.size() < 6 || fields[4] != point) continue;
    found = MountEntry{OptionsOf(fields[5]), "/proc/1/mountinfo", std::string(fields[5]), number};
  }
  return found;
}

std::string_view Plain(std::string_view point) {
  while (point.size() > 1 && point.ends_with('/')) point.remove_suffix(1);
  return point;
}

Expected<std::optional<MountEntry>> FstabMount(const std::string& point, Host& host) {
  Expected<std::string> text = ReadText(host, "/etc/fstab");
  if (!text && text.error().code == ErrorCode::kNotFound) return std::nullopt;
  if (!text) return std::unexpected(text.error());
  std::optional<MountEntry> found;
  int number = 0;
  for (std::string_view line : LinesOf(*text)) {
    number++;
    std::vector<std::string_view> fields = WordsOf(line);
    if (fields.size() < 4 || fields[0].starts_with('#') || Plain(fields[1]) != point) continue;
    if (OptionsOf(fields[3]).contains("noauto")) continue;  // the boot leaves it alone
    found = MountEntry{OptionsOf(fields[3]), "/etc/fstab", std::string(fields[3]), number};
  }
  return found;
}

// systemd.unit(5): "/var/tmp" is var-tmp.mount; a '-' in a name is \x2d.
std::string UnitName(std::string_view point) {
  std::string name;
  while (point.starts_with('/')) point.remove_prefix(1);
  for (char c : point) name += c == '/' ? "-" : c == '-' ? "\\x2d" : std::string(1, c);
  return name + ".mount";
}

// A unit that nothing wants is not mounted at boot (systemctl(1), enable).
Expected<bool> Wanted(const std::string& unit, Host& host) {
  for (const char* directory : {"/etc/systemd/system", "/usr/lib/systemd/system"}) {
    for (const char* target : {"/local-fs.target.wants/", "/local-fs.target.requires/"}) {
      Expected<Metadata> link = host.Stat(std::string(directory) + target + unit);
      if (link) return true;
      if (link.error().code != ErrorCode::kNotFound) return std::unexpected(link.error());
    }
  }
  return false;
}

Expected<std::optional<MountEntry>> UnitMount(const std::string& point, Host& host) {
  std::string unit = UnitName(point);
  Expected<bool> wanted = Wanted(unit, host);
  if (!wanted) return std::unexpected(wanted.error());
  if (!*wanted) return std::nullopt;
  std::vector<std::string> files = TRY(DropIns(
      host, {"/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system"}, unit));
  for (const std::string& file : files) {
    if (!file.ends_with("/" + unit)) continue;
    std::string text = TRY(ReadText(host, file));
    int number = 0;
    for (std::string_view line : LinesOf(text)) {
      number++;
      line = Trim(line);
      if (line.starts_with("Options="))
        return MountEntry{OptionsOf(Trim(line.substr(8))), file, std::string(line), number};
    }
    return MountEntry{{}, file, "no Options=", 0};
  }
  return std::nullopt;
}

Expected<std::optional<MountEntry>> FindMount(const std::string& point, Host& host) {
  if (host.live()) return LiveMount(point, host);
  std::optional<MountEntry> entry = TRY(FstabMount(point, host));
  if (entry) return entry;
  return UnitMount(point, host);
}

}  // namespace

Answer JudgeMount(const Mount& expected, Host& host) {
  Expected<std::optional<MountEntry>> found = FindMount(expected.point(), host);
  if (!found) return CannotTell(found.error());
  std::string label = host.live() ? "" : " (static: fstab and mount units)";
  if (!*found) {
    std::string reason = expected.point() + " is not a mount of its own" + label;
    if (expected.options().empty()) return {Result::kFail, reason, {}};
    return {Result::kNotApplicable, reason + ": it has no options", {}};
  }
  std::string wanted, missing;
  for (const std::string& option : expected.options()) {
    wanted += (wanted.empty() ? "" : ",") + option;
    if (!(*found)->options.contains(option)) missing += (missing.empty() ? "" : ", ") + option;
  }
  Answer answer{Result::kPass, "", {{(*found)->source, (*found)->line, (*found)->text, wanted}}};
  if (missing.empty()) return answer;
  answer.result = Result::kFail;
  answer.reason = expected.point() + " is mounted without " + missing + label;
  return answer;
}

}  // namespace assay
