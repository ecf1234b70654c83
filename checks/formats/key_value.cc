// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/key_value.h"

#include <strings.h>

#include <vector>

#include "checks/formats/lines.h"

namespace assay {

namespace {

struct NumberedLine {
  int number = 0;
  std::string text;
};

bool SameKey(const Text& expected, std::string_view key) {
  if (!expected.ignore_case()) return key == expected.key();
  return key.size() == expected.key().size() &&
         strncasecmp(key.data(), expected.key().data(), key.size()) == 0;
}

bool IsComment(const Text& expected, std::string_view line) {
  return line.starts_with('#') || (!expected.section().empty() && line.starts_with(';'));
}

// Two backslashes are one that is meant.
bool GoesOn(std::string_view line) {
  size_t last = line.find_last_not_of('\\');
  size_t backslashes = line.size() - (last == std::string_view::npos ? 0 : last + 1);
  return backslashes % 2 == 1;
}

// getdef_load() of shadow: what stands between quotes, or after blanks.
std::string_view WithoutQuotes(std::string_view value) {
  value.remove_prefix(std::min(value.find_first_not_of(" \t\""), value.size()));
  return value.substr(0, value.find('"'));
}

// get_defaults() of useradd: the key begins the line, and all after "=" is the value.
std::optional<std::string> ValueForUseradd(const Text& expected, std::string_view line) {
  if (!line.starts_with(expected.key() + "=")) return std::nullopt;
  return std::string(line.substr(expected.key().size() + 1));
}

std::optional<std::string> ValueOf(const Text& expected, std::string_view line) {
  size_t end = expected.separator() == "=" ? line.find('=') : line.find_first_of(" \t");
  if (end == std::string_view::npos || !SameKey(expected, Trim(line.substr(0, end))))
    return std::nullopt;
  std::string_view value = Trim(line.substr(end + 1));
  return std::string(expected.read_by() == "login.defs" ? WithoutQuotes(value) : value);
}

// Continued lines joined by a blank, under the number of the first.
std::vector<NumberedLine> JoinedLines(const Text& expected, std::string_view text) {
  std::vector<NumberedLine> joined;
  bool open = false;
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    number++;
    if (IsComment(expected, Trim(line))) continue;
    if (!open) joined.push_back({number, ""});
    open = !expected.section().empty() && GoesOn(line);
    if (open) line.remove_suffix(1);
    joined.back().text += line;
    if (open) joined.back().text += ' ';
  }
  return joined;
}

}  // namespace

std::optional<KeyValue> FindKey(const Text& expected, std::string_view text,
                                const std::string& file) {
  std::optional<KeyValue> value;
  bool sections = !expected.section().empty(), inside = !sections;
  for (const NumberedLine& joined : JoinedLines(expected, text)) {
    std::string_view line = Trim(joined.text);
    if (sections && line.starts_with('[')) {
      inside = line == "[" + expected.section() + "]";
      continue;
    }
    std::optional<std::string> found;
    if (inside)
      found = expected.read_by() == "useradd" ? ValueForUseradd(expected, joined.text)
                                              : ValueOf(expected, line);
    if (!found || (sections && found->empty())) continue;
    value = KeyValue{std::move(*found), file, joined.number};
    if (expected.first_wins()) return value;
  }
  return value;
}

}  // namespace assay
