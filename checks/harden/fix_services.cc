// SPDX-License-Identifier: Apache-2.0
// Packages and units, the shells' environment.
#include <algorithm>

#include "checks/formats/lines.h"
#include "checks/formats/unit_files.h"
#include "checks/harden/fix.h"
#include "checks/harden/setting.h"
#include "checks/predicates/predicate.h"
#include "checks/predicates/shell_files.h"

namespace assay {

namespace {

constexpr char kUnits[] = "/etc/systemd/system/";
constexpr char kProfile[] = "/etc/profile.d/zz-assay.sh";

std::string UnitName(const std::string& name) {
  return IsUnitName(name) ? name : name + ".service";
}

Expected<void> Mask(const std::string& name, Plan& plan) {
  return plan.Link(kUnits + name, "/dev/null");
}

// Nothing is left to start it: the unit cannot be started, and what would is silent.
Expected<void> Disuse(const std::string& wanted, Plan& plan) {
  UnitFile unit = TRY(FindUnit(plan.host(), UnitName(wanted)));
  bool idle = unit.starts.empty() && unit.aliases.empty();
  if (unit.state != UnitFile::State::kPresent || idle) return {};
  return Mask(unit.name, plan);
}

// [Install] of systemd.unit(5), as `systemctl enable` makes links of it.
Expected<void> Enable(const UnitFile& unit, Plan& plan) {
  std::string text = TRY(plan.host().Read(unit.path));
  bool linked = false, inside = false;
  for (std::string_view line : LinesOf(text)) {
    line = Trim(line);
    if (line.starts_with('[')) inside = line == "[Install]";
    size_t equals = line.find('=');
    if (!inside || equals == line.npos) continue;
    std::string key(Trim(line.substr(0, equals)));
    for (std::string_view word : WordsOf(line.substr(equals + 1))) {
      std::string name(word);
      if (!IsUnitName(name)) continue;
      if (key == "WantedBy") TRY(plan.Link(kUnits + name + ".wants/" + unit.name, unit.path));
      if (key == "RequiredBy") TRY(plan.Link(kUnits + name + ".requires/" + unit.name, unit.path));
      if (key == "Alias") TRY(plan.Link(kUnits + name, unit.path));
      linked |= key == "WantedBy" || key == "RequiredBy";
    }
  }
  if (!linked) return ByHand(unit.name + " says not what starts it");
  return {};
}

std::string UmaskText(uint32_t bits) {
  char text[8];
  snprintf(text, sizeof text, "%03o", bits);
  return text;
}

// A wider umask that stands somewhere is tightened where it stands.
Expected<void> TightenUmask(const ShellEnvironment& wanted, const PlacedSetting& one, Plan& plan) {
  if (one.setting.kind != ShellSetting::Kind::kUmask || !one.setting.literal) return {};
  std::string text = TRY(plan.Read(one.file)).value_or("");
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    if (++number != one.setting.line) continue;
    size_t at = line.find(one.setting.value, line.find("umask"));
    if (at == line.npos) return {};
    std::string changed(line);
    changed.replace(at, one.setting.value.size(), UmaskText(wanted.umask()));
    return plan.Write(one.file, WithLineAt(text, number, changed));
  }
  return {};
}

bool IsTight(const std::string& value, uint32_t bits) {
  char* end = nullptr;
  unsigned long mask = strtoul(value.c_str(), &end, 8);
  return !value.empty() && *end == 0 && (mask & bits) == bits;
}

Expected<void> FixUmask(const ShellEnvironment& wanted, Plan& plan) {
  std::vector<std::string> files(wanted.files().begin(), wanted.files().end());
  const auto& settings = ReadShellFiles(plan.host(), files.empty() ? SystemShellFiles() : files);
  if (!settings) return std::unexpected(settings.error());
  for (const PlacedSetting& one : *settings)
    if (!IsTight(one.setting.value, wanted.umask())) TRY(TightenUmask(wanted, one, plan));
  if (!files.empty()) return {};
  std::string text = TRY(plan.Read(kProfile)).value_or("");
  return plan.Write(kProfile, WithLine(text, "umask " + UmaskText(wanted.umask())));
}

Expected<void> FixTimeout(const ShellEnvironment& wanted, Plan& plan) {
  if (!wanted.files().empty()) return ByHand("");
  std::string text = TRY(plan.Read(kProfile)).value_or("");
  text = WithLine(text, "TMOUT=" + std::to_string(wanted.timeout()));
  return plan.Write(kProfile, WithLine(WithLine(text, "readonly TMOUT"), "export TMOUT"));
}

}  // namespace

Expected<void> FixPackage(const Package& wanted, Plan& plan) {
  for (const std::string& name : wanted.installed()) {
    Package one;
    one.add_installed(name);
    one.set_at_least(wanted.at_least());
    if (JudgePackage(one, plan.host()).result == Result::kFail) plan.Install(name);
  }
  for (const std::string& name : wanted.absent()) {
    Package one;
    one.add_absent(name);
    if (JudgePackage(one, plan.host()).result == Result::kFail) plan.Purge(name);
  }
  return ByHand("");
}

Expected<void> FixUnit(const Unit& wanted, Plan& plan) {
  for (const std::string& name : wanted.unused()) TRY(Disuse(name, plan));
  if (!wanted.unused().empty()) return {};
  if (!wanted.masked().empty()) return Mask(UnitName(wanted.masked()), plan);
  for (const std::string& name : wanted.in_use()) {
    UnitFile unit = TRY(FindUnit(plan.host(), UnitName(name)));
    if (unit.state == UnitFile::State::kPresent) return Enable(unit, plan);
  }
  return ByHand("");
}

Expected<void> FixShellEnvironment(const ShellEnvironment& wanted, Plan& plan) {
  if (wanted.check() == "umask") return FixUmask(wanted, plan);
  if (wanted.check() == "timeout") return FixTimeout(wanted, plan);
  return ByHand("");
}

}  // namespace assay
