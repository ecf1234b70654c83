// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>

#include "checks/predicates/account_invariants.h"

namespace assay {

namespace {

std::string Octal(uint32_t mode) {
  char text[16];
  snprintf(text, sizeof text, "%04o", mode);
  return text;
}

// Whoever has a shell, in /etc/shells or not: sshd(8) does not ask that file.
std::vector<const PasswdEntry*> Workers(const AccountQuestion& q) {
  std::vector<const PasswdEntry*> workers;
  for (const PasswdEntry& user : q.accounts.passwd.entries)
    if (!IsNoLoginShell(user.shell) && !q.Excepted(user.name)) workers.push_back(&user);
  return workers;
}

std::string ProblemOf(const PasswdEntry& user, const Metadata& found, uint32_t mode) {
  if (found.type != Metadata::Type::kDirectory) return "is no directory";
  if (found.uid != user.uid) return "belongs to uid " + std::to_string(found.uid);
  if (found.mode & 0777 & ~mode) return "has mode " + Octal(found.mode);
  return {};
}

// What a dot file may at most be; 0: it must not be there.
uint32_t AllowedMode(std::string_view name) {
  for (const char* trust : {".forward", ".rhost", ".rhosts", ".shosts"})
    if (name == trust) return 0;
  if (name == ".netrc" || name == ".bash_history") return 0600;
  return 0644;
}

std::string ProblemOfDotFile(const PasswdEntry& user, const Metadata& found, uint32_t allowed) {
  if (allowed == 0) return "lets others act for " + user.name;
  if (found.uid != user.uid) return "belongs to uid " + std::to_string(found.uid);
  if (found.gid != user.gid) return "belongs to gid " + std::to_string(found.gid);
  if (found.mode & ~allowed) return "has mode " + Octal(found.mode);
  return {};
}

Expected<void> AddDotFiles(const PasswdEntry& user, Host& host, std::vector<Offence>& offences) {
  if (!user.home.starts_with('/')) return {};
  Expected<std::vector<std::string>> names = host.List(user.home);
  if (!names && names.error().code == ErrorCode::kNotFound) return {};
  if (!names) return std::unexpected(names.error());
  for (const std::string& name : *names) {
    if (!name.starts_with('.')) continue;
    std::string path = (user.home == "/" ? "" : user.home) + "/" + name;
    Expected<Metadata> found = host.Stat(path);
    if (!found && found.error().code == ErrorCode::kNotFound) continue;
    if (!found) return std::unexpected(found.error());
    if (found->type != Metadata::Type::kRegular) continue;
    std::string problem = ProblemOfDotFile(user, *found, AllowedMode(name));
    if (!problem.empty()) offences.push_back({path, 0, path + " " + problem});
  }
  return {};
}

}  // namespace

Offences HomeDirectories(const AccountQuestion& q) {
  std::vector<Offence> offences;
  for (const PasswdEntry* user : Workers(q)) {
    std::string problem;
    if (!user->home.starts_with('/')) {
      problem = "is no absolute path";
    } else if (Expected<Metadata> found = q.host.StatTarget(user->home); found) {
      problem = ProblemOf(*user, *found, q.expected.mode());
    } else if (found.error().code == ErrorCode::kNotFound) {
      problem = "does not exist";
    } else {
      return std::unexpected(found.error());
    }
    if (!problem.empty())
      offences.push_back(
          {kPasswd, user->line, "the home '" + user->home + "' of " + user->name + " " + problem});
  }
  return offences;
}

Offences DotFiles(const AccountQuestion& q) {
  std::vector<Offence> offences;
  for (const PasswdEntry* user : Workers(q)) {
    Expected<void> added = AddDotFiles(*user, q.host, offences);
    if (!added) return std::unexpected(added.error());
  }
  return offences;
}

}  // namespace assay
