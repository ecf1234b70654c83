// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>

#include "checks/formats/accounts.h"
#include "checks/formats/lines.h"
#include "checks/predicates/shell_files.h"

namespace assay {

namespace {

constexpr size_t kShown = 20, kMaxEntries = 2000;
using Kind = ShellSetting::Kind;

// One candidate of an entry of root's PATH.
struct PathEntry {
  std::string file;
  int line;
  std::string text;  // expansions of root's home are done
  bool certain;      // else its directory need not exist
  bool known;
};

void Replace(std::string& text, std::string_view what, std::string_view by) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

// What stands for the PATH there was before, which is judged where it was set.
constexpr const char* kBefore[] = {"${PATH:+:${PATH}}", "${PATH:+:$PATH}", "${PATH:+${PATH}:}",
                                   "${PATH:+$PATH:}",   "${PATH}",         "$PATH"};
constexpr char kMark = '\1';

// The earlier PATH becomes a mark, or nothing where it brings its own colon.
std::string WithMark(std::string value) {
  for (const char* before : kBefore)
    Replace(value, before,
            std::string_view(before).contains(":+") ? "" : std::string_view(&kMark, 1));
  return value;
}

// At colons that are not inside of an expansion.
std::vector<std::string> SplitPath(std::string_view value) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (char c : value) {
    depth += (c == '{' || c == '(') - (c == '}' || c == ')');
    if (c == ':' && depth <= 0)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

// One entry per colon; $1 of a function is what its callers give.
void AddValue(PathEntry base, bool literal, const std::string& home,
              std::vector<PathEntry>& entries) {
  std::string value = base.text;
  if (!literal) {
    value = WithMark(value);
    if (value.empty()) return;
    Replace(value, "${HOME}", home);
    Replace(value, "$HOME", home);
  }
  for (std::string& part : SplitPath(value)) {
    if (!literal && (part == std::string_view(&kMark, 1) || part == "$1")) continue;
    base.known = literal || part.find_first_of("$`\1") == std::string::npos;
    base.text = std::move(part);
    if (entries.size() <= kMaxEntries) entries.push_back(base);
  }
}

Expected<std::optional<std::string>> MaybeRead(Host& host, const char* path) {
  Expected<std::string> text = ReadText(host, path);
  if (!text && text.error().code == ErrorCode::kNotFound) return std::nullopt;
  if (!text) return std::unexpected(text.error());
  return std::move(*text);
}

// ENV_SUPATH of login.defs(5), or its default.
Expected<void> AddLoginDefs(Host& host, const std::string& home, std::vector<PathEntry>& entries) {
  std::optional<std::string> text = TRY(MaybeRead(host, "/etc/login.defs"));
  std::map<std::string, LoginDef> values = ParseLoginDefs(text.value_or(""));
  auto found = values.find("ENV_SUPATH");
  PathEntry base{"/etc/login.defs", 0, "/sbin:/bin:/usr/sbin:/usr/bin", true, true};
  if (found != values.end()) {
    base.line = found->second.line;
    base.text = found->second.value;
    if (base.text.starts_with("PATH=")) base.text.erase(0, 5);
  }
  AddValue(base, true, home, entries);
  return {};
}

// KEY=VALUE of pam_env(8).
Expected<void> AddEnvironment(Host& host, const std::string& home,
                              std::vector<PathEntry>& entries) {
  std::optional<std::string> text = TRY(MaybeRead(host, "/etc/environment"));
  if (!text) return {};
  int number = 0;
  for (std::string_view line : LinesOf(*text)) {
    number++;
    line = Trim(line);
    if (line.starts_with("export ")) line = Trim(line.substr(7));
    if (!line.starts_with("PATH=")) continue;
    line.remove_prefix(5);
    if (line.starts_with('"') || line.starts_with('\'')) line.remove_prefix(1);
    if (line.ends_with('"') || line.ends_with('\'')) line.remove_suffix(1);
    AddValue({"/etc/environment", number, std::string(line), false, true}, true, home, entries);
  }
  return {};
}

std::vector<std::string> RootFiles(const std::string& home) {
  std::vector<std::string> files = SystemShellFiles();
  for (const char* name : {"/.profile", "/.bash_profile", "/.bash_login", "/.bashrc"})
    files.push_back(home + name);
  return files;
}

Expected<std::string> HomeOfRoot(Host& host) {
  const Expected<AccountDatabase>& accounts = ReadAccounts(host);
  if (!accounts) return std::unexpected(accounts.error());
  for (const PasswdEntry& user : accounts->passwd.entries)
    if (user.name == "root" && user.home.starts_with('/')) return user.home;
  return std::string("/root");
}

Expected<std::vector<PathEntry>> Entries(Host& host) {
  std::vector<PathEntry> entries;
  std::string home = TRY(HomeOfRoot(host));
  for (auto add : {AddLoginDefs, AddEnvironment})
    if (Expected<void> added = add(host, home, entries); !added)
      return std::unexpected(added.error());
  const Expected<std::vector<PlacedSetting>>& settings = ReadShellFiles(host, RootFiles(home));
  if (!settings) return std::unexpected(settings.error());
  for (const PlacedSetting& one : *settings) {
    const ShellSetting& s = one.setting;
    if (s.name == "PATH" && (s.kind == Kind::kAssign || s.kind == Kind::kPathEntry))
      AddValue({one.file, s.line, s.value, false, s.literal}, s.literal, home, entries);
    else if (s.kind == Kind::kEval && s.value.contains("PATH"))
      entries.push_back({one.file, s.line, s.value, false, false});
  }
  if (entries.size() > kMaxEntries)
    return Fail(ErrorCode::kInvalid, "root's PATH has more than 2000 entries");
  return entries;
}

std::string Octal(uint32_t mode) {
  char text[16];
  snprintf(text, sizeof text, "%04o", mode);
  return text;
}

// Empty where the entry is as it should be.
Expected<std::string> ProblemOf(const PathEntry& entry, uint32_t root, Host& host) {
  if (entry.text.empty()) return std::string("is empty: the current directory");
  if (!entry.text.starts_with('/')) return std::string("is relative");
  Expected<Metadata> found = host.StatTarget(entry.text);
  if (!found && found.error().code == ErrorCode::kNotFound)
    return std::string(entry.certain ? "does not exist" : "");
  if (!found) return std::unexpected(found.error());
  if (found->type != Metadata::Type::kDirectory) return std::string("is no directory");
  if (found->uid != root) return "belongs to uid " + std::to_string(found->uid);
  if (found->mode & 0022) return "has mode " + Octal(found->mode);
  return std::string();
}

}  // namespace

Answer JudgeRootPath(const ShellEnvironment&, Host& host) {
  Expected<std::vector<PathEntry>> entries = Entries(host);
  if (!entries) return CannotTell(entries.error());
  Expected<uint32_t> root = host.Uid("root");
  if (!root) return CannotTell(root.error());
  const char* wanted = "directories of root that others cannot write";
  Answer answer{Result::kPass, "", {}};
  const PathEntry* unknown = nullptr;
  for (const PathEntry& entry : *entries) {
    if (!entry.known) {
      unknown = &entry;
      continue;
    }
    Expected<std::string> problem = ProblemOf(entry, *root, host);
    if (!problem) return CannotTell(problem.error());
    if (problem->empty()) continue;
    if (answer.result == Result::kPass)
      answer.reason = "the entry '" + entry.text + "' of root's PATH (" + entry.file + ":" +
                      std::to_string(entry.line) + ") " + *problem + ", wanted are " + wanted;
    answer.result = Result::kFail;
    if (answer.evidence.size() < kShown)
      answer.evidence.push_back({entry.file, entry.line, entry.text + " " + *problem, wanted});
  }
  if (answer.result == Result::kFail) return answer;
  if (unknown)
    return {Result::kNotChecked,
            "the entry '" + unknown->text + "' of root's PATH (" + unknown->file + ":" +
                std::to_string(unknown->line) + ") is known only when the shell runs",
            {{unknown->file, unknown->line, unknown->text, wanted}}};
  for (const PathEntry& entry : *entries)
    if (answer.evidence.size() < kShown)
      answer.evidence.push_back({entry.file, entry.line, entry.text, wanted});
  return answer;
}

}  // namespace assay
