// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/shell_words.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace assay {

namespace {

constexpr int kMaxDepth = 64;

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Expected<std::vector<ShellToken>> All() {
    while (!failed_ && at_ < text_.size()) One();
    if (failed_)
      return Fail(ErrorCode::kInvalid,
                  "line " + std::to_string(failed_) + ": a quote or bracket is not closed");
    return std::move(tokens_);
  }

 private:
  enum class Next { kWord, kDropped, kHereDocument };

  char Peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool Ended() const { return at_ >= text_.size(); }
  char Take() {
    char c = text_[at_++];
    line_ += c == '\n';
    return c;
  }
  void Broken() {
    if (!failed_) failed_ = line_;
    at_ = text_.size();
  }

  void One() {
    char c = Peek();
    if (c == ' ' || c == '\t' || c == '\r') {
      Take();
    } else if (c == '\\' && Peek(1) == '\n') {
      Take();
      Take();
    } else if (c == '#') {
      while (!Ended() && Peek() != '\n') Take();
    } else if (c == '\n') {
      EndLine();
    } else if (in_test_) {
      Word();
    } else if (c == '<' || c == '>' || (c == '&' && Peek(1) == '>')) {
      Redirection();
    } else if (std::string_view(";&|()").contains(c)) {
      OperatorOrArithmetic();
    } else {
      Word();
    }
  }

  void Push(ShellToken token) {
    command_start_ = token.kind == ShellToken::Kind::kOperator;
    if (command_start_) next_ = Next::kWord;
    if (!command_start_ && !token.quoted)
      for (const char* keyword :
           {"if", "then", "elif", "else", "while", "until", "do", "{", "!", "time", "for"})
        command_start_ |= token.text == keyword;
    tokens_.push_back(std::move(token));
  }

  void EndLine() {
    int line = line_;
    Take();
    for (const HereDocument& one : here_documents_) SkipBody(one);
    here_documents_.clear();
    if (!in_test_) Push({ShellToken::Kind::kOperator, "\n", true, false, line});
  }

  struct HereDocument {
    std::string end;
    bool tabs;
  };

  void SkipBody(const HereDocument& document) {
    while (!Ended()) {
      std::string_view line = text_.substr(at_, text_.find('\n', at_) - at_);
      at_ = std::min(text_.size(), at_ + line.size() + 1);
      line_++;
      if (document.tabs) line.remove_prefix(std::min(line.size(), line.find_first_not_of('\t')));
      if (line == document.end) return;
    }
  }

  void Redirection() {
    if (Peek(1) == '(') return Word();  // process substitution
    // "2>": the number belongs to it.
    if (adjacent_ == at_ && !tokens_.empty() && !tokens_.back().text.empty() &&
        std::ranges::all_of(tokens_.back().text, [](unsigned char c) { return isdigit(c); }))
      tokens_.pop_back();
    size_t start = at_;
    while (std::string_view("<>&|").contains(Peek()) && Peek() && at_ - start < 3) Take();
    std::string_view op = text_.substr(start, at_ - start);
    tabs_ = op == "<<" && Peek() == '-';
    if (tabs_) Take();
    next_ = op == "<<" ? Next::kHereDocument : Next::kDropped;
  }

  void OperatorOrArithmetic() {
    if (Peek() == '(' && Peek(1) == '(' && command_start_) return Word();
    int line = line_;
    std::string op(1, Take());
    if (op != "(" && op != ")" && Peek() == op[0]) op += Take();
    if (op == "|" && Peek() == '&') Take();
    if (op == ";" && Peek() == '&') op += Take();
    if (op == ";;" && Peek() == '&') Take();
    if (op == ";&") op = ";;";
    Push({ShellToken::Kind::kOperator, op, true, false, line});
  }

  bool EndsWord(char c, const ShellToken& word) const {
    if (c == ' ' || c == '\t' || c == '\n' || (c == '\r' && Peek(1) == '\n')) return true;
    if (in_test_) return word.text == "]]" && std::string_view(";&|()<>").contains(c);
    if ((c == '<' || c == '>') && Peek(1) == '(' && word.text.empty()) return false;
    if (c == '(') return !OpensInside(word);
    return std::string_view(";&|<>)").contains(c);
  }

  // An array, a pattern of extglob, an arithmetic command, a process substitution.
  bool OpensInside(const ShellToken& word) const {
    if (word.text.empty()) return Peek(1) == '(' && command_start_;
    return std::string_view("=?*+@!<>").contains(word.text.back());
  }

