// SPDX-License-Identifier: Apache-2.0
// Packages and units, sshd, the shells' environment.
#include <algorithm>

#include "checks/formats/lines.h"
#include "checks/formats/sshd_config.h"
#include "checks/formats/unit_files.h"
#include "checks/harden/fix.h"
#include "checks/harden/setting.h"
#include "checks/predicates/predicate.h"
#include "checks/predicates/shell_files.h"

namespace assay {

namespace {

constexpr char kUnits[] = "/etc/systemd/system/";
constexpr char kSshd[] = "/etc/ssh/sshd_config";
constexpr char kSshdOwn[] = "/etc/ssh/sshd_config.d/00-assay.conf";  // the first value wins
constexpr char kSshdInclude[] = "Include /etc/ssh/sshd_config.d/*.conf";
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

// The value that nobody sets stays the program's own.
std::optional<std::string> SshdValue(const Sshd& wanted, Host& host) {
  if (wanted.names_file()) return "/etc/issue.net";
  if (wanted.at_most_each_size() > 0) {
    std::string value;
    for (uint32_t one : wanted.at_most_each())
      value += (value.empty() ? "" : ":") + std::to_string(one);
    return value;
  }
  if (wanted.none_of().empty()) return ValueFor(wanted.demand());
  std::string keyword = wanted.key();
  std::ranges::transform(keyword, keyword.begin(), [](char c) { return char(tolower(c)); });
  std::string value(SshdDefault(keyword).value_or(""));
  Expected<std::vector<SshdSetting>> settings = ReadSshdConfig(host, kSshd);
  if (!settings) return std::nullopt;
  for (const SshdSetting& one : *settings)
    if (one.keyword == keyword && one.match.empty()) {
      value = NormalSshdValue(keyword, one.value);
      break;
    }
  std::string kept;
  for (size_t at = 0; at < value.size();) {
    std::string element = value.substr(at, value.find(',', at) - at);
    at += element.size() + 1;
    if (std::ranges::find(wanted.none_of(), element) != wanted.none_of().end()) continue;
    kept += (kept.empty() ? "" : ",") + element;
  }
  if (kept.empty()) return std::nullopt;
  return kept;
}

Expected<void> IncludeOwnSshdFile(Plan& plan) {
  std::optional<std::string> text = TRY(plan.Read(kSshd));
  if (!text) return ByHand("there is no " + std::string(kSshd));
  for (std::string_view line : LinesOf(*text))
    if (Trim(line).starts_with("Include") && line.contains("sshd_config.d")) return {};
  return plan.Write(kSshd, std::string(kSshdInclude) + "\n" + *text);
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

Expected<void> FixSshd(const Sshd& wanted, Plan& plan) {
  std::optional<std::string> value = SshdValue(wanted, plan.host());
  if (!value) return ByHand("");
  Text key;
  key.set_key(wanted.key());
  key.set_separator(" ");
  key.set_ignore_case(true);
  std::string text = TRY(plan.Read(kSshdOwn)).value_or("");
  TRY(IncludeOwnSshdFile(plan));
  return plan.Write(kSshdOwn, *WithKey(key, text, *value));
}

Expected<void> FixShellEnvironment(const ShellEnvironment& wanted, Plan& plan) {
  if (wanted.check() == "umask") return FixUmask(wanted, plan);
  if (wanted.check() == "timeout") return FixTimeout(wanted, plan);
  return ByHand("");
}

}  // namespace assay
