// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/printable.h"
#include "checks/formats/nft_config.h"

namespace assay {

namespace {

constexpr size_t kMaxSubstituted = 10'000;

bool Ends(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ';' || c == '{' || c == '}' ||
         c == ',' || c == '"' || c == '#';
}

class Lexer {
 public:
  Lexer(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  Expected<NftTokens> Read() {
    while (at_ < text_.size()) {
      char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\r')
        at_++;
      else if (c == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n')
        at_ += 2, line_++;
      else if (c == '#')
        at_ = std::min(text_.find('\n', at_), text_.size());
      else if (c == '"') {
        Expected<void> read = String();
        if (!read) return std::unexpected(read.error());
      } else if (c == '\n' || c == ';') {
        Add("\n");
        line_ += c == '\n';
        at_++;
      } else if (c == '{' || c == '}' || c == ',') {
        Add(std::string(1, c));
        at_++;
      } else
        Word();
    }
    Add("\n");
    return std::move(tokens_);
  }

 private:
  void Add(std::string word, bool quoted = false) {
    tokens_.push_back({std::move(word), file_, line_, quoted});
  }

  Expected<void> String() {
    size_t end = text_.find_first_of("\"\n", at_ + 1);
    if (end == std::string_view::npos || text_[end] == '\n')
      return Fail(ErrorCode::kInvalid,
                  file_ + ":" + std::to_string(line_) + ": a string that does not end");
    Add(std::string(text_.substr(at_ + 1, end - at_ - 1)), true);
    at_ = end + 1;
    return {};
  }

  void Word() {
    size_t end = at_;
    while (end < text_.size() && !Ends(text_[end]) && !Joins(end)) end++;
    // '=' stands alone in a definition, and belongs to "==", "!=", ">=", "<=".
    std::string_view word = text_.substr(at_, end - at_);
    size_t equals = word.find('=');
    if (word.find_first_of("=!<>") == std::string_view::npos || equals == std::string_view::npos) {
      Add(std::string(word));
    } else {
      size_t from =
          equals > 0 && std::string_view("!<>=").contains(word[equals - 1]) ? equals - 1 : equals;
      size_t to = equals + 1 + (word.substr(equals + 1).starts_with('=') ? 1 : 0);
      for (std::string_view part :
           {word.substr(0, from), word.substr(from, to - from), word.substr(to)})
        if (!part.empty()) Add(std::string(part));
    }
    at_ = end;
  }

  bool Joins(size_t at) const {
    return text_[at] == '\\' && text_.substr(at + 1).starts_with('\n');
  }

  std::string_view text_;
  const std::string& file_;
  size_t at_ = 0;
  int line_ = 1;
  NftTokens tokens_;
};

}  // namespace

Expected<NftTokens> NftTokensOf(std::string_view text, const std::string& file) {
  return Lexer(text, file).Read();
}

std::unexpected<Error> NftMistake(const NftToken& at, const std::string& what) {
  return Fail(ErrorCode::kInvalid,
              at.file + ":" + std::to_string(at.line) + ": " + Printable(what));
}

Expected<NftTokens> Substituted(const NftTokens& words, const NftDefinitions& definitions) {
  NftTokens said;
  for (const NftToken& word : words) {
    if (word.quoted || !word.text.starts_with('$')) {
      said.push_back(word);
      continue;
    }
    auto found = definitions.find(std::string_view(word.text).substr(1));
    if (found == definitions.end()) return NftMistake(word, word.text + " is nowhere defined");
    for (const NftToken& part : found->second) {
      said.push_back(part);
      said.back().file = word.file;
      said.back().line = word.line;
    }
    if (said.size() > kMaxSubstituted) return NftMistake(word, "too long");
  }
  return said;
}

}  // namespace assay