  void Word() {
    ShellToken word{ShellToken::Kind::kWord, "", true, false, line_};
    while (!Ended() && !EndsWord(Peek(), word)) Part(word);
    adjacent_ = at_;
    if (next_ == Next::kHereDocument) here_documents_.push_back({word.text, tabs_});
    if (std::exchange(next_, Next::kWord) != Next::kWord) return;
    if (!word.quoted && word.text == "[[" && command_start_) in_test_ = true;
    if (!word.quoted && word.text == "]]") in_test_ = false;
    Push(std::move(word));
  }

  // The next character of a word, or quoted part, or expansion.
  void Part(ShellToken& word) {
    switch (char c = Peek()) {
      case '\\':
        return Escaped(word);
      case '\'':
        return Single(word);
      case '"':
        return Double(word);
      case '$':
      case '`':
        return Expansion(word);
      case '(':
        word.literal = false;
        Keep(word, [this] { Balanced('(', ')'); });
        return;
      case '~':
        if (LeadsTilde(word)) return Tilde(word);
        [[fallthrough]];
      default:
        word.text += c;
        Take();
    }
  }

  bool LeadsTilde(const ShellToken& word) const {
    bool before = word.text.empty() || word.text.ends_with(':') || word.text.ends_with('=');
    char after = Peek(1);
    return before && (after == '/' || after == ':' || isspace(uint8_t(after)) || after == '\0' ||
                      after == ';');
  }

  void Tilde(ShellToken& word) {
    Take();
    word.text += "$HOME";
    word.literal = false;
  }

  void Escaped(ShellToken& word) {
    Take();
    if (Ended()) return;
    char c = Take();
    if (c == '\n') return;
    word.quoted = true;
    word.text += c;
  }

  void Single(ShellToken& word) {
    word.quoted = true;
    Take();
    while (!Ended() && Peek() != '\'') word.text += Take();
    if (Ended()) return Broken();
    Take();
  }

  void Double(ShellToken& word) {
    word.quoted = true;
    Take();
    while (!Ended() && Peek() != '"') {
      if (Peek() == '$' || Peek() == '`') {
        Expansion(word);
      } else if (Peek() == '\\' && std::string_view("$`\"\\\n").contains(Peek(1)) && Peek(1)) {
        Take();
        if (char c = Take(); c != '\n') word.text += c;
      } else {
        word.text += Take();
      }
    }
    if (Ended()) return Broken();
    Take();
  }

  // Appends to the word what `skip` goes over.
  template <typename Skip>
  void Keep(ShellToken& word, Skip skip) {
    size_t start = at_;
    skip();
    word.text += text_.substr(start, at_ - start);
  }

  void Expansion(ShellToken& word) {
    char next = Peek(1);
    if (Peek() == '`') {
      word.literal = false;
      return Keep(word, [this] { Quoted('`'); });
    }
    if (next == '(' || next == '{' || next == '\'') {
      word.literal = false;
      return Keep(word, [this, next] {
        Take();
        if (next == '\'') return Quoted('\'');
        next == '(' ? Balanced('(', ')') : Balanced('{', '}');
      });
    }
    bool expands = isalnum(uint8_t(next)) || (next && std::string_view("_@*#?$!-").contains(next));
    if (expands) word.literal = false;
    word.text += Take();
    if (expands) word.text += Take();
  }

  // Over a quoted part in which only a backslash is special.
  void Quoted(char quote) {
    Take();
    while (!Ended() && Peek() != quote)
      if (Take() == '\\' && !Ended()) Take();
    if (Ended()) return Broken();
    Take();
  }

  // Over a bracket, those inside of it, and quotes.
  void Balanced(char open, char close) {
    if (depth_++ >= kMaxDepth) return Broken();
    Take();
    int level = 1;
    while (!Ended() && level > 0) {
      char c = Peek();
      if (c == '"') {
        ShellToken inside;
        Double(inside);
      } else if (c == '\'') {
        SingleOver();
      } else if (c == '`') {
        Quoted('`');
      } else {
        level += (c == open) - (c == close);
        if (Take() == '\\' && !Ended()) Take();
      }
    }
    if (level > 0) Broken();
    depth_--;
  }

  void SingleOver() {
    ShellToken inside;
    Single(inside);
  }

  std::string_view text_;
  size_t at_ = 0;
  int line_ = 1, failed_ = 0, depth_ = 0;
  bool command_start_ = true, in_test_ = false, tabs_ = false;
  size_t adjacent_ = std::string_view::npos;
  Next next_ = Next::kWord;
  std::vector<HereDocument> here_documents_;
  std::vector<ShellToken> tokens_;
};

}  // namespace

Expected<std::vector<ShellToken>> ShellTokens(std::string_view text) { return Lexer(text).All(); }

}  // namespace assay
