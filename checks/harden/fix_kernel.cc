// SPDX-License-Identifier: Apache-2.0
// Kernel settings, modules, mounts, the command line.
#include <algorithm>

#include "checks/formats/boot_config.h"
#include "checks/formats/lines.h"
#include "checks/formats/mount_table.h"
#include "checks/formats/sysctl_config.h"
#include "checks/harden/fix.h"
#include "checks/harden/setting.h"

namespace assay {

namespace {

constexpr char kSysctls[] = "/etc/sysctl.d/zz-assay.conf";    // after all others: the last one wins
constexpr char kModules[] = "/etc/modprobe.d/00-assay.conf";  // before them: the first one wins
constexpr char kFstab[] = "/etc/fstab";
constexpr char kGrubDefaults[] = "/etc/default/grub";
constexpr char kGrubOwn[] = "/etc/default/grub.d/zz-assay.cfg";

// sysctl(8)'s form, but where a name of an interface has a dot in it.
std::string SysctlName(std::string name) {
  if (!name.contains('.')) std::ranges::replace(name, '/', '.');
  return name;
}

// Only an enabled ufw's file comes after ours.
Expected<void> Silence(const SysctlAssignment& other, Plan& plan) {
  if (!other.after_boot) return {};
  std::optional<std::string> text = TRY(plan.Read(other.file));
  if (!text) return {};
  int number = 0;
  for (std::string_view line : LinesOf(*text))
    if (++number == other.line)
      return plan.Write(other.file, WithLineAt(*text, number, "# assay: " + std::string(line)));
  return {};
}

// File systems that are made of memory need no disk.
std::string TemporaryMount(const Mount& wanted) {
  if (wanted.point() != "/tmp" && wanted.point() != "/dev/shm") return "";
  return "tmpfs " + wanted.point() + " tmpfs rw,nosuid,nodev,noexec 0 0";
}

// The fourth field with the options that it lacks; the later one of two opposites holds.
std::string WithOptions(std::string_view line, const Mount& wanted) {
  std::vector<std::string_view> fields = WordsOf(line);
  std::string options(fields[3]);
  MountOptions present = EffectiveOptions(options);
  for (const std::string& option : wanted.options())
    if (!present.contains(option)) options += "," + option;
  size_t at = static_cast<size_t>(fields[3].data() - line.data());
  return std::string(line.substr(0, at)) + options +
         std::string(line.substr(at + fields[3].size()));
}

Expected<void> FixEntry(const Boot& wanted, const std::string& option, const BootEntry& entry,
                        Plan& plan) {
  std::optional<std::string> text = TRY(plan.Read(entry.file));
  if (!text || entry.line == 0)
    return ByHand("build the boot image " + entry.file + " with " + option);
  int number = 0;
  for (std::string_view line : LinesOf(*text)) {
    if (++number != entry.line) continue;
    if (line.ends_with('\\')) return ByHand("add " + option + " to " + entry.file);
    if ((" " + std::string(line) + " ").contains(" " + option + " ")) return {};
    return plan.Write(entry.file, WithLineAt(*text, number, std::string(line) + " " + option));
  }
  return ByHand("add " + wanted.parameter() + " to " + entry.file);
}

}  // namespace

Expected<void> FixSysctl(const Sysctl& wanted, Plan& plan) {
  if (wanted.values().empty()) return ByHand("");
  std::optional<SysctlAssignment> other = TRY(PersistedSysctl(plan.host(), wanted.name()));
  if (other) TRY(Silence(*other, plan));
  Text key;
  // Of two names of one variable the one that is written last: what is there already of the other
  // may keep its place before it.
  key.set_key(SysctlName(other ? other->sets : wanted.name()));
  key.set_separator("=");
  std::optional<std::string> now = TRY(plan.Read(kSysctls));
  return plan.Write(kSysctls, *WithKey(key, now.value_or(""), wanted.values(0)));
}

Expected<void> FixKmod(const Kmod& wanted, Plan& plan) {
  if (wanted.name().empty()) return ByHand("");
  std::optional<std::string> now = TRY(plan.Read(kModules));
  std::string text = WithLine(now.value_or(""), "install " + wanted.name() + " /bin/false");
  return plan.Write(kModules, WithLine(text, "blacklist " + wanted.name()));
}

Expected<void> FixMount(const Mount& wanted, Plan& plan) {
  std::string text = TRY(plan.Read(kFstab)).value_or("");
  std::optional<MountEntry> entry = FstabEntry(text, wanted.point());
  std::string line = TemporaryMount(wanted);
  if (!entry && line.empty())
    return ByHand("lay out the disk with a partition for " + wanted.point());
  if (!entry) return plan.Write(kFstab, WithLine(text, line));
  int number = 0;
  for (std::string_view one : LinesOf(text))
    if (++number == entry->line)
      return plan.Write(kFstab, WithLineAt(text, number, WithOptions(one, wanted)));
  return ByHand("");
}

Expected<void> FixBoot(const Boot& wanted, Plan& plan) {
  std::optional<std::string> value = ValueFor(wanted.wanted());
  if (wanted.password()) return ByHand("");
  if (!value) return ByHand("");
  std::string option = wanted.parameter() + "=" + *value;
  for (const BootEntry& entry : TRY(ReadBootConfig(plan.host())).entries)
    TRY(FixEntry(wanted, option, entry, plan));
  // The next update-grub writes the same again.
  if (!plan.host().StatTarget(kGrubDefaults)) return {};
  std::string line = "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX " + option + "\"";
  return plan.Write(kGrubOwn, WithLine(TRY(plan.Read(kGrubOwn)).value_or(""), line));
}

}  // namespace assay
