// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/dconf_files.h"

#include <algorithm>

#include "checks/formats/lines.h"

namespace assay {

namespace {

bool IsTypeName(std::string_view word) {
  static constexpr std::string_view kNames[] = {
      "boolean", "byte",   "int16",  "uint16", "int32",      "uint32",   "handle",
      "int64",   "uint64", "double", "string", "objectpath", "signature"};
  return word.starts_with('@') || std::ranges::find(kNames, word) != std::end(kNames);
}

// Decimal, hexadecimal or floating.
bool IsNumber(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || text[0] < '0' || text[0] > '9') return text == "inf" || text == "nan";
  return text.find_first_not_of("0123456789abcdefABCDEFxX.+-") == std::string_view::npos;
}

// `text` begins with a quote; nullopt if it does not end with the same one.
std::optional<std::string> Unquoted(std::string_view text) {
  std::string plain;
  for (size_t i = 1; i < text.size(); i++) {
    char c = text[i];
    if (c == text[0]) return i + 1 == text.size() ? std::optional(plain) : std::nullopt;
    if (c == '\\') {
      if (++i == text.size()) return std::nullopt;
      c = text[i] == 'n' ? '\n' : text[i] == 't' ? '\t' : text[i];
    }
    plain += c;
  }
  return std::nullopt;
}

bool IsContainer(std::string_view text) {
  static constexpr std::string_view kOpen = "[({<", kClose = "])}>";
  size_t kind = kOpen.find(text[0]);
  return kind != std::string_view::npos && text.size() > 1 && text.back() == kClose[kind];
}

std::unexpected<Error> Mistake(const std::string& file, int line, std::string_view what) {
  return Fail(ErrorCode::kInvalid,
              file + " line " + std::to_string(line) + ": " + std::string(what) +
                  ", so that dconf update leaves the whole database as it was");
}

bool IsGroup(std::string_view line) { return line.starts_with('[') && line.ends_with(']'); }

bool IsGroupName(std::string_view name) {
  return !name.empty() && !name.starts_with('/') && !name.ends_with('/') && !name.contains("//") &&
         name.find_first_of("[]") == std::string_view::npos;
}

}  // namespace

std::vector<DconfSource> ParseDconfProfile(std::string_view text) {
  std::vector<DconfSource> sources;
  for (std::string_view line : LinesOf(text)) {
    line = Trim(line.substr(0, line.find('#')));
    size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view kind = line.substr(0, colon);
    for (std::string_view known : {"user-db", "service-db", "system-db", "file-db"})
      if (kind == known)
        sources.push_back({std::string(kind), std::string(line.substr(colon + 1))});
  }
  return sources;
}

Expected<std::map<std::string, DconfValue>> ParseDconfKeyfile(std::string_view text,
                                                              const std::string& file) {
  std::map<std::string, DconfValue> values;
  std::string group;
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    number++;
    line = Trim(line);
    if (line.empty() || line[0] == '#') continue;
    if (IsGroup(line)) {
      group = line.substr(1, line.size() - 2);
      if (!IsGroupName(group)) return Mistake(file, number, "the name of the group is none");
      continue;
    }
    size_t equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return Mistake(file, number, "neither group nor key nor comment");
    std::string_view key = Trim(line.substr(0, equals));
    if (group.empty()) return Mistake(file, number, "a key before any group");
    if (key.contains('/')) return Mistake(file, number, "the name of the key holds a '/'");
    std::optional<std::string> plain = PlainGvariant(line.substr(equals + 1));
    if (!plain)
      return Mistake(file, number, "the value is no GVariant (a text stands in single quotes)");
    values["/" + group + "/" + std::string(key)] = {std::move(*plain), file, number};
  }
  return values;
}

std::map<std::string, int> ParseDconfLocks(std::string_view text) {
  std::map<std::string, int> locks;
  int number = 0;
  for (size_t begin = 0; begin < text.size();) {
    // Not LinesOf(): a CR makes it another key.
    size_t end = std::min(text.find('\n', begin), text.size());
    number++;
    if (text[begin] == '/') locks.try_emplace(std::string(text.substr(begin, end - begin)), number);
    begin = end + 1;
  }
  return locks;
}

std::optional<std::string> PlainGvariant(std::string_view text) {
  text = Trim(text);
  std::string_view word = text.substr(0, text.find_first_of(" \t"));
  if (IsTypeName(word)) text = Trim(text.substr(word.size()));
  if (text.empty()) return std::nullopt;
  if (text[0] == '\'' || text[0] == '"') return Unquoted(text);
  bool keyword = text == "true" || text == "false" || text == "nothing" ||
                 text.starts_with("just ") || text.starts_with("b'") || text.starts_with("b\"");
  if (keyword || IsNumber(text) || IsContainer(text)) return std::string(text);
  return std::nullopt;
}

}  // namespace assay
