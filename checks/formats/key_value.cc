// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/key_value.h"

#include <strings.h>

#include "checks/formats/lines.h"

namespace assay {

namespace {

bool SameKey(const Text& expected, std::string_view key) {
  if (!expected.ignore_case()) return key == expected.key();
  return key.size() == expected.key().size() &&
         strncasecmp(key.data(), expected.key().data(), key.size()) == 0;
}

std::optional<std::string> ValueOf(const Text& expected, std::string_view line) {
  line = Trim(line);
  if (line.empty() || line[0] == '#') return std::nullopt;
  size_t end = expected.separator() == "=" ? line.find('=') : line.find_first_of(" \t");
  if (end == std::string_view::npos || !SameKey(expected, Trim(line.substr(0, end))))
    return std::nullopt;
  return std::string(Trim(line.substr(end + 1)));
}

}  // namespace

std::optional<KeyValue> FindKey(const Text& expected, std::string_view text,
                                const std::string& file) {
  std::optional<KeyValue> value;
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    number++;
    std::optional<std::string> found = ValueOf(expected, line);
    if (!found) continue;
    value = KeyValue{std::move(*found), file, number};
    if (expected.first_wins()) return value;
  }
  return value;
}

}  // namespace assay
