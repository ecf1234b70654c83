// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/grub_script.h"

namespace assay {

namespace {

constexpr size_t kMostOfAWord = 64 << 10;
constexpr size_t kMostOfAll = 32 << 20;

bool IsName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool EndsCommand(char c) { return c == '\n' || c == ';' || c == '|' || c == '&'; }

const std::string& ValueOf(const GrubVariables& variables, std::string_view name) {
  static const std::string kEmpty;
  auto found = variables.find(name);
  return found == variables.end() ? kEmpty : found->second;
}

}  // namespace

std::unexpected<Error> GrubScript::Mistake(std::string_view what) const {
  return Fail(ErrorCode::kInvalid, "line " + std::to_string(line_) + ": " + std::string(what));
}

// Blanks, continued lines and a comment; false where the command ends.
bool GrubScript::SkipBlanks() {
  while (!AtEnd()) {
    bool continued = rest_[at_] == '\\' && at_ + 1 < rest_.size() && rest_[at_ + 1] == '\n';
    if (continued) {
      line_++;
      at_ += 2;
    } else if (IsBlank(rest_[at_])) {
      at_++;
    } else {
      break;
    }
  }
  if (!AtEnd() && rest_[at_] == '#') at_ = std::min(rest_.find('\n', at_), rest_.size());
  return !AtEnd() && !EndsCommand(rest_[at_]);
}

// After a '$'.
Expected<std::string> GrubScript::Variable(const GrubVariables& variables) {
  at_++;
  if (!AtEnd() && rest_[at_] == '{') {
    size_t end = rest_.find_first_of("}\n", at_);
    if (end == std::string_view::npos || rest_[end] == '\n') return Mistake("a ${ does not end");
    std::string_view name = rest_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return ValueOf(variables, name);
  }
  size_t begin = at_;
  while (!AtEnd() && IsName(rest_[at_])) at_++;
  if (at_ > begin) return ValueOf(variables, rest_.substr(begin, at_ - begin));
  // $? $* $@ $# are of functions; a '$' before anything else is itself.
  if (!AtEnd() && std::string_view("?*@#").contains(rest_[at_])) return at_++, std::string();
  return std::string("$");
}

Expected<std::string> GrubScript::DoubleQuoted(const GrubVariables& variables) {
  std::string text;
  for (at_++; !AtEnd() && rest_[at_] != '"';) {
    char c = rest_[at_];
    if (c == '$') {
      text += TRY(Variable(variables));
    } else {
      bool escape = c == '\\' && at_ + 1 < rest_.size() &&
                    std::string_view("$\"\\\n").contains(rest_[at_ + 1]);
      if (escape) c = rest_[++at_];
      if (c == '\n') line_++;
      if (!escape || c != '\n') text += c;
      at_++;
    }
    if (text.size() > kMostOfAWord) return Mistake("a word of more than 64 KiB");
  }
  if (AtEnd()) return Mistake("a quote does not end");
  at_++;
  return text;
}

Expected<std::string> GrubScript::Word(const GrubVariables& variables, bool& quoted) {
  std::string word;
  while (!AtEnd() && !IsBlank(rest_[at_]) && !EndsCommand(rest_[at_])) {
    char c = rest_[at_];
    if (c == '$') {
      word += TRY(Variable(variables));
    } else if (c == '"') {
      quoted = true;
      word += TRY(DoubleQuoted(variables));
    } else if (c == '\'') {
      quoted = true;
      size_t end = rest_.find('\'', at_ + 1);
      if (end == std::string_view::npos) return Mistake("a quote does not end");
      for (char inside : rest_.substr(at_, end - at_)) line_ += inside == '\n';
      word += rest_.substr(at_ + 1, end - at_ - 1);
      at_ = end + 1;
    } else {
      if (c == '\\' && at_ + 1 < rest_.size()) c = rest_[++at_];
      if (c == '\n')
        line_++;
      else
        word += c;
      at_++;
    }
    if (word.size() > kMostOfAWord) return Mistake("a word of more than 64 KiB");
  }
  spent_ += word.size();
  if (spent_ > kMostOfAll) return Mistake("the values of its variables grow without end");
  return word;
}

Expected<GrubCommand> GrubScript::Next(const GrubVariables& variables) {
  GrubCommand command;
  while (!AtEnd()) {
    if (!SkipBlanks()) {
      if (!AtEnd() && rest_[at_++] == '\n') line_++;
      if (!command.words.empty()) return command;
      continue;
    }
    if (command.words.empty()) command.line = line_;
    size_t before = at_;
    bool quoted = false;
    std::string word = TRY(Word(variables, quoted));
    bool brace = !quoted && (word == "{" || word == "}");
    if (brace && !command.words.empty()) {
      at_ = before;  // its own command, next time
      return command;
    }
    if (brace) return GrubCommand{{word}, line_, word[0]};
    command.words.push_back(std::move(word));
  }
  return command;
}

std::string ExpandGrubVariables(std::string_view text, const GrubVariables& variables) {
  std::string expanded;
  for (size_t i = 0; i < text.size();) {
    if (text[i] != '$') {
      expanded += text[i++];
      continue;
    }
    bool braces = text.substr(i + 1).starts_with('{');
    size_t begin = i + 1 + braces, end = begin;
    while (end < text.size() && IsName(text[end])) end++;
    expanded += ValueOf(variables, text.substr(begin, end - begin));
    i = end + (braces && end < text.size() && text[end] == '}');
  }
  return expanded;
}

}  // namespace assay
