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
  std::string file = kSudoers, joined;
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    number++;
    bool goes_on = line.ends_with('\\');
    joined += line.substr(0, line.size() - goes_on);
    if (goes_on) continue;
    std::string whole = std::move(joined).substr(0, joined.find('#'));
    joined.clear();
    std::vector<std::string_view> words = WordsOf(whole);
    if (words.size() < 3 || !IsPlugin(words[0])) continue;
    if (!IsOfSudoers(words[1]) || !IsSudoersPlugin(words[2]))
      return Fail(ErrorCode::kInvalid, source + ":" + std::to_string(number) +
                                           ": what the plugin " + std::string(words[1]) +
                                           " allows cannot be told");
    if (words[1] != "sudoers_policy") continue;
    for (std::string_view word : words)
      if (word.starts_with(kFileArgument)) file = word.substr(kFileArgument.size());
    if (!file.starts_with('/'))
      return Fail(ErrorCode::kInvalid,
                  source + ":" + std::to_string(number) + ": sudoers_file is no absolute path");
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
