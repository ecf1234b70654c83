// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/apparmor.h"

#include <algorithm>
#include <set>

#include "checks/formats/lines.h"

namespace assay {

namespace {

constexpr char kLook[] = "apparmor";
constexpr char kKernel[] = "/sys/kernel/security/apparmor";
constexpr char kProfiles[] = "/etc/apparmor.d";

// Of a file that is one value; some end in a NUL.
std::string FirstLine(std::string_view text) {
  return std::string(Trim(text.substr(0, text.find_first_of(std::string_view("\n\0", 2)))));
}

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
      if (attach) patterns.push_back(FirstLine(*attach));
      if (!attach && !IsAbsent(attach.error())) return std::unexpected(attach.error());
    }
  for (const ApparmorProfile& profile : profiles)
    if (!profile.name.contains("//")) patterns.push_back(profile.name);
  std::erase_if(patterns, [](const std::string& one) { return !one.starts_with('/'); });
  std::ranges::sort(patterns);
  patterns.erase(std::ranges::unique(patterns).begin(), patterns.end());
  return patterns;
}

// The label of a process; empty for one that ended meanwhile.
Expected<std::string> LabelOf(Host& host, const std::string& process) {
  for (const char* file : {"/attr/apparmor/current", "/attr/current"}) {
    Expected<std::string> label = host.ReadKernel(process + file, kLook, 64 << 10);
    if (label) return FirstLine(*label);
    bool gone = !host.ListKernel(process + "/attr", kLook);
    if (gone) return std::string();
    if (!IsAbsent(label.error())) return std::unexpected(label.error());
  }
  return std::string();
}

// The program of a process; empty for a kernel thread and for one that ended meanwhile.
Expected<std::string> ProgramOf(Host& host, const std::string& process) {
  Expected<std::string> program = host.KernelLink(process + "/exe", kLook);
  bool none = !program && (IsAbsent(program.error()) || !host.ListKernel(process + "/attr", kLook));
  if (none) return std::string();
  if (!program) return program;
  constexpr std::string_view kDeleted = " (deleted)";
  if (program->ends_with(kDeleted)) program->resize(program->size() - kDeleted.size());
  return program;
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
  for (const std::string& pid : TRY(host.ListKernel("/proc", kLook))) {
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    std::string process = "/proc/" + pid;
    std::string label = TRY(LabelOf(host, process));
    if (label != "unconfined") continue;
    std::string program = TRY(ProgramOf(host, process));
    if (program.empty()) continue;
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
