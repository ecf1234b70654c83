// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/apparmor.h"

#include <regex.h>

#include <algorithm>

#include "checks/formats/lines.h"

namespace assay {

namespace {

constexpr size_t kLongestPattern = 4096;
constexpr int kDeepest = 16;

std::unexpected<Error> BadPattern(std::string_view pattern, const char* why) {
  return Fail(ErrorCode::kInvalid,
              "the AppArmor pattern '" + std::string(pattern.substr(0, 100)) + "' " + why);
}

// As a POSIX extended regular expression.
Expected<std::string> Expression(std::string_view pattern) {
  std::string expression = "^";
  int depth = 0;
  for (size_t i = 0; i < pattern.size(); i++) {
    char c = pattern[i];
    bool two = pattern.substr(i).starts_with("**");
    size_t close = c == '[' ? pattern.find(']', i + 2) : std::string_view::npos;
    if (two) {
      expression += ".*";
      i++;
    } else if (c == '*' || c == '?') {
      expression += c == '*' ? "[^/]*" : "[^/]";
    } else if (c == '{') {
      if (++depth > kDeepest) return BadPattern(pattern, "nests too deep");
      expression += '(';
    } else if (c == '}') {
      if (--depth < 0) return BadPattern(pattern, "closes a brace that is not open");
      expression += ')';
    } else if (c == ',' && depth > 0) {
      expression += '|';
    } else if (close != std::string_view::npos) {
      expression += pattern.substr(i, close - i + 1);
      i = close;
    } else {
      if (c == '\\' && i + 1 < pattern.size()) c = pattern[++i];
      if (std::string_view("\\^$.[]|()?*+{}").contains(c)) expression += '\\';
      expression += c;
    }
  }
  if (depth != 0) return BadPattern(pattern, "leaves a brace open");
  return expression + "$";
}

}  // namespace

Expected<std::vector<ApparmorProfile>> ParseApparmorProfiles(std::string_view text) {
  std::vector<ApparmorProfile> profiles;
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    number++;
    if (Trim(line).empty()) continue;
    size_t mode = line.rfind(" (");
    if (mode == std::string_view::npos || mode == 0 || !line.ends_with(')'))
      return Fail(ErrorCode::kInvalid,
                  "line " + std::to_string(number) + " of AppArmor's profiles has no mode");
    profiles.push_back({std::string(line.substr(0, mode)),
                        std::string(line.substr(mode + 2, line.size() - mode - 3)), number});
  }
  return profiles;
}

bool ApparmorFlags::has(std::string_view flag) const {
  for (size_t at = flags.find(flag); at != std::string::npos; at = flags.find(flag, at + 1)) {
    auto separates = [&](size_t i) {
      return i >= flags.size() || flags[i] == ',' || flags[i] == ' ';
    };
    if ((at == 0 || separates(at - 1)) && separates(at + flag.size())) return true;
  }
  return false;
}

std::vector<ApparmorFlags> FindApparmorFlags(std::string_view text) {
  std::vector<ApparmorFlags> found;
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    number++;
    line = line.substr(0, line.find('#'));
    size_t flags = line.find("flags");
    if (flags == std::string_view::npos) continue;
    std::string_view rest = Trim(line.substr(flags + 5));
    if (rest.starts_with('=')) rest = Trim(rest.substr(1));
    size_t close = rest.find(')');
    if (!rest.starts_with('(') || close == std::string_view::npos) continue;
    found.push_back({std::string(Trim(rest.substr(1, close - 1))), number});
  }
  return found;
}

bool IsApparmorFile(std::string_view name) {
  static constexpr std::string_view kLeftovers[] = {
      ".dpkg-new", ".dpkg-old", ".dpkg-dist", ".dpkg-bak", ".dpkg-remove", ".pacsave",
      ".pacnew",   ".rpmnew",   ".rpmsave",   ".orig",     ".rej",         "~"};
  if (name.starts_with('.') || name == "README") return false;
  return std::ranges::none_of(kLeftovers,
                              [&](std::string_view end) { return name.ends_with(end); });
}

Expected<bool> ApparmorGlobMatches(std::string_view pattern, const std::string& path) {
  if (pattern.size() > kLongestPattern) return BadPattern(pattern, "is too long");
  std::string expression = TRY(Expression(pattern));
  regex_t compiled;
  if (regcomp(&compiled, expression.c_str(), REG_EXTENDED | REG_NOSUB))
    return BadPattern(pattern, "cannot be read");
  bool matches = regexec(&compiled, path.c_str(), 0, nullptr, 0) == 0;
  regfree(&compiled);
  return matches;
}

}  // namespace assay
