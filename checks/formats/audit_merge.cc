// SPDX-License-Identifier: Apache-2.0
// augenrules(8): what it makes of rules.d.
#include <algorithm>

#include "checks/formats/audit_rules.h"

namespace assay {

namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// awk's \s.
size_t SkipSpace(std::string_view text) {
  size_t at = text.find_first_not_of(" \t\r\n\v\f");
  return at == std::string_view::npos ? text.size() : at;
}

// Without the suffix of filevercmp: (\.[A-Za-z~][A-Za-z0-9~]*)*$
std::string_view WithoutSuffix(std::string_view name) {
  size_t end = name.size();
  for (;;) {
    size_t dot = name.substr(0, end).rfind('.');
    if (dot == std::string_view::npos || dot == 0) return name.substr(0, end);
    std::string_view suffix = name.substr(dot + 1, end - dot - 1);
    auto plain = [](char c) { return IsDigit(c) || IsLetter(c) || c == '~'; };
    if (suffix.empty() || IsDigit(suffix[0]) || !std::ranges::all_of(suffix, plain))
      return name.substr(0, end);
    end = dot;
  }
}

// dpkg's order of characters that are no digits: '~', the end, letters, all others.
int Order(std::string_view text, size_t at) {
  if (at >= text.size() || IsDigit(text[at])) return 0;
  if (text[at] == '~') return -1;
  return IsLetter(text[at]) ? uint8_t(text[at]) : uint8_t(text[at]) + 256;
}

size_t SkipZeros(std::string_view text, size_t at) {
  while (at < text.size() && text[at] == '0') at++;
  return at;
}

size_t DigitsEnd(std::string_view text, size_t at) {
  while (at < text.size() && IsDigit(text[at])) at++;
  return at;
}

// verrevcmp of gnulib: runs of other characters and runs of digits in turn.
int CompareVersions(std::string_view a, std::string_view b) {
  size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    while ((i < a.size() && !IsDigit(a[i])) || (j < b.size() && !IsDigit(b[j]))) {
      if (int difference = Order(a, i) - Order(b, j)) return difference;
      i++;
      j++;
    }
    i = SkipZeros(a, std::min(i, a.size()));
    j = SkipZeros(b, std::min(j, b.size()));
    size_t i_end = DigitsEnd(a, i), j_end = DigitsEnd(b, j);
    if (i_end - i != j_end - j) return i_end - i < j_end - j ? -1 : 1;
    if (int difference = a.substr(i, i_end - i).compare(b.substr(j, j_end - j))) return difference;
    i = i_end;
    j = j_end;
  }
  return 0;
}

// What `cat` makes of the files, cut into lines again.
std::vector<AuditLine> Concatenated(const std::vector<std::pair<std::string, std::string>>& files) {
  std::vector<AuditLine> lines;
  bool open = false;
  for (const auto& [file, text] : files) {
    std::string_view rest = text;
    for (int line = 1; !rest.empty(); line++) {
      size_t end = rest.find('\n');
      std::string_view one = rest.substr(0, end);
      if (open)
        lines.back().text += one;
      else
        lines.push_back({file, std::string(one), line});
      open = end == std::string_view::npos;
      rest.remove_prefix(open ? rest.size() : end + 1);
    }
  }
  return lines;
}

bool BareDelete(std::string_view text) {
  return text.starts_with("-D") && SkipSpace(text.substr(2)) == text.size() - 2;
}

}  // namespace

bool VersionLess(std::string_view a, std::string_view b) {
  std::string_view short_a = WithoutSuffix(a), short_b = WithoutSuffix(b);
  int order = short_a == short_b ? 0 : CompareVersions(short_a, short_b);
  if (order == 0) order = CompareVersions(a, b);
  return order != 0 ? order < 0 : a < b;
}

std::vector<AuditLine> MergeAuditRules(
    const std::vector<std::pair<std::string, std::string>>& files) {
  std::optional<AuditLine> enable, remove, failure, backlog;
  std::vector<AuditLine> rest, merged;
  for (AuditLine& line : Concatenated(files)) {
    std::string_view text = std::string_view(line.text).substr(SkipSpace(line.text));
    if (line.text.empty() || text.starts_with('#')) continue;
    if (text.starts_with("-e"))
      enable = std::move(line);
    else if (BareDelete(text))
      remove = std::move(line);
    else if (text.starts_with("-f"))
      failure = std::move(line);
    else if (text.starts_with("-b"))
      backlog = std::move(line);
    else
      rest.push_back(std::move(line));
  }
  for (std::optional<AuditLine>* first : {&remove, &backlog, &failure})
    if (*first) merged.push_back(std::move(**first));
  std::ranges::move(rest, std::back_inserter(merged));
  if (enable) merged.push_back(std::move(*enable));
  return merged;
}

std::vector<AuditLine> LinesOfAuditRules(const std::string& file, std::string_view text) {
  std::vector<AuditLine> lines = Concatenated({{file, std::string(text)}});
  std::erase_if(lines, [](const AuditLine& line) {
    size_t at = line.text.find_first_not_of(' ');
    return at == std::string::npos || line.text[at] == '#';
  });
  return lines;
}

}  // namespace assay
