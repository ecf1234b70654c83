// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/line_pattern.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>
#include <vector>

namespace assay {

namespace {

constexpr size_t kMaxPattern = 2048;
constexpr uint64_t kMaxSize = 2'000;

bool HasBackReference(std::string_view pattern) {
  for (size_t i = 0; i + 1 < pattern.size(); i++) {
    if (pattern[i] != '\\') continue;
    if (pattern[i + 1] >= '1' && pattern[i + 1] <= '9') return true;
    i++;
  }
  return false;
}

// Behind the bracket expression that begins at `at`.
size_t BracketEnd(std::string_view pattern, size_t at) {
  at += pattern.substr(at + 1).starts_with('^') ? 2 : 1;
  for (size_t first = at; at < pattern.size(); at++) {
    if (pattern[at] == ']' && at > first) return at + 1;
    if (pattern[at] != '[' || at + 1 >= pattern.size()) continue;
    char kind = pattern[at + 1];  // [:digit:], [=a=], [.-.]
    if (kind != ':' && kind != '=' && kind != '.') continue;
    size_t end = pattern.find(std::string{kind, ']'}, at + 2);
    if (end != pattern.npos) at = end + 1;
  }
  return at;
}

// The higher count of {LOW,HIGH}, or 1.
uint64_t CountOf(std::string_view pattern, size_t at) {
  uint64_t most = 1;
  const char *next = pattern.data() + at + 1, *end = pattern.data() + pattern.size();
  for (int i = 0; i < 2; i++) {
    uint64_t count = 0;
    auto [rest, error] = std::from_chars(next, end, count);
    if (error == std::errc::result_out_of_range) return kMaxSize;
    most = std::max(most, count);
    if (rest == end || *rest != ',') break;
    next = rest + 1;
  }
  return std::min(most, kMaxSize);
}

// A bound of what libc makes of it: it writes a{3} as aaa and a+ as aa*, groups too, so that
// (((a+)+)+)+ doubles with each and takes longer still. Above kMaxSize it stays there.
uint64_t SizeOf(std::string_view pattern) {
  std::vector<uint64_t> open = {0};  // what stands before, in each group that is open
  uint64_t last = 0;                 // the atom that a repetition would be of
  bool repeated = false;
  auto times = [&last](uint64_t factor) { last = std::min(last * factor, kMaxSize + 1); };
  for (size_t at = 0; at < pattern.size(); at++) {
    char c = pattern[at];
    if (std::string_view("+*?{").contains(c)) {
      // POSIX leaves a repetition of a repetition open, and libc takes exponential time for it.
      if (std::exchange(repeated, true)) return kMaxSize + 1;
      times(c == '+' ? 4 : c == '{' ? 2 * CountOf(pattern, at) : 2);
      if (c == '{') at = std::min(pattern.find('}', at), pattern.size() - 1);
      continue;
    }
    repeated = false;
    bool closes = c == ')' && open.size() > 1;
    uint64_t before = std::min(open.back() + last, kMaxSize + 1);
    open.back() = before;
    last = c == '|' || c == '(' ? 0 : 1;
    if (c == '(') open.push_back(0);
    if (c == '\\') at++;
    if (c == '[') at = BracketEnd(pattern, at) - 1;
    if (!closes) continue;
    last = before + 1;
    open.pop_back();
  }
  // Also groups that nobody closes: libc writes them out before it notices.
  return std::accumulate(open.begin(), open.end(), last);
}

}  // namespace

void LinePattern::Freed::operator()(regex_t* regex) const {
  regfree(regex);
  delete regex;
}

Expected<LinePattern> LinePattern::Compile(const std::string& pattern, bool ignore_case) {
  auto refused = [&pattern](const std::string& why) {
    return Fail(ErrorCode::kInvalid, "the pattern '" + pattern + "' " + why);
  };
  if (pattern.size() > kMaxPattern) return refused("is longer than 2048 bytes");
  if (pattern.contains('\0')) return refused("holds a NUL byte");
  if (HasBackReference(pattern)) return refused("has a back reference");
  if (SizeOf(pattern) > kMaxSize) return refused("repeats too much");
  auto* regex = new regex_t;
  int error =
      regcomp(regex, pattern.c_str(), REG_EXTENDED | REG_NOSUB | (ignore_case ? REG_ICASE : 0));
  if (error == 0) return LinePattern(std::unique_ptr<regex_t, Freed>(regex));
  char text[128];
  regerror(error, regex, text, sizeof text);
  delete regex;  // regcomp freed what it had made
  return refused(std::string("is no regular expression: ") + text);
}

Expected<bool> LinePattern::Matches(std::string_view line) const {
  // REG_STARTEND bounds the match; the copy is for interceptors of sanitizers, which look for a
  // NUL.
  std::string copy(line);
  regmatch_t range{0, regoff_t(copy.size())};
  int found = regexec(regex_.get(), copy.c_str(), 1, &range, REG_STARTEND);
  if (found == REG_ESPACE) return Fail(ErrorCode::kInternal, "matching a line: no memory");
  return found == 0;
}

std::string Literally(std::string_view text) {
  std::string pattern;
  for (char c : text) {
    if (std::string_view("\\^$.[]|()*+?{}").contains(c)) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

}  // namespace assay
