// SPDX-License-Identifier: Apache-2.0
#include "checks/harden/debian_pam.h"

#include <algorithm>

#include "checks/formats/lines.h"
#include "checks/harden/fix.h"

namespace assay {

namespace {

constexpr char kProfiles[] = "/usr/share/pam-configs/";
constexpr char kState[] = "/var/lib/pam/";
constexpr char kSeen[] = "/var/lib/pam/seen";
constexpr char kOurs[] = "assay-";
constexpr size_t kMaxProfiles = 1000;

std::string StackPath(std::string_view stack) { return "/etc/pam.d/common-" + std::string(stack); }

bool IsBackup(std::string_view name) {
  return name.ends_with('~') || (name.size() > 2 && name.starts_with('#') && name.ends_with('#'));
}

// Where a line's arguments begin if it is one of the module; npos if it is not.
size_t ArgsOf(std::string_view line, std::string_view module) {
  size_t from = line.starts_with('[') ? line.find(']') : 0;
  if (from == line.npos) return line.npos;
  size_t at = line.find(module, from);
  if (at == line.npos || at == 0 || !std::string_view(" \t/").contains(line[at - 1]))
    return line.npos;
  size_t end = at + module.size();
  if (end < line.size() && line[end] != ' ' && line[end] != '\t') return line.npos;
  return end;
}

bool Names(const std::string& lines, std::string_view module) {
  return std::ranges::any_of(
      LinesOf(lines), [&](std::string_view line) { return ArgsOf(line, module) != line.npos; });
}

std::string Edited(const std::string& lines, std::string_view module, bool initial,
                   const DebianPam::Edit& edit) {
  std::string text;
  for (std::string_view line : LinesOf(lines)) {
    if (!text.empty()) text += "\n";
    size_t end = ArgsOf(line, module);
    text += line.substr(0, end);
    if (end == line.npos) continue;
    std::vector<std::string> args;
    for (std::string_view word : WordsOf(line.substr(end))) args.emplace_back(word);
    edit(args, initial);
    for (const std::string& arg : args) text += " " + arg;
  }
  return text;
}

// A package's profile under a name of ours.
PamProfile OwnCopy(PamProfile profile) {
  profile.conflicts.insert(profile.id);
  profile.id = kOurs + profile.id;
  profile.fields["Name"] += " (as assay hardens it)";
  profile.fields["Default"] = "yes";
  return profile;
}

}  // namespace

Expected<DebianPam> DebianPam::Load(const Plan& plan) {
  if (!TRY(plan.Read(StackPath("auth"))))
    return ByHand(
        "these stacks are not of pam-auth-update; with authselect: authselect "
        "enable-feature with-faillock, with-pwhistory, without-nullok");
  DebianPam pam;
  TRY(pam.ReadProfiles(plan));
  TRY(pam.ReadState(plan));
  TRY(pam.Compare(plan));
  return pam;
}

Expected<void> DebianPam::ReadProfiles(const Plan& plan) {
  std::vector<std::string> names = TRY(plan.List("/usr/share/pam-configs"));
  if (names.size() > kMaxProfiles) return Fail(ErrorCode::kInvalid, "too many PAM profiles");
  for (const std::string& name : names) {
    if (IsBackup(name)) continue;
    std::optional<std::string> text = TRY(plan.Read(kProfiles + name));
    std::optional<PamProfile> profile = ParsePamProfile(name, text.value_or(""));
    if (profile) all_.push_back(std::move(*profile));
  }
  SortPamProfiles(all_);
  return {};
}

Expected<void> DebianPam::ReadState(const Plan& plan) {
  std::set<std::string> enabled;
  for (const char* stack : kPamStacks) {
    std::optional<std::string> state = TRY(plan.Read(kState + std::string(stack)));
    if (!state) return ByHand("run pam-auth-update once: it has no state in /var/lib/pam");
    enabled.merge(PamStateProfiles(*state));
    std::optional<std::string> form = TRY(plan.Read("/usr/share/pam/common-" + std::string(stack)));
    if (!form) return ByHand("/usr/share/pam/common-" + std::string(stack) + " is not there");
    forms_[stack] = *form;
  }
  for (const PamProfile& profile : all_)
    if (enabled.contains(profile.id)) enabled_.push_back(profile);
  std::string seen = TRY(plan.Read(kSeen)).value_or("");
  for (std::string_view name : LinesOf(seen)) seen_.insert(std::string(name));
  return {};
}

Expected<void> DebianPam::Compare(const Plan& plan) const {
  for (const char* stack : kPamStacks) {
    std::optional<std::string> now = TRY(plan.Read(StackPath(stack)));
    std::optional<std::string> state = TRY(plan.Read(kState + std::string(stack)));
    if (now && now == PamStackText(stack, forms_.at(stack), enabled_) &&
        state == PamStateText(stack, enabled_))
      continue;
    return ByHand(StackPath(stack) +
                  " is not what pam-auth-update makes of its profiles: somebody changed it, and "
                  "only they know why");
  }
  return {};
}

bool DebianPam::Has(std::string_view stack, std::string_view module) const {
  return std::ranges::any_of(enabled_, [&](const PamProfile& profile) {
    return Names(profile.Field(stack, ""), module) ||
           Names(profile.Field(stack, "-Initial"), module);
  });
}

bool DebianPam::Enable(std::string_view id) {
  auto found = std::ranges::find(all_, id, &PamProfile::id);
  if (found == all_.end()) return false;
  if (std::ranges::find(enabled_, id, &PamProfile::id) != enabled_.end()) return true;
  const PamProfile profile = *found;
  std::erase_if(enabled_, [&](const PamProfile& other) {
    return profile.conflicts.contains(other.id) || other.conflicts.contains(profile.id);
  });
  enabled_.push_back(profile);
  SortPamProfiles(enabled_);
  seen_.insert(profile.id);
  return true;
}

void DebianPam::Add(const PamProfile& profile) {
  std::erase_if(all_, [&](const PamProfile& other) { return other.id == profile.id; });
  std::erase_if(enabled_, [&](const PamProfile& other) { return other.id == profile.id; });
  all_.push_back(profile);
  SortPamProfiles(all_);
  ours_.insert(profile.id);
  Enable(profile.id);
}

void DebianPam::EditArgs(std::string_view type, std::string_view module, const Edit& edit) {
  const std::vector<PamProfile> before = enabled_;
  for (const PamProfile& profile : before) {
    PamProfile changed = profile;
    for (bool initial : {false, true}) {
      auto field = changed.fields.find(PamFieldName(type, initial ? "-Initial" : ""));
      if (field != changed.fields.end() && Names(field->second, module))
        field->second = Edited(field->second, module, initial, edit);
    }
    if (changed.fields == profile.fields) continue;
    Add(profile.id.starts_with(kOurs) ? changed : OwnCopy(changed));
  }
}

bool DebianPam::IsFirst(std::string_view stack, std::string_view module) const {
  for (const PamProfile& profile : enabled_)
    if (profile.Field(stack, "-Type") == "Primary")
      return Names(profile.Field(stack, "-Initial"), module) ||
             (profile.Field(stack, "-Initial").empty() && Names(profile.Field(stack, ""), module));
  return false;
}

Expected<void> DebianPam::Save(Plan& plan) const {
  if (ours_.empty() && Compare(plan)) return {};
  for (const PamProfile& profile : all_)
    if (ours_.contains(profile.id))
      TRY(plan.Write(kProfiles + profile.id, PamProfileText(profile)));
  for (const char* stack : kPamStacks) {
    std::optional<std::string> text = PamStackText(stack, forms_.at(stack), enabled_);
    if (!text) return Fail(ErrorCode::kInvalid, "a PAM profile has a line that is none");
    TRY(plan.Write(StackPath(stack), *text));
    TRY(plan.Write(kState + std::string(stack), PamStateText(stack, enabled_)));
  }
  std::string seen;
  for (const PamProfile& profile : all_)
    if (seen_.contains(profile.id)) seen += profile.id + "\n";
  return plan.Write(kSeen, seen);
}

}  // namespace assay
