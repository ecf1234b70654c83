// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/shell_command.h"

#include <cctype>
#include <optional>
#include <utility>

namespace assay {

namespace {

constexpr int kMaxEvals = 4;

using Kind = ShellSetting::Kind;

size_t NameLength(std::string_view text) {
  size_t length = 0;
  while (length < text.size() && (isalnum(uint8_t(text[length])) || text[length] == '_')) length++;
  return length && isdigit(uint8_t(text[0])) ? 0 : length;
}

// "NAME=value", "NAME+=value" or "NAME[i]=value".
struct Assignment {
  std::string name, value;
  bool literal;
};

std::optional<Assignment> AssignmentOf(const ShellToken& word) {
  size_t length = NameLength(word.text);
  if (!length || length >= word.text.size()) return std::nullopt;
  std::string_view rest = std::string_view(word.text).substr(length);
  std::string name = word.text.substr(0, length);
  if (rest.starts_with('=')) return Assignment{name, std::string(rest.substr(1)), word.literal};
  bool part = rest.starts_with("+=") || (rest.starts_with('[') && rest.contains("]="));
  if (!part) return std::nullopt;
  return Assignment{name, std::string(rest), false};
}

class CommandReader {
 public:
  CommandReader(std::vector<ShellSetting>& into, bool certain, int depth)
      : settings_(into), certain_(certain), depth_(depth) {}

  bool Read(const std::vector<const ShellToken*>& words) {
    for (const ShellToken* word : words) AssignedByExpansion(*word);
    Command(words);
    return leaves_;
  }

 private:
  void Add(Kind kind, const ShellToken& from, std::string name, std::string value, bool literal) {
    settings_.push_back(
        {kind, std::move(name), std::move(value), literal, certain_ && sure_, from.line});
  }

  // "${NAME:=value}" and "${NAME=value}" set what is not set.
  void AssignedByExpansion(const ShellToken& word) {
    std::string_view text = word.text;
    if (word.literal) return;
    for (size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
      std::string_view rest = text.substr(at + 2);
      size_t length = NameLength(rest);
      std::string_view after = rest.substr(length);
      if (length && (after.starts_with('=') || after.starts_with(":=")))
        Maybe(word, std::string(rest.substr(0, length)), std::string(after));
    }
  }

  void Maybe(const ShellToken& from, std::string name, std::string value) {
    bool before = std::exchange(sure_, false);
    Add(Kind::kAssign, from, std::move(name), std::move(value), false);
    sure_ = before;
  }

  void Command(const std::vector<const ShellToken*>& words) {
    size_t first = 0;
    while (first < words.size() && AssignmentOf(*words[first])) first++;
    bool only = first == words.size();
    for (size_t i = 0; i < first; i++) {
      Assignment one = *AssignmentOf(*words[i]);
      // In front of a command it is the command's own; of a special builtin, shells disagree.
      sure_ = only;
      if (only || IsSpecial(words[first]->text))
        Add(Kind::kAssign, *words[i], one.name, one.value, one.literal);
      sure_ = true;
    }
    while (first < words.size() &&
           (words[first]->text == "builtin" || words[first]->text == "command"))
      first++;
    if (first < words.size())
      Builtin(words[first]->text, {words.begin() + ptrdiff_t(first) + 1, words.end()},
              *words[first]);
  }

  static bool IsSpecial(std::string_view name) {
    return name == "export" || name == "readonly" || name == "eval" || name == "." || name == ":";
  }

  using Arguments = std::vector<const ShellToken*>;

  void Builtin(const std::string& name, const Arguments& arguments, const ShellToken& at) {
    if (name == "umask") return Umask(arguments);
    if (name == "export" || name == "readonly" || name == "typeset" || name == "declare")
      return Declare(name, arguments);
    if (name == "unset") return Unset(arguments);
    if (name == "." || name == "source") return Source(arguments);
    if (name == "return" || name == "exit") leaves_ = true;
    if (name == "eval") return Eval(arguments, at);
    if (name == "pathmunge" && !arguments.empty())
      return Add(Kind::kPathEntry, at, "PATH", arguments[0]->text, arguments[0]->literal);
    if (name == "printf" && arguments.size() > 1 && arguments[0]->text == "-v")
      return Names({arguments[1]});
    if ((name == "for" || name == "select") && !arguments.empty()) return Names({arguments[0]});
    for (const char* sets : {"read", "let", "getopts", "mapfile", "readarray"})
      if (name == sets) return Names(arguments);
  }

  void Names(const Arguments& arguments) {
    for (const ShellToken* word : arguments)
      if (std::optional<Assignment> one = AssignmentOf(*word))
        Maybe(*word, one->name, one->value);
      else if (!word->text.empty() && NameLength(word->text) == word->text.size())
        Maybe(*word, word->text, "");
  }

  void Umask(const Arguments& arguments) {
    for (const ShellToken* word : arguments) {
      if (word->text == "-S" || word->text == "-p" || word->text == "--") continue;
      return Add(Kind::kUmask, *word, "umask", word->text, word->literal);
    }
  }

  void Declare(const std::string& name, const Arguments& arguments) {
    bool exports = name == "export", readonly = name == "readonly", unexports = false;
    for (const ShellToken* word : arguments) {
      const std::string& text = word->text;
      if (text.starts_with('-') || text.starts_with('+')) {
        bool on = text[0] == '-';
        if (name == "export") unexports |= text.contains('n');
        if (name != "export" && text.contains('x')) (on ? exports : unexports) = true;
        readonly |= on && text.contains('r');
        continue;
      }
      std::optional<Assignment> one = AssignmentOf(*word);
      std::string variable = one ? one->name : text;
      if (one) Add(Kind::kAssign, *word, variable, one->value, one->literal);
      if (exports && !unexports) Add(Kind::kExport, *word, variable, "", true);
      if (unexports) Add(Kind::kUnexport, *word, variable, "", true);
      if (readonly) Add(Kind::kReadonly, *word, variable, "", true);
    }
  }

  void Unset(const Arguments& arguments) {
    for (const ShellToken* word : arguments)
      if (word->text == "-f")
        return;
      else if (!word->text.starts_with('-'))
        Add(Kind::kUnset, *word, word->text, "", word->literal);
  }

  void Source(const Arguments& arguments) {
    if (!arguments.empty())
      Add(Kind::kSource, *arguments[0], "", arguments[0]->text, arguments[0]->literal);
  }

  void Eval(const Arguments& arguments, const ShellToken& at) {
    std::string code;
    bool literal = true;
    for (const ShellToken* word : arguments) {
      code += word->text + " ";
      literal &= word->literal;
    }
    std::vector<ShellSetting> inside;
    if (literal && depth_ < kMaxEvals &&
        ReadShellProgram(code, certain_ && sure_, depth_ + 1, inside)) {
      for (ShellSetting& one : inside) {
        one.line = at.line;
        settings_.push_back(std::move(one));
      }
      return;
    }
    Add(Kind::kEval, at, "", code, false);
  }

  std::vector<ShellSetting>& settings_;
  bool certain_;
  int depth_;
  bool sure_ = true, leaves_ = false;
};

}  // namespace

bool ReadShellCommand(const std::vector<const ShellToken*>& words, bool certain, int depth,
                      std::vector<ShellSetting>& into) {
  return CommandReader(into, certain, depth).Read(words);
}

}  // namespace assay
