// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "checks/formats/lines.h"
#include "checks/formats/sudoers_line.h"

namespace assay {

namespace {

constexpr size_t kLongestStatement = 64 << 10;
constexpr std::string_view kAliases[] = {"Host_Alias", "Cmnd_Alias", "Cmd_Alias", "User_Alias",
                                         "Runas_Alias"};

// Whether the text from `start` on holds a comment that is not quoted and not escaped.
bool HasComment(std::string_view text, size_t start) {
  bool quoted = false;
  for (size_t at = start; at < text.size(); at++) {
    if (text[at] == '\\')
      at++;
    else if (text[at] == '"')
      quoted = !quoted;
    else if (!quoted && BeginsSudoersComment(text, at))
      return true;
  }
  return false;
}

bool IsOldInclude(std::string_view line) {
  for (std::string_view word : {"#include", "#includedir"})
    if (line.starts_with(word) && line.size() > word.size() &&
        (line[word.size()] == ' ' || line[word.size()] == '\t'))
      return true;
  return false;
}

// Without the backslash that continues the line; nullopt if it does not go on.
std::optional<std::string_view> Continued(std::string_view line) {
  size_t last = line.find_last_not_of(" \t\r");
  if (last == std::string_view::npos || line[last] != '\\') return std::nullopt;
  size_t first = line.find_last_not_of('\\', last);
  size_t count = first == std::string_view::npos ? last + 1 : last - first;
  if (count % 2 == 0) return std::nullopt;  // an escaped backslash
  return line.substr(0, last);
}

Expected<SudoersInclude> IncludeOf(std::string_view rest) {
  SudoersInclude include;
  include.directory = rest.starts_with("dir");
  if (include.directory) rest.remove_prefix(3);
  rest = Trim(rest);
  bool quoted = rest.starts_with('"');
  if (quoted) rest.remove_prefix(1);
  while (!rest.empty() && !(quoted ? rest[0] == '"' : rest[0] == ' ' || rest[0] == '\t')) {
    if (rest[0] == '\\' && rest.size() > 1) rest.remove_prefix(1);
    include.path += rest[0];
    rest.remove_prefix(1);
  }
  if (quoted && rest.empty()) return Fail(ErrorCode::kInvalid, "a quote is not closed");
  if (quoted) rest.remove_prefix(1);
  rest = Trim(rest);
  if (include.path.empty()) return Fail(ErrorCode::kInvalid, "the path of an include is missing");
  if (!rest.empty() && rest[0] != '#')
    return Fail(ErrorCode::kInvalid, "something stands behind the path of an include");
  return include;
}

bool IsDefaults(std::string_view text) {
  return text == "Defaults" ||
         (text.starts_with("Defaults") && std::string_view(" \t\r@:!>").contains(text[8]));
}

bool IsAlias(std::string_view text) {
  return std::ranges::any_of(kAliases, [&](std::string_view word) {
    return text.starts_with(word) && text.size() > word.size() &&
           std::string_view(" \t").contains(text[word.size()]);
  });
}

Expected<void> Statement(const SudoersLine& line, SudoersText& into) {
  std::string_view text = Trim(line.text);
  bool include = text.starts_with("@include") || IsOldInclude(line.text);
  if (line.continued && include) return Fail(ErrorCode::kInvalid, "a continued include");
  if (include) {
    into.includes.push_back(TRY(IncludeOf(text.substr(8))));
    into.includes.back().defaults = into.defaults.size();
    into.includes.back().line = line.line;
  } else if (IsDefaults(text)) {
    for (SudoersDefault& option : TRY(ParseSudoersDefaults(text.substr(8)))) {
      option.line = line.line;
      into.defaults.push_back(std::move(option));
    }
  } else if (IsAlias(text)) {
    if (!text.contains('=')) return Fail(ErrorCode::kInvalid, "an alias without '='");
  } else {
    for (std::string& tag : TRY(ParseSudoersTags(text)))
      into.tags.push_back({std::move(tag), std::string(text.substr(0, 200)), "", line.line});
  }
  return {};
}

}  // namespace

bool BeginsSudoersComment(std::string_view text, size_t at) {
  if (at >= text.size() || text[at] != '#') return false;
  at += at + 1 < text.size() && text[at + 1] == '-' ? 2 : 1;
  return at >= text.size() || text[at] < '0' || text[at] > '9';
}

Expected<std::vector<SudoersLine>> SudoersLinesOf(std::string_view text) {
  std::vector<SudoersLine> lines;
  int number = 0;
  bool goes_on = false;
  for (std::string_view line : LinesOf(text)) {
    number++;
    if (!goes_on) lines.push_back({"", number, false});
    SudoersLine& statement = lines.back();
    size_t before = statement.text.size();
    statement.text += line;
    if (statement.text.size() > kLongestStatement)
      return Fail(ErrorCode::kInvalid, "a statement of more than 64 KiB");
    statement.continued = goes_on;
    std::optional<std::string_view> part = Continued(line);
    goes_on = part && !HasComment(statement.text, 0) && !IsOldInclude(statement.text);
    if (!goes_on) continue;
    statement.text.resize(before + part->size());
    statement.text += ' ';
  }
  std::erase_if(lines, [](const SudoersLine& line) {
    std::string_view found = Trim(line.text);
    return found.empty() || (BeginsSudoersComment(found, 0) && !IsOldInclude(line.text));
  });
  return lines;
}

Expected<SudoersText> ParseSudoers(std::string_view text, const std::string& source) {
  Expected<std::vector<SudoersLine>> lines = SudoersLinesOf(text);
  if (!lines) return Fail(ErrorCode::kInvalid, source + ": " + lines.error().text);
  SudoersText parsed;
  for (const SudoersLine& line : *lines)
    if (Expected<void> read = Statement(line, parsed); !read)
      return Fail(ErrorCode::kInvalid,
                  source + ":" + std::to_string(line.line) + ": " + read.error().text,
                  "visudo -c names the mistake");
  for (SudoersDefault& option : parsed.defaults) option.file = source;
  for (SudoersTag& tag : parsed.tags) tag.file = source;
  return parsed;
}

}  // namespace assay
