// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/accounts.h"

#include <algorithm>
#include <charconv>

#include "checks/formats/lines.h"

namespace assay {

namespace {

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string> Names(std::string_view list) {
  std::vector<std::string> names;
  for (std::string_view name : Split(list, ','))
    if (!Trim(name).empty()) names.emplace_back(Trim(name));
  return names;
}

template <typename Number>
bool Whole(std::string_view text, Number& into) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

// (uid_t)-1 means "no id" to the system calls.
bool Id(std::string_view text, uint32_t& into) { return Whole(text, into) && into != UINT32_MAX; }

bool Days(std::string_view text, std::optional<int64_t>& into) {
  if (text.empty()) return true;
  int64_t days = 0;
  if (!Whole(text, days)) return false;
  into = days;
  return true;
}

using Fields = std::vector<std::string_view>;

bool Fill(const Fields& f, PasswdEntry& into) {
  into.password = f[1];
  into.gecos = f[4];
  into.home = f[5];
  into.shell = f[6];
  return Id(f[2], into.uid) && Id(f[3], into.gid);
}

bool Fill(const Fields& f, ShadowEntry& into) {
  into.password = f[1];
  return Days(f[2], into.last_change) && Days(f[3], into.min_days) && Days(f[4], into.max_days) &&
         Days(f[5], into.warn_days) && Days(f[6], into.inactive_days) && Days(f[7], into.expires);
}

bool Fill(const Fields& f, GroupEntry& into) {
  into.password = f[1];
  into.members = Names(f[3]);
  return Id(f[2], into.gid);
}

bool FillSecret(const Fields& f, GroupEntry& into) {
  into.password = f[1];
  into.members = Names(f[2]);
  for (std::string& name : Names(f[3])) into.members.push_back(std::move(name));
  return true;
}

bool Plain(std::string_view line) {
  bool control = std::ranges::any_of(
      line, [](char c) { return (uint8_t(c) < 0x20 && c != '\t') || c == 0x7f; });
  return !control && line[0] != ' ' && line[0] != '\t' && line[0] != ':';
}

template <typename Entry>
Expected<AccountFile<Entry>> Parse(std::string_view text, std::string_view file, size_t fields,
                                   bool (*fill)(const Fields&, Entry&)) {
  AccountFile<Entry> parsed;
  int number = 0;
  // Not LinesOf(): a CR would become part of the shell, so it is no line's end here.
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    number++;
    std::string_view seen = Trim(line);
    if (seen.empty() || seen[0] == '#') continue;
    if (line[0] == '+' || line[0] == '-') {
      parsed.compat.push_back(number);
      continue;
    }
    Entry entry;
    Fields parts = Split(line, ':');
    if (!Plain(line) || parts.size() != fields || !fill(parts, entry))
      return Fail(ErrorCode::kInvalid,
                  std::string(file) + ":" + std::to_string(number) + " is malformed",
                  "see pwck(8) and grpck(8)");
    entry.name = parts[0];
    entry.line = number;
    parsed.entries.push_back(std::move(entry));
  }
  return parsed;
}

}  // namespace

Expected<AccountFile<PasswdEntry>> ParsePasswd(std::string_view text, std::string_view file) {
  return Parse<PasswdEntry>(text, file, 7, Fill);
}

Expected<AccountFile<ShadowEntry>> ParseShadow(std::string_view text, std::string_view file) {
  return Parse<ShadowEntry>(text, file, 9, Fill);
}

Expected<AccountFile<GroupEntry>> ParseGroup(std::string_view text, std::string_view file) {
  return Parse<GroupEntry>(text, file, 4, Fill);
}

Expected<AccountFile<GroupEntry>> ParseGshadow(std::string_view text, std::string_view file) {
  return Parse<GroupEntry>(text, file, 4, FillSecret);
}

std::vector<LoginShell> ParseShells(std::string_view text) {
  std::vector<LoginShell> shells;
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    number++;
    line = line.substr(0, line.find('#'));
    std::vector<std::string_view> words = WordsOf(line);
    if (!words.empty() && words[0].starts_with('/'))
      shells.push_back({std::string(words[0]), number});
  }
  return shells;
}

std::map<std::string, LoginDef> ParseLoginDefs(std::string_view text) {
  std::map<std::string, LoginDef> values;
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    number++;
    line = Trim(line);
    if (line.empty() || line[0] == '#') continue;
    size_t end = line.find_first_of(" \t");
    std::string_view value = end == std::string_view::npos ? "" : Trim(line.substr(end));
    while (value.starts_with('"')) value.remove_prefix(1);
    value = value.substr(0, value.find('"'));
    values[std::string(line.substr(0, end))] = {std::string(value), number};
  }
  return values;
}

bool IsNoLoginShell(std::string_view shell) {
  std::string_view program = shell.substr(shell.rfind('/') + 1);
  return shell.starts_with('/') && (program == "nologin" || program == "false");
}

bool IsLocked(std::string_view password) {
  return password.starts_with('!') || password.starts_with('*');
}

bool IsHash(std::string_view password) {
  auto printable = [](char c) { return c > ' ' && c < 0x7f && c != '*' && c != '!' && c != ':'; };
  if (!std::ranges::all_of(password, printable)) return false;
  if (password.starts_with('$')) return std::ranges::count(password, '$') >= 3;
  if (password.starts_with('_')) return password.size() == 20;
  return password.size() == 13 && !password.contains('$');
}

const ShadowEntry* AccountDatabase::Shadow(std::string_view name) const {
  auto found = shadow_lines.find(name);
  return found == shadow_lines.end() ? nullptr : &shadow->entries[found->second];
}

std::optional<std::string_view> AccountDatabase::PasswordOf(const PasswdEntry& user) const {
  if (user.password != "x") return user.password;
  const ShadowEntry* entry = Shadow(user.name);
  if (!entry) return std::nullopt;
  return entry->password;
}

}  // namespace assay
