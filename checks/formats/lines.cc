// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/lines.h"

#include <algorithm>

namespace assay {

namespace {
constexpr std::string_view kBlank = " \t\r\v\f";
}

std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
  }
  return lines;
}

std::string_view Trim(std::string_view text) {
  size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

Expected<std::string> ReadText(Host& host, std::string_view path) {
  std::string text = TRY(host.Read(path));
  if (text.contains('\0'))
    return Fail(ErrorCode::kInvalid, "'" + std::string(path) + "' holds a NUL byte: not a text");
  return text;
}

std::vector<std::string_view> WordsOf(std::string_view line) {
  std::vector<std::string_view> words;
  for (;;) {
    size_t first = line.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return words;
    line.remove_prefix(first);
    words.push_back(line.substr(0, line.find_first_of(kBlank)));
    line.remove_prefix(words.back().size());
  }
}

}  // namespace assay
