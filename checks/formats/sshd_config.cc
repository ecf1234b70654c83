// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/sshd_config.h"

#include <algorithm>

#include "checks/formats/glob.h"
#include "checks/formats/lines.h"

namespace assay {

namespace {

constexpr int kMaxDepth = 16;  // SERVCONF_MAX_DEPTH
constexpr size_t kMaxFiles = 1000;
constexpr size_t kMaxSettings = 100'000;

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
  return lower;
}

std::string_view SkipBlanks(std::string_view text) {
  size_t start = text.find_first_not_of(" \t\r\f");
  return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

// One argument (misc.c, argv_split): quotes of both kinds, a backslash before a quote or itself.
Expected<std::string> TakeArgument(std::string_view& rest) {
  std::string word;
  char quote = 0;
  while (!rest.empty()) {
    char c = rest.front();
    if (!quote && (c == ' ' || c == '\t')) break;
    rest.remove_prefix(1);
    bool escapes = c == '\\' && !rest.empty() && std::string_view("\"'\\ ").contains(rest.front());
    if (escapes) {
      word += rest.front();
      rest.remove_prefix(1);
    } else if (quote ? c == quote : c == '"' || c == '\'') {
      quote = quote ? 0 : c;
    } else {
      word += c;
    }
  }
  if (quote) return Fail(ErrorCode::kInvalid, "a quote is not closed");
  return word;
}

struct Reader {
  Host& host;
  std::vector<SshdSetting> settings;
  size_t files = 0;
};

Expected<void> ReadFileOf(Reader& reader, const std::string& path, std::string match, int depth);

std::unexpected<Error> At(const std::string& file, int line, const std::string& what) {
  return Fail(ErrorCode::kInvalid, file + " line " + std::to_string(line) + ": " + what);
}

Expected<void> Follow(Reader& reader, const SshdSetting& include, int depth) {
  if (depth >= kMaxDepth) return At(include.file, include.line, "Include is nested too deeply");
  for (std::string_view pattern : WordsOf(include.value)) {
    std::string path = (pattern.starts_with('/') ? "" : "/etc/ssh/") + std::string(pattern);
    for (const std::string& file : TRY(GlobPaths(reader.host, path, kMaxFiles))) {
      if (++reader.files > kMaxFiles) return At(include.file, include.line, "too many files");
      TRY(ReadFileOf(reader, file, include.match, depth + 1));
    }
  }
  return {};
}

// "Match all" applies to every connection, as global lines do.
std::string MatchOf(const std::string& outer, std::string_view criteria) {
  std::string match = Lower(Trim(criteria)) == "all" ? "" : std::string(criteria);
  if (outer.empty()) return match;
  return match.empty() ? outer : outer + " and " + match;
}

Expected<void> ReadFileOf(Reader& reader, const std::string& path, std::string match, int depth) {
  Expected<std::string> text = ReadText(reader.host, path);
  if (!text && text.error().code == ErrorCode::kNotFound && depth > 0) return {};
  if (!text) return std::unexpected(text.error());
  const std::string outer = match;
  int number = 0;
  for (std::string_view line : LinesOf(*text)) {
    number++;
    Expected<SshdSetting> setting = ParseSshdLine(line);
    if (!setting) return At(path, number, setting.error().text);
    if (setting->keyword.empty()) continue;
    setting->file = path;
    setting->line = number;
    if (setting->keyword == "match") {
      match = MatchOf(outer, setting->value);
      continue;
    }
    setting->match = match;
    if (!IsSshdKeyword(setting->keyword))
      return At(path, number, "sshd does not know the keyword '" + setting->keyword + "'");
    if (setting->keyword == "include") {
      TRY(Follow(reader, *setting, depth));
      continue;
    }
    if (setting->value.empty()) return At(path, number, "'" + setting->keyword + "' has no value");
    if (reader.settings.size() >= kMaxSettings) return At(path, number, "too many lines");
    reader.settings.push_back(std::move(*setting));
  }
  return {};
}

}  // namespace

Expected<SshdSetting> ParseSshdLine(std::string_view line) {
  SshdSetting setting;
  line = SkipBlanks(line);
  if (line.empty() || line.front() == '#') return setting;
  size_t end = line.find_first_of(" \t=\"");
  setting.keyword = Lower(Trim(line.substr(0, end)));
  line = end == std::string_view::npos ? std::string_view() : SkipBlanks(line.substr(end));
  if (line.starts_with('=')) line = SkipBlanks(line.substr(1));
  while (!line.empty() && line.front() != '#') {
    std::string word = TRY(TakeArgument(line));
    setting.value += (setting.value.empty() ? "" : " ") + word;
    line = SkipBlanks(line);
  }
  return setting;
}

Expected<std::vector<SshdSetting>> ReadSshdConfig(Host& host, const std::string& path) {
  Reader reader{host, {}};
  TRY(ReadFileOf(reader, path, "", 0));
  return std::move(reader.settings);
}

}  // namespace assay
