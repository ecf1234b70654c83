// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/apparmor.h"

#include <algorithm>
#include <set>

#include "checks/formats/lines.h"
#include "checks/predicates/process_label.h"

namespace assay {

namespace {

constexpr char kLook[] = "apparmor";
constexpr char kKernel[] = "/sys/kernel/security/apparmor";
constexpr char kProfiles[] = "/etc/apparmor.d";

bool IsAbsent(const Error& error) { return error.code == ErrorCode::kNotFound; }

// Where /sys itself cannot be listed, an absent file in it says nothing.
Expected<bool> IsEnabled(Host& host) {
  (void)TRY(host.ListKernel("/sys/module", kLook));
  Expected<std::string> enabled = host.ReadKernel("/sys/module/apparmor/parameters/enabled", kLook);
  if (!enabled && IsAbsent(enabled.error())) return false;
  if (!enabled) return std::unexpected(enabled.error());
  return enabled->starts_with('Y');
}

// The patterns of programs that a profile is for.
Expected<std::vector<std::string>> Attachments(Host& host,
                                               const std::vector<ApparmorProfile>& profiles) {
  std::vector<std::string> patterns;
  std::string directory = std::string(kKernel) + "/policy/profiles";
  Expected<std::vector<std::string>> names = host.ListKernel(directory, kLook);
  if (!names && !IsAbsent(names.error())) return std::unexpected(names.error());
  if (names)
    for (const std::string& name : *names) {
      Expected<std::string> attach = host.ReadKernel(directory + "/" + name + "/attach", kLook);
      if (attach) patterns.emplace_back(Trim(attach->substr(0, attach->find('\n'))));
      if (!attach && !IsAbsent(attach.error())) return std::unexpected(attach.error());
    }
  for (const ApparmorProfile& profile : profiles)
    if (!profile.name.contains("//")) patterns.push_back(profile.name);
  std::erase_if(patterns, [](const std::string& one) { return !one.starts_with('/'); });
  std::ranges::sort(patterns);
  patterns.erase(std::ranges::unique(patterns).begin(), patterns.end());
  return patterns;
}

Expected<std::string> PatternFor(const std::string& program,
                                 const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns)
    if (TRY(ApparmorGlobMatches(pattern, program))) return pattern;
  return std::string();
}

Expected<void> FindUnconfined(Host& host, ApparmorState& state) {
  std::vector<std::string> patterns = TRY(Attachments(host, state.profiles));
  std::map<std::string, std::string> pattern_of;  // many processes run one program
  for (auto& [pid, label, program] : TRY(LabelledProcesses(host, kLook))) {
    if (label != "unconfined") continue;
    if (!pattern_of.contains(program)) {
      std::string found = TRY(PatternFor(program, patterns));
      pattern_of[program] = std::move(found);
    }
    if (const std::string& pattern = pattern_of[program]; !pattern.empty())
      state.unconfined.push_back({pid, program, pattern});
  }
  return {};
}

Expected<std::set<std::string>> NamesIn(Host& host, const std::string& directory) {
  Expected<std::vector<std::string>> names = host.List(directory);
  if (!names && IsAbsent(names.error())) return std::set<std::string>();
  if (!names) return std::unexpected(names.error());
  return std::set<std::string>(names->begin(), names->end());
}

Expected<void> ReadProfile(Host& host, const std::string& file,
                           std::vector<ApparmorException>& exceptions) {
  Expected<Metadata> metadata = host.StatTarget(file);
  // A link that leads nowhere loads nothing.
  if (!metadata && IsAbsent(metadata.error())) return {};
  if (!metadata) return std::unexpected(metadata.error());
  if (metadata->type == Metadata::Type::kDirectory) return {};
  std::string text = TRY(ReadText(host, file));
  for (const ApparmorFlags& flags : FindApparmorFlags(text))
    for (const char* mode : {"complain", "unconfined"})
      if (flags.has(mode)) exceptions.push_back({file, flags.line, mode});
  return {};
}

}  // namespace

Expected<ApparmorState> ReadApparmorState(Host& host) {
  ApparmorState state;
  state.enabled = TRY(IsEnabled(host));
  if (!state.enabled) return state;
  Expected<std::string> text = host.ReadKernel(std::string(kKernel) + "/profiles", kLook, 16 << 20);
  if (!text && IsAbsent(text.error()))
    return Fail(ErrorCode::kInvalid, "AppArmor is enabled but its profiles cannot be listed",
                "mount securityfs on /sys/kernel/security");
  if (!text) return std::unexpected(text.error());
  state.profiles = TRY(ParseApparmorProfiles(*text));
  Expected<void> processes = FindUnconfined(host, state);
  if (!processes) return std::unexpected(processes.error());
  return state;
}

Expected<std::vector<ApparmorException>> ReadApparmorExceptions(Host& host) {
  std::vector<ApparmorException> exceptions;
  std::string base = kProfiles;
  std::set<std::string> disabled = TRY(NamesIn(host, base + "/disable"));
  std::set<std::string> complaining = TRY(NamesIn(host, base + "/force-complain"));
  for (const std::string& name : TRY(NamesIn(host, base))) {
    if (!IsApparmorFile(name)) continue;
    if (disabled.contains(name)) {
      exceptions.push_back({base + "/disable/" + name, 0, "disabled"});
      continue;
    }
    if (complaining.contains(name))
      exceptions.push_back({base + "/force-complain/" + name, 0, "complain"});
    Expected<void> read = ReadProfile(host, base + "/" + name, exceptions);
    if (!read) return std::unexpected(read.error());
  }
  return exceptions;
}

}  // namespace assay
