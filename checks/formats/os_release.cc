// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/os_release.h"

#include "checks/formats/lines.h"

namespace assay {

namespace {

std::string Unquoted(std::string_view value) {
  char quote = value.empty() ? '\0' : value[0];
  bool quoted = (quote == '"' || quote == '\'') && value.size() >= 2 && value.back() == quote;
  if (quoted) value = value.substr(1, value.size() - 2);
  if (quote == '\'') return std::string(value);
  std::string plain;
  for (size_t i = 0; i < value.size(); i++) {
    if (value[i] == '\\' && i + 1 < value.size()) i++;
    plain += value[i];
  }
  return plain;
}

}  // namespace

std::map<std::string, std::string, std::less<>> ParseOsRelease(std::string_view text) {
  std::map<std::string, std::string, std::less<>> values;
  for (std::string_view line : LinesOf(text)) {
    line = Trim(line);
    size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string_view::npos || equals == 0) continue;
    values.insert_or_assign(std::string(line.substr(0, equals)), Unquoted(line.substr(equals + 1)));
  }
  return values;
}

Expected<std::string> OsId(Host& host) {
  for (const char* path : {"/etc/os-release", "/usr/lib/os-release"}) {
    Expected<std::string> text = ReadText(host, path);
    if (!text && text.error().code == ErrorCode::kNotFound) continue;
    if (!text) return std::unexpected(text.error());
    auto values = ParseOsRelease(*text);
    auto id = values.find("ID");
    return id == values.end() || id->second.empty() ? std::string("linux") : id->second;
  }
  return std::string("linux");
}

}  // namespace assay
