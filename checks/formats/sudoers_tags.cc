// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "checks/formats/sudoers_line.h"

namespace assay {

namespace {

constexpr std::string_view kTags[] = {"NOPASSWD",   "PASSWD",       "NOEXEC",    "EXEC",
                                      "INTERCEPT",  "NOINTERCEPT",  "SETENV",    "NOSETENV",
                                      "LOG_OUTPUT", "NOLOG_OUTPUT", "LOG_INPUT", "NOLOG_INPUT",
                                      "MAIL",       "NOMAIL",       "FOLLOW",    "NOFOLLOW"};

bool IsOneOf(char c, std::string_view set) { return set.contains(c); }

// The lexer of a user specification, as far as tags need it: what is an argument of a command is
// no tag.
struct Scanner {
  std::string_view text;
  size_t at = 0;
  std::vector<std::string> tags;
  bool path_is_value = false;  // behind CWD and CHROOT
  bool has_equals = false;
  int open = 0;

  bool End() const { return at >= text.size(); }

  // From `at` to the first of `stops` that no backslash is before.
  std::string_view Take(std::string_view stops) {
    size_t start = at;
    for (; !End() && !IsOneOf(text[at], stops); at++)
      if (text[at] == '\\' && at + 1 < text.size()) at++;
    at = std::min(at, text.size());
    return text.substr(start, at - start);
  }

  bool SkipRegex() {
    at++;
    Take("$");
    if (End()) return false;
    at++;
    return true;
  }

  void SkipBlanks() {
    while (!End() && IsOneOf(text[at], " \t\r")) at++;
  }

  // The arguments of a command: to the next ',', ':', comment, or '=' that stands alone.
  bool SkipArguments() {
    for (bool first = true;; first = false) {
      SkipBlanks();
      if (End() || IsOneOf(text[at], "#:,")) return true;
      if (first && text[at] == '^') return SkipRegex();
      bool alone =
          text[at] == '=' && (at + 1 == text.size() || IsOneOf(text[at + 1], "#\\:, \t\r"));
      if (alone) return true;
      Take("#:, \t\r");
    }
  }

  bool Word() {
    std::string_view word = Take("#>!=:,() \t\r\"");
    if (word.empty()) at++;
    if (word == "sudoedit") return SkipArguments();
    path_is_value = word == "CWD" || word == "CHROOT";
    size_t after = at;
    SkipBlanks();
    bool colon = !End() && text[at] == ':';
    if (colon && std::ranges::find(kTags, word) != std::end(kTags)) {
      tags.emplace_back(word);
      at++;
    } else if (colon && word.starts_with("sha") && word.size() == 6) {
      at++;
      SkipBlanks();
      while (!End() && !IsOneOf(text[at], " \t\r,")) at++;
    } else {
      at = after;
    }
    return true;
  }

  bool Quoted() {
    at++;
    Take("\"");
    if (End()) return false;
    at++;
    return true;
  }

  bool Path() {
    std::string_view path = Take("#,:= \t\r");
    bool is_command = !path_is_value && !path.ends_with('/');
    path_is_value = false;
    return !is_command || SkipArguments();
  }

  // One token; false for one that is not closed.
  bool Token() {
    char c = text[at];
    if (c == '"') return Quoted();
    if (c == '/') return Path();
    if (c == '^') return SkipRegex() && SkipArguments();
    if (c == '#') at++;  // a user id
    if (!IsOneOf(c, "=(),:!>")) return Word();
    if (c == '=') has_equals = true;
    if (c == '(') open++;
    if (c == ')') open--;
    at++;
    return open >= 0;
  }
};

}  // namespace

Expected<std::vector<std::string>> ParseSudoersTags(std::string_view specification) {
  Scanner scanner{specification};
  for (;;) {
    scanner.SkipBlanks();
    if (scanner.End() || BeginsSudoersComment(specification, scanner.at)) break;
    if (!scanner.Token())
      return Fail(ErrorCode::kInvalid, "a quote or a parenthesis is not closed");
  }
  if (scanner.open != 0) return Fail(ErrorCode::kInvalid, "a parenthesis is not closed");
  if (!scanner.has_equals) return Fail(ErrorCode::kInvalid, "'=' is missing");
  return std::move(scanner.tags);
}

}  // namespace assay
