// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/pam_file.h"

#include <strings.h>

#include <algorithm>

namespace assay {

namespace {

constexpr std::string_view kBlank = " \n\t";
constexpr size_t kLongestStatement = 1024;

struct LogicalLine {
  std::string text;
  int line = 0;
};

std::unexpected<Error> Mistake(const std::string& source, int line, const std::string& what) {
  return Fail(ErrorCode::kInvalid, source + ":" + std::to_string(line) + ": " + what,
              "PAM refuses everybody on such a line");
}

bool SameWord(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view TakeLine(std::string_view& text) {
  std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  size_t first = line.find_first_not_of(kBlank);
  return first == std::string_view::npos ? std::string_view() : line.substr(first);
}

// The part before a comment; whether the line goes on in the next. A comment ends the statement,
// whatever stands in it.
bool TakeContinuation(std::string_view& line) {
  if (size_t comment = line.find('#'); comment != std::string_view::npos) {
    line = line.substr(0, comment);
    return false;
  }
  size_t last = line.find_last_not_of(kBlank);
  if (last == std::string_view::npos || line[last] != '\\') return false;
  line = line.substr(0, last);
  return true;
}

Expected<std::vector<LogicalLine>> Assemble(std::string_view text, const std::string& source) {
  std::vector<LogicalLine> lines;
  bool continued = false;
  for (int number = 1; !text.empty(); number++) {
    size_t before = text.size();
    std::string_view line = TakeLine(text);
    // PAM reads into 1024 bytes: of a longer line, comments too, the rest would be a statement.
    size_t room = kLongestStatement - (continued ? lines.back().text.size() : 0);
    if (before - text.size() >= room) return Mistake(source, number, "a line of over 1024 bytes");
    if (line.empty() || line[0] == '#') continue;  // also in the midst of a continued statement
    if (!continued) lines.push_back({"", number});
    continued = TakeContinuation(line);
    std::string& statement = lines.back().text;
    statement += std::string(line) + (continued ? " " : "");
  }
  if (continued) return Mistake(source, lines.back().line, "the continued line does not end");
  return lines;
}

// "[a \] b]" is one token, "a ] b".
std::string TakeBracketed(std::string_view& text) {
  std::string token;
  size_t at = 1;
  for (; at < text.size() && text[at] != ']'; at++) {
    if (text[at] == '\\' && at + 1 < text.size() && text[at + 1] == ']') at++;
    token += text[at];
  }
  text.remove_prefix(std::min(text.size(), at + 1));
  return token;
}

std::vector<std::string> TokensOf(std::string_view text) {
  std::vector<std::string> tokens;
  for (;;) {
    size_t first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return tokens;
    text.remove_prefix(first);
    if (text[0] == '[') {
      tokens.push_back(TakeBracketed(text));
      continue;
    }
    tokens.emplace_back(text.substr(0, text.find_first_of(kBlank)));
    text.remove_prefix(tokens.back().size());
  }
}

std::optional<std::string> TypeOf(std::string_view word) {
  if (word.starts_with('-')) word.remove_prefix(1);  // do not log that the module is missing
  for (const char* type : {"auth", "account", "password", "session"})
    if (SameWord(word, type)) return type;
  return std::nullopt;
}

Expected<PamStatement> StatementOf(const LogicalLine& line, const std::string& source) {
  std::vector<std::string> tokens = TokensOf(line.text);
  PamStatement statement;
  statement.line = line.line;
  bool at_include = SameWord(tokens[0], "@include");
  std::optional<std::string> type = TypeOf(tokens[0]);
  if (!at_include && !type) return Mistake(source, line.line, "unknown type '" + tokens[0] + "'");
  size_t target = at_include ? 1 : 2;
  if (tokens.size() <= target || tokens[target].empty())
    return Mistake(source, line.line, "a type, a control or a module is missing");
  statement.target = tokens[target];
  statement.text = tokens[target - 1];
  if (type) statement.type = *type;
  if (at_include || SameWord(statement.text, "include")) {
    statement.kind = PamStatement::Kind::kInclude;
  } else if (SameWord(statement.text, "substack")) {
    statement.kind = PamStatement::Kind::kSubstack;
  } else {
    std::optional<PamControl> control = ParsePamControl(statement.text);
    if (!control) return Mistake(source, line.line, "unknown control '" + statement.text + "'");
    statement.control = *control;
    for (size_t i = target + 1; i < tokens.size(); i++) statement.args.push_back(tokens[i]);
  }
  return statement;
}

}  // namespace

Expected<std::vector<PamStatement>> ParsePamFile(std::string_view text, const std::string& source) {
  std::vector<PamStatement> statements;
  for (const LogicalLine& line : TRY(Assemble(text, source))) {
    // Nothing but a backslash: blank, as PAM has it.
    if (line.text.find_first_not_of(kBlank) == std::string::npos) continue;
    statements.push_back(TRY(StatementOf(line, source)));
  }
  return statements;
}

}  // namespace assay
