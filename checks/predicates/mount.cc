// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <span>

#include "checks/formats/drop_ins.h"
#include "checks/formats/lines.h"
#include "checks/formats/mount_table.h"
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

// Where units are read from, and what stands between them: systemd.unit(5), "Unit File Load Path".
constexpr const char* kAboveFstab[] = {"/etc/systemd/system", "/run/systemd/system"};
constexpr const char* kBelowFstab[] = {"/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
                                       "/lib/systemd/system"};

struct UnitFile {
  bool present = false, masked = false, names_a_mount = false;
  MountEntry entry;
};

// The unit in the first of the directories that has one.
Expected<UnitFile> ReadUnit(const std::string& unit, std::span<const char* const> directories,
                            Host& host) {
  for (std::string path : directories) {
    path += "/" + unit;
    Expected<Metadata> found = host.Stat(path);
    if (!found && found.error().code == ErrorCode::kNotFound) continue;
    if (!found) return std::unexpected(found.error());
    Expected<std::string> link = host.ReadLink(path);
    if (link && *link == "/dev/null") return UnitFile{true, true, false, {}};
    std::string text = TRY(ReadText(host, path));
    MountEntry plain{{}, path, "no Options=", 0};
    return UnitFile{true, false, NamesAMount(text), UnitOptions(text, path).value_or(plain)};
  }
  return UnitFile{};
}

// What a unit mounts at boot, if it is not masked.
Expected<std::optional<MountEntry>> EntryOf(const UnitFile& unit) {
  if (!unit.present || unit.masked) return std::nullopt;
  if (unit.names_a_mount) return unit.entry;
  return Fail(ErrorCode::kInvalid, unit.entry.source + " has no What= in [Mount]",
              "systemd does not load it");
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

// UNIT.d/*.conf override the unit, also one that comes from fstab.
Expected<MountEntry> WithDropIns(MountEntry entry, const std::string& unit, Host& host) {
  std::vector<std::string> directories;
  for (std::string directory : kAboveFstab) directories.push_back(directory + "/" + unit + ".d");
  for (std::string directory : kBelowFstab) directories.push_back(directory + "/" + unit + ".d");
  for (const std::string& file : TRY(DropIns(host, directories, ".conf"))) {
    std::string text = TRY(ReadText(host, file));
    if (std::optional<MountEntry> options = UnitOptions(text, file)) entry = *options;
  }
  return entry;
}

Expected<std::optional<MountEntry>> FindInFstab(const std::string& point, Host& host) {
  const auto& text = host.Once<Expected<std::string>>(
      "fstab", [](Host& from) { return ReadText(from, "/etc/fstab"); });
  if (!text && text.error().code == ErrorCode::kNotFound) return std::nullopt;
  if (!text) return std::unexpected(text.error());
  return FstabEntry(*text, point);
}

// What systemd mounts before any unit (mount-setup.c), where nothing else says how.
Expected<std::optional<MountEntry>> EarlyMount(const std::string& point, Host& host) {
  if (point != "/dev/shm") return std::nullopt;
  for (const char* program : {"/usr/lib/systemd/systemd", "/lib/systemd/systemd"}) {
    Expected<Metadata> found = host.Stat(program);
    if (found) return MountEntry{{"nosuid", "nodev"}, program, "nosuid,nodev (built in)", 0};
    if (found.error().code != ErrorCode::kNotFound) return std::unexpected(found.error());
  }
  return std::nullopt;
}

Expected<std::optional<MountEntry>> StaticMount(const std::string& point, Host& host) {
  std::string unit = MountUnitName(point);
  std::optional<MountEntry> fstab = TRY(FindInFstab(point, host));
  bool wanted = TRY(Wanted(unit, host));
  UnitFile above = TRY(ReadUnit(unit, kAboveFstab, host));
  std::optional<MountEntry> entry;
  if (above.present) {
    if (fstab || wanted) entry = TRY(EntryOf(above));
  } else if (fstab) {
    entry = fstab;
  } else if (wanted) {
    UnitFile below = TRY(ReadUnit(unit, kBelowFstab, host));
    entry = TRY(EntryOf(below));
  }
  if (!entry) return EarlyMount(point, host);
  return TRY(WithDropIns(*entry, unit, host));
}

// Several rules ask of one place: each of its options is a rule.
const Expected<std::optional<MountEntry>>& FindMount(const std::string& point, Host& host) {
  using Found = Expected<std::optional<MountEntry>>;
  return host.Once<Found>("mount " + point, [&point](Host& from) -> Found {
    if (!from.live()) return StaticMount(point, from);
    const auto& table = from.Once<Expected<std::string>>(
        "mountinfo", [](Host& kernel) { return kernel.MountInfo(); });
    if (!table) return std::unexpected(table.error());
    return MountAt(*table, point);
  });
}

}  // namespace

Answer JudgeMount(const Mount& expected, Host& host) {
  const Expected<std::optional<MountEntry>>& found = FindMount(expected.point(), host);
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
