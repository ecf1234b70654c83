// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/line_pattern.h"

#include <algorithm>
#include <charconv>

namespace assay {

namespace {

constexpr size_t kMaxPattern = 2048;
constexpr uint64_t kMaxRepetitions = 1000;

bool HasBackReference(std::string_view pattern) {
  for (size_t i = 0; i + 1 < pattern.size(); i++) {
    if (pattern[i] != '\\') continue;
    if (pattern[i + 1] >= '1' && pattern[i + 1] <= '9') return true;
    i++;
  }
  return false;
}

// The product of the highest counts of all {LOW,HIGH}: they may be nested, and none is more.
uint64_t Repetitions(std::string_view pattern) {
  uint64_t product = 1;
  for (size_t at = pattern.find('{'); at != pattern.npos; at = pattern.find('{', at + 1)) {
    const char* next = pattern.data() + at + 1;
    const char* end = pattern.data() + pattern.size();
    for (int i = 0; i < 2; i++) {
      uint64_t count = 0;
      auto [rest, error] = std::from_chars(next, end, count);
      if (error == std::errc::result_out_of_range) return UINT64_MAX;
      product = std::min(product * std::clamp<uint64_t>(count, 1, 1 << 20), uint64_t(1) << 40);
      next = rest != end && *rest == ',' ? rest + 1 : end;
    }
  }
  return product;
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
  if (Repetitions(pattern) > kMaxRepetitions) return refused("repeats more than 1000 times");
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
