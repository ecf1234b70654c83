// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/kernel_command_line.h"

#include <algorithm>

namespace assay {

namespace {

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string NormalName(std::string_view name) {
  std::string normal(name);
  std::ranges::replace(normal, '-', '_');
  return normal;
}

// The kernel takes quotes off where a word or its value begins and ends with one.
std::string Unquoted(std::string_view word) {
  if (word.starts_with('"')) {
    word.remove_prefix(1);
    if (word.ends_with('"')) word.remove_suffix(1);
    return std::string(word);
  }
  size_t value = word.find("=\"");
  if (value == std::string_view::npos) return std::string(word);
  std::string_view rest = word.substr(value + 2);
  if (rest.ends_with('"')) rest.remove_suffix(1);
  return std::string(word.substr(0, value + 1)) + std::string(rest);
}

}  // namespace

std::vector<std::string> CommandLineWords(std::string_view line) {
  std::vector<std::string> words;
  for (size_t i = 0; i < line.size();) {
    if (IsSpace(line[i])) {
      i++;
      continue;
    }
    size_t begin = i;
    bool quoted = false;
    for (; i < line.size() && (quoted || !IsSpace(line[i])); i++)
      if (line[i] == '"') quoted = !quoted;
    std::string word = Unquoted(line.substr(begin, i - begin));
    if (word == "--") break;
    words.push_back(std::move(word));
  }
  return words;
}

std::optional<std::string> CommandLineValue(std::string_view line, std::string_view parameter) {
  std::string wanted = NormalName(parameter);
  std::optional<std::string> value;
  for (const std::string& word : CommandLineWords(line)) {
    size_t equals = std::min(word.find('='), word.size());
    if (NormalName(word.substr(0, equals)) != wanted) continue;
    value = word.substr(std::min(word.size(), equals + 1));
  }
  return value;
}

}  // namespace assay
