// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/audit_sources.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "checks/formats/lines.h"
#include "checks/formats/syscall_names.h"

namespace assay {

namespace {

constexpr const char* kRulesDirectory = "/etc/audit/rules.d";
constexpr const char* kRulesFile = "/etc/audit/audit.rules";
constexpr size_t kMostFiles = 1000;

std::optional<uint32_t> Found(Expected<uint32_t> id) {
  return id ? std::optional(*id) : std::nullopt;
}

bool IsDirectory(Host& host, std::string_view path) {
  Expected<Metadata> found = host.StatTarget(path);
  return found && found->type == Metadata::Type::kDirectory;
}

AuditWorld WorldOf(Host& host) {
  return {AuditArchOf(host).value_or(0),
          [&host](std::string_view name) { return Found(host.Uid(name)); },
          [&host](std::string_view name) { return Found(host.Gid(name)); },
          [&host](std::string_view path) { return IsDirectory(host, path); }};
}

// Users write /var/run and /sbin, rules and walks say /run and /usr/sbin.
void FollowLinks(Host& host, std::vector<AuditRule>& rules) {
  for (AuditRule& rule : rules) {
    std::set<AuditField> fields;
    for (AuditField field : rule.fields) {
      if (field.field == AUDIT_WATCH) field.text = WithoutLinks(host, field.text);
      if (field.field == AUDIT_DIR) field.text = host.RealPath(field.text).value_or(field.text);
      fields.insert(std::move(field));
    }
    rule.fields = std::move(fields);
  }
}

Expected<std::vector<AuditLine>> MergedLines(Host& host, std::vector<std::string> names) {
  std::erase_if(names, [](const std::string& name) {
    return name.starts_with('.') || !name.ends_with(".rules");
  });
  if (names.size() > kMostFiles)
    return Fail(ErrorCode::kInvalid, std::string(kRulesDirectory) + " has too many files");
  std::ranges::sort(names, VersionLess);
  std::vector<std::pair<std::string, std::string>> files;
  for (const std::string& name : names) {
    std::string path = std::string(kRulesDirectory) + "/" + name;
    // Up to audit 4.1 the shell cuts such a name in pieces, later versions do not.
    if (name.find_first_of(" \t\n") != std::string::npos)
      return Fail(ErrorCode::kInvalid,
                  path +
                      ": versions of augenrules disagree on names with "
                      "white space",
                  "rename the file");
    files.emplace_back(path, TRY(ReadText(host, path)));
  }
  return MergeAuditRules(files);
}

Expected<AuditFiles> ReadFiles(Host& host) {
  AuditFiles files{{}, kRulesDirectory, true};
  std::vector<AuditLine> lines;
  Expected<std::vector<std::string>> names = host.List(kRulesDirectory);
  if (names) {
    lines = TRY(MergedLines(host, *names));
  } else if (names.error().code == ErrorCode::kNotFound) {
    files.source = kRulesFile;
    Expected<std::string> text = ReadText(host, kRulesFile);
    if (!text && text.error().code == ErrorCode::kNotFound)
      return AuditFiles{{}, kRulesFile, false};
    lines = LinesOfAuditRules(kRulesFile, TRY(std::move(text)));
  } else {
    return std::unexpected(names.error());
  }
  files.set = TRY(ReadAuditRules(lines, WorldOf(host)));
  FollowLinks(host, files.set.rules);
  return files;
}

Expected<AuditKernel> AskKernel(Host& host) {
  Host::AuditMessages messages = TRY(host.AuditState());
  AuditKernel kernel{{}, TRY(ParseAuditStatus(messages.status))};
  for (const std::string& bytes : messages.rules)
    kernel.rules.push_back(TRY(ParseKernelAuditRule(bytes)));
  FollowLinks(host, kernel.rules);
  return kernel;
}

Expected<uint32_t> FindArch(Host& host) {
  if (host.live()) {
    std::string machine = TRY(host.MachineName());
    uint32_t arch = ArchOfMachine(machine);
    if (!arch)
      return Fail(ErrorCode::kUnsupported, "system calls of " + machine + " are not known");
    return arch;
  }
  for (const char* program : {"/usr/sbin/auditctl", "/sbin/auditctl", "/usr/bin/dash",
                              "/usr/bin/bash", "/bin/dash", "/bin/bash"}) {
    Expected<std::string> elf = host.Read(program);
    if (!elf && elf.error().code == ErrorCode::kNotFound) continue;
    if (uint32_t arch = ArchOfElf(TRY(std::move(elf)))) return arch;
    return Fail(ErrorCode::kUnsupported,
                std::string(program) + " is for a machine whose system calls are not known");
  }
  return Fail(ErrorCode::kNotFound,
              "the image has no auditctl, dash or bash to tell its machine by");
}

// Directories of programs. A link to another of them adds nothing: paths come out without links.
constexpr const char* kProgramDirectories[] = {"/usr/bin",     "/usr/sbin",  "/usr/lib",
                                               "/usr/libexec", "/usr/lib64", "/usr/local",
                                               "/bin",         "/sbin"};

Expected<std::vector<std::string>> FindCommands(Host& host) {
  std::set<std::string> walked, found;
  for (const char* directory : kProgramDirectories) {
    Expected<std::string> real = host.RealPath(directory);
    if (!real && real.error().code == ErrorCode::kNotFound) continue;
    if (!real) return std::unexpected(real.error());
    if (!walked.insert(*real).second) continue;
    std::vector<std::string> programs = TRY(host.SetIdFiles(*real));
    found.insert(programs.begin(), programs.end());
  }
  return std::vector<std::string>(found.begin(), found.end());
}

Expected<uint32_t> FindLowestId(Host& host, const std::string& key) {
  constexpr const char* kFile = "/etc/login.defs";
  uint32_t lowest = 1000;
  Expected<std::string> text = ReadText(host, kFile);
  if (!text && text.error().code == ErrorCode::kNotFound) return lowest;
  if (!text) return std::unexpected(text.error());
  for (std::string_view line : LinesOf(*text)) {
    std::vector<std::string_view> words = WordsOf(line);
    if (words.size() < 2 || words[0] != key) continue;
    auto [end, error] = std::from_chars(words[1].begin(), words[1].end(), lowest);
    if (error != std::errc() || end != words[1].end())
      return Fail(ErrorCode::kInvalid, std::string(kFile) + ": " + key + " is no number");
  }
  return lowest;
}

}  // namespace

const Expected<AuditFiles>& AuditFilesOf(Host& host) {
  return host.Once<Expected<AuditFiles>>("audit files", ReadFiles);
}

const Expected<AuditKernel>& AuditKernelOf(Host& host) {
  return host.Once<Expected<AuditKernel>>("audit kernel", AskKernel);
}

const Expected<uint32_t>& AuditArchOf(Host& host) {
  return host.Once<Expected<uint32_t>>("audit arch", FindArch);
}

const Expected<std::vector<std::string>>& PrivilegedCommandsOf(Host& host) {
  return host.Once<Expected<std::vector<std::string>>>("privileged commands", FindCommands);
}

Expected<uint32_t> LowestUserId(Host& host, const std::string& key) {
  return host.Once<Expected<uint32_t>>("lowest id " + key,
                                       [&key](Host& from) { return FindLowestId(from, key); });
}

std::string WithoutLinks(Host& host, const std::string& path) {
  size_t slash = path.rfind('/');
  if (slash == 0 || slash == std::string::npos) return path;
  Expected<std::string> parent = host.RealPath(path.substr(0, slash));
  return parent ? (*parent == "/" ? "" : *parent) + path.substr(slash) : path;
}

}  // namespace assay
