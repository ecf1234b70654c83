// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/sudo_conf.h"

#include <strings.h>

#include <algorithm>
#include <vector>

#include "checks/formats/lines.h"

namespace assay {

namespace {

constexpr char kConfig[] = "/etc/sudo.conf";
constexpr char kSudoers[] = "/etc/sudoers";
constexpr std::string_view kFileArgument = "sudoers_file=";

bool IsPlugin(std::string_view word) {
  return word.size() == 6 && strncasecmp(word.data(), "Plugin", 6) == 0;
}

// Those of sudoers.so, which comes with sudo; only the first decides who may do what.
bool IsOfSudoers(std::string_view symbol) {
  return symbol == "sudoers_policy" || symbol == "sudoers_io" || symbol == "sudoers_audit";
}

bool IsSudoersPlugin(std::string_view path) {
  return path.substr(path.rfind('/') + 1) == "sudoers.so";
}

}  // namespace

Expected<std::string> SudoersFileIn(std::string_view text, const std::string& source) {
  std::string file = kSudoers;
  int number = 0, policies = 0;
  for (std::string_view line : LinesOf(text)) {
    number++;
    auto wrong = [&](const std::string& what) {
      return Fail(ErrorCode::kInvalid, source + ":" + std::to_string(number) + ": " + what);
    };
    // A comment is no line to be continued (sudo_parseln).
    bool comment = line.contains('#');
    if (!comment && Trim(line).ends_with('\\'))
      return wrong("what a continued line means here differs among versions of sudo");
    std::vector<std::string_view> words = WordsOf(line.substr(0, line.find('#')));
    if (words.size() < 3 || !IsPlugin(words[0])) continue;
    if (!IsOfSudoers(words[1]) || !IsSudoersPlugin(words[2]))
      return wrong("what the plugin " + std::string(words[1]) + " allows cannot be told");
    if (words[1] != "sudoers_policy") continue;
    if (policies++) return wrong("a second sudoers_policy, of which sudo takes one");
    for (std::string_view word : words)
      if (word.starts_with(kFileArgument)) file = word.substr(kFileArgument.size());
    if (!file.starts_with('/')) return wrong("sudoers_file is no absolute path");
  }
  return file;
}

Expected<std::string> SudoersFileOf(Host& host) {
  Expected<std::string> text = ReadText(host, kConfig);
  if (!text && text.error().code == ErrorCode::kNotFound) return std::string(kSudoers);
  if (!text) return std::unexpected(text.error());
  return SudoersFileIn(*text, kConfig);
}

}  // namespace assay
