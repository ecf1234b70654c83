// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/shell_settings.h"

#include <algorithm>
#include <utility>

#include "checks/formats/shell_command.h"
#include "checks/formats/shell_words.h"

namespace assay {

namespace {

constexpr size_t kMaxFrames = 200;

// What encloses a command.
struct Frame {
  std::string kind;    // if, loop, case, group, function, subshell
  bool guard = false;  // asks whether the shell is interactive
};

class Reader {
 public:
  Reader(std::vector<ShellSetting>& into, bool certain, int depth)
      : settings_(into), certain_(certain), depth_(depth) {}

  Expected<void> Read(std::string_view text) {
    tokens_ = TRY(ShellTokens(text));
    for (at_ = 0; at_ < tokens_.size() && broken_.empty(); at_++) {
      const ShellToken& token = tokens_[at_];
      token.kind == ShellToken::Kind::kWord ? Word(token) : Operator(token);
    }
    if (broken_.empty()) Finish();
    if (broken_.empty() && !frames_.empty()) Broken("the end of the text", tokens_.back().line);
    if (broken_.empty()) return {};
    return Fail(ErrorCode::kInvalid, broken_);
  }

 private:
  bool In(std::string_view kind) const { return !frames_.empty() && frames_.back().kind == kind; }
  bool InAny(std::string_view kind) const {
    return std::ranges::any_of(frames_, [&](const Frame& frame) { return frame.kind == kind; });
  }

  void Broken(const std::string& what, int line) {
    broken_ = "line " + std::to_string(line) + ": '" + (what == "\n" ? "end of line" : what) +
              "' is out of place";
  }

  void Enter(const ShellToken& token, const char* kind) {
    if (frames_.size() >= kMaxFrames) return Broken(token.text, token.line);
    frames_.push_back({kind});
  }

  void Leave(const ShellToken& token, std::string_view kind) {
    if (!In(kind)) return Broken(token.text, token.line);
    frames_.pop_back();
  }

  void Word(const ShellToken& token) {
    connected_ = false;
    if (pattern_) {
      if (words_.empty() && token.text == "esac" && !token.quoted) {
        pattern_ = false;
        Leave(token, "case");
      } else {
        words_.push_back(&token);
      }
      return;
    }
    if (words_.empty() && !token.quoted && token.literal && Keyword(token)) return;
    words_.push_back(&token);
    if (words_[0]->text == "case" && !words_[0]->quoted && words_.size() == 3)
      OpenCase(token);
    else if (words_[0]->text == "function" && words_.size() == 3 && token.text == "{") {
      words_.clear();
      Enter(token, "function");
    }
  }

  void OpenCase(const ShellToken& token) {
    if (token.text != "in") return Broken(token.text, token.line);
    Enter(token, "case");
    if (!frames_.empty()) frames_.back().guard = AsksForTerminal(*words_[1]);
    words_.clear();
    pattern_ = true;
  }

  bool Keyword(const ShellToken& token) {
    const std::string& word = token.text;
    if (word == "then" || word == "else" || word == "elif" || word == "do" || word == "!" ||
        word == "time")
      return true;
    if (word == "if") return Enter(token, "if"), true;
    if (word == "while" || word == "until") return Enter(token, "loop"), true;
    if (word == "for" || word == "select") return Enter(token, "loop"), false;
    if (word == "{")
      return Enter(token, std::exchange(function_, false) ? "function" : "group"), true;
    if (word == "}") {
      Leave(token, In("function") ? "function" : "group");
      return true;
    }
    if (word == "fi") return Leave(token, "if"), true;
    if (word == "done") return Leave(token, "loop"), true;
    if (word == "esac") return Leave(token, "case"), true;
    return false;
  }

  void Operator(const ShellToken& token) {
    const std::string& op = token.text;
    if (pattern_) return Pattern(token);
    if (op == "\n" && words_.size() == 2 && words_[0]->text == "case") return;
    if (op == "(") return Open(token);
    if (op == "|" || op == "&") words_.clear();
    Finish();
    if (op == "&&" || op == "||") {
      conditional_ = true;
      piped_ = false;
    } else if (op == "|") {
      piped_ = true;
    } else if (op == ")") {
      Leave(token, "subshell");
    } else if (op != "\n" || !connected_) {
      conditional_ = piped_ = guard_ = false;
    }
    connected_ = op == "&&" || op == "||" || op == "|" || (op == "\n" && connected_);
    if (op == ";;") {
      if (!In("case")) return Broken(op, token.line);
      pattern_ = true;
    }
  }

  void Pattern(const ShellToken& token) {
    if (token.text == ")") {
      pattern_ = false;
      words_.clear();
    } else if (token.text != "|" && token.text != "(" && token.text != "\n") {
      Broken(token.text, token.line);
    }
  }

  void Open(const ShellToken& token) {
    if (words_.empty()) {
      function_ = false;
      return Enter(token, "subshell");
    }
    // "name ()": what follows is a function's body.
    if (at_ + 1 >= tokens_.size() || tokens_[at_ + 1].text != ")" ||
        tokens_[at_ + 1].kind != ShellToken::Kind::kOperator)
      return Broken(token.text, token.line);
    at_++;
    words_.clear();
    function_ = true;
  }

  // A simple command is complete.
  void Finish() {
    std::vector<const ShellToken*> words = std::exchange(words_, {});
    if (words.empty()) return;
    if (words[0]->text == "function" && !words[0]->quoted) {
      function_ = true;
      return;
    }
    if (words[0]->text == "case" && !words[0]->quoted) return Broken("case", words[0]->line);
    for (const ShellToken* word : words) {
      if (AsksForTerminal(*word)) Guard();
    }
    if (!piped_ && !InAny("subshell") && ReadShellCommand(words, Certain(), depth_, settings_))
      Return(words[0]->line);
  }

  static bool AsksForTerminal(const ShellToken& word) {
    return !word.literal && (word.text.contains("PS1") || word.text.contains("$-"));
  }

  void Guard() {
    guard_ = true;
    if (In("if")) frames_.back().guard = true;
  }

  bool Certain() const { return certain_ && frames_.empty() && !conditional_; }

  void Return(int line) {
    bool guarded = guard_ || std::ranges::any_of(frames_, &Frame::guard);
    if (Certain() && !guarded)
      settings_.push_back({ShellSetting::Kind::kLeave, "", "", true, true, line});
    if (!InAny("function") && !guarded) certain_ = false;
  }

  std::vector<ShellSetting>& settings_;
  bool certain_;
  int depth_;
  std::vector<ShellToken> tokens_;
  size_t at_ = 0;
  std::vector<const ShellToken*> words_;
  std::vector<Frame> frames_;
  bool conditional_ = false, piped_ = false, guard_ = false, connected_ = false;
  bool pattern_ = false, function_ = false;
  std::string broken_;
};

}  // namespace

Expected<void> ReadShellProgram(std::string_view text, bool certain, int depth,
                                std::vector<ShellSetting>& into) {
  return Reader(into, certain, depth).Read(text);
}

Expected<std::vector<ShellSetting>> ParseShellSettings(std::string_view text) {
  std::vector<ShellSetting> settings;
  Expected<void> read = ReadShellProgram(text, true, 0, settings);
  if (!read) return std::unexpected(read.error());
  return settings;
}

}  // namespace assay
