// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "checks/formats/boot_config.h"
#include "checks/formats/kernel_command_line.h"
#include "checks/predicates/demand.h"
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

constexpr size_t kMostEvidence = 20;
constexpr char kNoConfiguration[] =
    "no boot configuration was found (grub.cfg, loader/entries, unified kernel images)";

// Whether a command line is as wanted; a parameter that is absent has no unwanted value.
bool Meets(const Boot& expected, const std::optional<std::string>& value) {
  if (!value) return expected.wanted().kind() == "differs";
  return Meets(expected.wanted(), *value).value_or(false);
}

std::string Said(const Boot& expected, const std::optional<std::string>& value) {
  return value ? expected.parameter() + "=" + *value : "no " + expected.parameter();
}

std::string Wanted(const Boot& expected) {
  const std::string& kind = expected.wanted().kind();
  bool equals = kind.empty() || kind == "equals";
  return expected.parameter() + (equals ? "=" : " ") + Describe(expected.wanted());
}

// The machine was booted with it; adds to the answer.
Expected<void> JudgeRunning(const Boot& expected, Host& host, Answer& answer) {
  std::string line = TRY(host.ReadKernel("/proc/cmdline", "kernel command line"));
  std::optional<std::string> value = CommandLineValue(line, expected.parameter());
  answer.evidence.push_back({"/proc/cmdline", 1, Said(expected, value), Wanted(expected)});
  if (Meets(expected, value)) return {};
  answer.result = Result::kFail;
  answer.reason = "the running kernel was booted with " + Said(expected, value);
  return {};
}

// The entries that are not as wanted; of none, all are evidence.
void JudgeEntries(const Boot& expected, const std::vector<BootEntry>& entries, Answer& answer) {
  std::vector<EvidenceItem> good, bad;
  std::string first;
  for (const BootEntry& entry : entries) {
    std::optional<std::string> value = CommandLineValue(entry.options, expected.parameter());
    EvidenceItem item{entry.file, entry.line, Said(expected, value), Wanted(expected)};
    bool meets = Meets(expected, value);
    if (!meets && bad.empty()) first = "'" + entry.title + "' boots with " + item.value;
    (meets ? good : bad).push_back(std::move(item));
  }
  size_t wrong = bad.size();
  std::vector<EvidenceItem>& shown = bad.empty() ? good : bad;
  if (shown.size() > kMostEvidence) shown.resize(kMostEvidence);
  std::ranges::move(shown, std::back_inserter(answer.evidence));
  if (wrong == 0) return;
  answer.result = Result::kFail;
  answer.reason += (answer.reason.empty() ? "" : "; ") + first + " (" + std::to_string(wrong) +
                   " of " + std::to_string(entries.size()) + " boot entries)";
}

Answer JudgeParameter(const Boot& expected, Host& host) {
  if (!Meets(expected.wanted(), "")) return {Result::kNotChecked, "unknown comparison", {}};
  Answer answer{Result::kPass, "", {}};
  if (host.live()) {
    Expected<void> running = JudgeRunning(expected, host, answer);
    if (!running) return CannotTell(running.error());
  }
  const Expected<BootConfig>& config = BootConfigOf(host);
  if (!config) return CannotTell(config.error());
  JudgeEntries(expected, config->entries, answer);
  if (answer.result == Result::kFail) {
    answer.reason += ", wanted is " + Wanted(expected);
  } else if (config->entries.empty()) {
    answer.result = Result::kNotChecked;
    answer.reason =
        std::string(kNoConfiguration) +
        (host.live() ? ": the running kernel is as wanted, the next boot is unknown" : "");
  }
  return answer;
}

// One superuser who can prove it is enough; one whose password can be read is too much.
std::string WhatLacks(const GrubMenu& menu) {
  if (menu.superusers.empty()) return "sets no superusers";
  bool hashed = false;
  for (const GrubPassword& password : menu.passwords) {
    if (std::ranges::find(menu.superusers, password.user) == menu.superusers.end()) continue;
    if (!password.hashed)
      return "has a password of superuser " + password.user + " that is no PBKDF2 hash";
    hashed = true;
  }
  return hashed ? "" : "has no password_pbkdf2 of a superuser";
}

Answer JudgePassword(Host& host) {
  const Expected<BootConfig>& config = BootConfigOf(host);
  if (!config) return CannotTell(config.error());
  if (config->empty()) return {Result::kNotChecked, kNoConfiguration, {}};
  if (config->menus.empty())
    return {Result::kNotApplicable,
            "GRUB is not the boot loader here, and " + config->entries[0].file +
                " can ask for no password",
            {}};
  Answer answer{Result::kPass, "", {}};
  for (const GrubMenu& menu : config->menus) {
    std::string lacks = WhatLacks(menu);
    answer.evidence.push_back({menu.file, menu.line, lacks.empty() ? "superusers and hash" : lacks,
                               "set superusers and password_pbkdf2"});
    if (lacks.empty() || answer.result == Result::kFail) continue;
    answer.result = Result::kFail;
    answer.reason = menu.file + " " + lacks + ": anybody at the console may change how it boots";
  }
  return answer;
}

}  // namespace

Answer JudgeBoot(const Boot& expected, Host& host) {
  return expected.password() ? JudgePassword(host) : JudgeParameter(expected, host);
}

}  // namespace assay
