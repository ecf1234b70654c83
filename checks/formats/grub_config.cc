// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/grub_config.h"

#include <algorithm>
#include <set>

#include "checks/formats/lines.h"

namespace assay {

namespace {

constexpr size_t kMostEntries = 1000;

bool IsKernelCommand(const std::vector<std::string>& words) {
  if (words.size() < 2) return false;
  std::string_view image = words[1];
  image = image.substr(image.rfind('/') + 1);
  if (words[0] == "module" || words[0] == "module2") return image.starts_with("vmlinu");
  bool starts = words[0] == "linux" || words[0] == "linux16" || words[0] == "linuxefi";
  return starts && !image.starts_with("memtest");
}

// GRUB puts quotes around an argument that has blanks (lib/cmdline.c).
std::string Joined(const std::vector<std::string>& words, size_t from) {
  std::string text;
  for (size_t i = from; i < words.size(); i++) {
    bool blank = words[i].contains(' ');
    text += (i > from ? " " : "") + (blank ? "\"" + words[i] + "\"" : words[i]);
  }
  return text;
}

std::vector<std::string> UsersOf(std::string_view list) {
  std::vector<std::string> users;
  while (!list.empty()) {
    size_t end = std::min(list.find_first_of(" ,;|&"), list.size());
    if (end > 0) users.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(list.size(), end + 1));
  }
  return users;
}

bool IsVariableName(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

// The reader of one file, command by command.
class Reader {
 public:
  Reader(const std::string& file, GrubVariables variables) : file_(file) {
    config_.variables = std::move(variables);
  }

  Expected<GrubConfig> Read(std::string_view text) {
    GrubScript script(text);
    for (;;) {
      Expected<GrubCommand> command = script.Next(config_.variables);
      if (!command) return std::unexpected(WithContext(command.error(), file_));
      if (command->words.empty()) break;
      if (Expected<void> taken = Take(*command); !taken) return std::unexpected(taken.error());
    }
    if (!blocks_.empty()) return Mistake(0, "a '{' is not closed");
    config_.superusers = UsersOf(config_.variables["superusers"]);
    return std::move(config_);
  }

 private:
  std::unexpected<Error> Mistake(int line, std::string_view what) const {
    std::string place = line ? " line " + std::to_string(line) : "";
    return Fail(ErrorCode::kInvalid, file_ + place + ": " + std::string(what));
  }

  Expected<void> Take(GrubCommand& command) {
    if (command.brace('{')) {
      if (blocks_.size() == 64) return Mistake(command.line, "blocks nest deeper than 64");
      blocks_.push_back(std::move(next_title_));
      next_title_.clear();
    } else if (command.brace('}')) {
      if (blocks_.empty()) return Mistake(command.line, "a '}' closes nothing");
      blocks_.pop_back();
    } else {
      StripKeywords(command.words);
      if (!command.words.empty()) return Execute(command);
    }
    return {};
  }

  // "then set a=b" is a command behind a keyword.
  static void StripKeywords(std::vector<std::string>& words) {
    static const std::set<std::string_view> kKeywords = {"if",    "then",  "else", "elif",
                                                         "while", "until", "do",   "!"};
    while (!words.empty() && kKeywords.contains(words[0])) words.erase(words.begin());
  }

  Expected<void> Execute(const GrubCommand& command) {
    const std::vector<std::string>& words = command.words;
    if (words[0] == "menuentry" || words[0] == "submenu") {
      auto title = std::find_if(words.begin() + 1, words.end(),
                                [](const std::string& word) { return !word.starts_with('-'); });
      if (title != words.end()) next_title_ = *title;
    } else if (words[0] == "blscfg") {
      config_.reads_loader_entries = true;
    } else if (words.size() >= 3 && (words[0] == "password_pbkdf2" || words[0] == "password")) {
      bool hashed = words[0] == "password_pbkdf2" && words[2].starts_with("grub.pbkdf2.");
      config_.passwords.push_back({words[1], hashed, command.line});
    } else if (IsKernelCommand(words)) {
      if (config_.entries.size() == kMostEntries)
        return Mistake(command.line, "more than 1000 entries");
      config_.entries.push_back({Title(), words[1], Joined(words, 2), file_, command.line});
    } else {
      Assign(words, command.line);
    }
    return {};
  }

  // `set name=value`, or without `set`.
  void Assign(const std::vector<std::string>& words, int line) {
    if (words[0] == "set" ? words.size() < 2 : words.size() != 1) return;
    const std::string& assignment = words[0] == "set" ? words[1] : words[0];
    size_t equals = assignment.find('=');
    if (equals == std::string::npos) return;
    std::string name = assignment.substr(0, equals);
    if (!IsVariableName(name)) return;
    config_.variables[name] = assignment.substr(equals + 1);
    if (name == "superusers") config_.superusers_line = line;
  }

  std::string Title() const {
    for (auto block = blocks_.rbegin(); block != blocks_.rend(); ++block)
      if (!block->empty()) return *block;
    return "outside of any menu entry";
  }

  const std::string& file_;
  GrubConfig config_;
  std::vector<std::string> blocks_;  // title of each open one
  std::string next_title_;
};

}  // namespace

Expected<GrubConfig> ParseGrubConfig(std::string_view text, const std::string& file,
                                     GrubVariables variables) {
  return Reader(file, std::move(variables)).Read(text);
}

GrubVariables ParseGrubEnvironment(std::string_view text) {
  GrubVariables variables;
  std::string name, plain;
  bool named = false, comment = false;
  auto finish = [&] {
    if (named && !comment && IsVariableName(name)) variables[name] = plain;
    name.clear(), plain.clear(), named = comment = false;
  };
  for (size_t i = 0; i < text.size(); i++) {
    char c = text[i];
    if (c == '\n') {
      finish();
    } else if (c == '#' && plain.empty() && !named) {
      comment = true;
    } else if (c == '=' && !named) {
      name = std::move(plain);
      plain.clear();
      named = true;
    } else {
      if (c == '\\' && i + 1 < text.size()) c = text[++i];
      plain += c;
    }
  }
  finish();
  return variables;
}

}  // namespace assay
