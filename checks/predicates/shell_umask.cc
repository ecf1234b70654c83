// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <map>
#include <optional>

#include "checks/formats/accounts.h"
#include "checks/formats/lines.h"
#include "checks/predicates/shell_files.h"

namespace assay {

namespace {

constexpr size_t kShown = 20;
using Kind = ShellSetting::Kind;

std::string Octal(uint32_t mask) {
  char text[16];
  snprintf(text, sizeof text, "%04o", mask);
  return text;
}

// What all settings together say.
struct Seen {
  const PlacedSetting *slack = nullptr, *unknown = nullptr, *certain = nullptr, *possible = nullptr;
};

Seen Look(const std::vector<PlacedSetting>& settings, uint32_t wanted, Answer& answer) {
  Seen seen;
  for (const PlacedSetting& one : settings) {
    const ShellSetting& setting = one.setting;
    bool code = setting.kind == Kind::kEval && setting.value.contains("umask");
    if (setting.kind != Kind::kUmask && !code) continue;
    if (answer.evidence.size() < kShown)
      answer.evidence.push_back(
          {one.file, setting.line, "umask " + setting.value, Octal(wanted) + " or tighter"});
    std::optional<uint32_t> mask;
    if (setting.literal && !code) mask = ParseUmask(setting.value);
    if (!mask)
      seen.unknown = &one;
    else if ((*mask & wanted) != wanted)
      seen.slack = &one;
    else
      (setting.certain ? seen.certain : seen.possible) = &one;
  }
  return seen;
}

// pam_umask(8) in the session stack: its own option, or the sign that it reads UMASK.
struct PamUmask {
  bool present = false;
  std::optional<PlacedSetting> option;
};

Expected<PamUmask> ReadPamUmask(Host& host) {
  PamUmask found;
  for (const char* file :
       {"/etc/pam.d/common-session", "/etc/pam.d/postlogin", "/etc/pam.d/system-auth"}) {
    Expected<std::string> text = ReadText(host, file);
    if (!text && text.error().code == ErrorCode::kNotFound) continue;
    if (!text) return std::unexpected(text.error());
    int number = 0;
    for (std::string_view line : LinesOf(*text)) {
      number++;
      std::vector<std::string_view> words = WordsOf(line.substr(0, line.find('#')));
      bool session = !words.empty() && (words[0] == "session" || words[0] == "-session");
      bool module = false;
      for (std::string_view word : words) {
        module |= word.ends_with("pam_umask.so");
        if (!session || !module) continue;
        found.present = true;
        if (word.starts_with("umask="))
          found.option = {file,
                          {Kind::kUmask, "umask", std::string(word.substr(6)), true, true, number}};
      }
    }
  }
  return found;
}

// What a session starts with, before any shell reads a file.
Expected<std::optional<PlacedSetting>> SessionUmask(Host& host) {
  PamUmask pam = TRY(ReadPamUmask(host));
  if (pam.option || !pam.present) return pam.option;
  Expected<std::string> text = ReadText(host, "/etc/login.defs");
  if (!text && text.error().code == ErrorCode::kNotFound) return std::nullopt;
  if (!text) return std::unexpected(text.error());
  std::map<std::string, LoginDef> values = ParseLoginDefs(*text);
  auto found = values.find("UMASK");
  if (found == values.end()) return std::nullopt;
  return PlacedSetting{
      "/etc/login.defs",
      {Kind::kUmask, "umask", found->second.value, true, true, found->second.line}};
}

Answer With(Answer answer, Result result, std::string reason) {
  answer.result = result;
  answer.reason = std::move(reason);
  return answer;
}

Answer Unset(const ShellEnvironment& expected, Answer answer) {
  if (!expected.unset_passes())
    return With(std::move(answer), Result::kFail,
                "no start-up file sets the umask, and pam_umask sets none for the session, wanted "
                "is " +
                    Octal(expected.umask()) + " or tighter");
  std::string files;
  for (const std::string& file : expected.files()) files += (files.empty() ? "" : ", ") + file;
  answer.evidence.push_back({files, 0, "umask not set", Octal(expected.umask()) + " or tighter"});
  return answer;
}

// None of the files decides alone: what did the session start with?
Answer JudgeSession(const ShellEnvironment& expected, const Seen& seen, Answer answer, Host& host) {
  std::optional<PlacedSetting> session;
  if (expected.files().empty()) {
    Expected<std::optional<PlacedSetting>> found = SessionUmask(host);
    if (!found) return CannotTell(found.error());
    session = *found;
  }
  uint32_t wanted = expected.umask();
  std::optional<uint32_t> mask = session ? ParseUmask(session->setting.value) : std::nullopt;
  if (session)
    answer.evidence.push_back({session->file, session->setting.line,
                               "umask " + session->setting.value, Octal(wanted) + " or tighter"});
  if (session && !mask)
    return With(std::move(answer), Result::kError, session->Where() + ": the umask is no number");
  if (mask && (*mask & wanted) == wanted) return answer;
  if (seen.possible && !expected.unset_passes())
    return With(std::move(answer), Result::kNotChecked,
                "the umask is set only where a condition decides (" + seen.possible->Where() +
                    "), and the shell is not run");
  if (mask)
    return With(std::move(answer), Result::kFail,
                "the umask is " + Octal(*mask) + " (" + session->Where() + "), wanted is " +
                    Octal(wanted) + " or tighter");
  if (seen.possible) return answer;
  return Unset(expected, std::move(answer));
}

}  // namespace

Answer JudgeUmask(const ShellEnvironment& expected, Host& host) {
  std::vector<std::string> files(expected.files().begin(), expected.files().end());
  const Expected<std::vector<PlacedSetting>>& settings =
      ReadShellFiles(host, files.empty() ? SystemShellFiles() : files);
  if (!settings) return CannotTell(settings.error());
  Answer answer{Result::kPass, "", {}};
  Seen seen = Look(*settings, expected.umask(), answer);
  if (seen.slack)
    return With(std::move(answer), Result::kFail,
                "umask " + seen.slack->setting.value + " (" + seen.slack->Where() +
                    "), wanted is " + Octal(expected.umask()) + " or tighter");
  if (seen.unknown)
    return With(std::move(answer), Result::kNotChecked,
                "umask '" + seen.unknown->setting.value + "' (" + seen.unknown->Where() +
                    ") is known only when the shell runs");
  if (seen.certain) return answer;
  return JudgeSession(expected, seen, std::move(answer), host);
}

}  // namespace assay
