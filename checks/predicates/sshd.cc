// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "checks/formats/line_pattern.h"
#include "checks/formats/lines.h"
#include "checks/formats/sshd_config.h"
#include "checks/predicates/demand.h"
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

constexpr char kConfig[] = "/etc/ssh/sshd_config";
constexpr const char* kPrograms[] = {"/usr/sbin/sshd", "/usr/local/sbin/sshd"};

using Settings = Expected<std::vector<SshdSetting>>;

// Lists of elements: those of algorithms are separated by ',', MaxStartups by ':'.
std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string WantedOf(const Sshd& expected) {
  std::string text;
  if (expected.names_file()) return "the path of a file";
  for (const std::string& one : expected.none_of())
    text += (text.empty() ? "none of " : ", ") + one;
  for (uint32_t bound : expected.at_most_each())
    text += (text.empty() ? "at most " : ":") + std::to_string(bound);
  return text.empty() ? Describe(expected.demand()) : text;
}

bool WithinEach(const Sshd& expected, const std::string& value) {
  std::vector<std::string> parts = Split(value, ':');
  if (int(parts.size()) != expected.at_most_each_size()) return false;
  for (size_t i = 0; i < parts.size(); i++) {
    std::optional<long long> number = WholeNumber(parts[i]);
    if (!number || *number > expected.at_most_each(int(i))) return false;
  }
  return true;
}

// What is wrong with the file that a value names.
Expected<std::string> WrongFile(const Sshd& expected, const std::string& path, Host& host) {
  if (!path.starts_with('/')) return path;
  Expected<Metadata> file = host.StatTarget(path);
  if (!file && file.error().code == ErrorCode::kNotFound) return path + ", which is not there";
  if (!file) return std::unexpected(file.error());
  if (file->type != Metadata::Type::kRegular) return path + ", which is no file";
  if (expected.file_none().empty()) return "";
  LinePattern pattern = TRY(LinePattern::Compile(expected.file_none(), false));
  std::string text = TRY(ReadText(host, path));
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    number++;
    if (TRY(pattern.Matches(line)))
      return path + ", of which line " + std::to_string(number) + " has what must not be shown";
  }
  return "";
}

// What of the value is not as wanted; "" if it is. An error where that cannot be told.
Expected<std::string> Wrong(const Sshd& expected, const std::string& value, Host& host) {
  if (expected.none_of_size()) {
    for (const std::string& one : Split(value, ','))
      if (std::ranges::find(expected.none_of(), one) != expected.none_of().end()) return one;
    return "";
  }
  if (expected.at_most_each_size()) return WithinEach(expected, value) ? "" : value;
  if (expected.names_file()) return WrongFile(expected, value, host);
  std::optional<bool> meets = Meets(expected.demand(), value);
  if (!meets) return Fail(ErrorCode::kInvalid, "this assay does not know the rule's demand");
  return *meets ? "" : value;
}

// Of MaxStartups the last line counts in OpenSSH 9.2 and the first in later ones: all must do.
bool EveryLineCounts(const std::string& keyword) { return keyword == "maxstartups"; }

// The value where nobody is matched, then that of every Match block that sets the keyword: the
// first line of each counts.
std::vector<SshdSetting> ValuesOf(const std::string& keyword,
                                  const std::vector<SshdSetting>& settings) {
  std::vector<SshdSetting> values;
  std::map<std::string, bool> seen;
  for (const SshdSetting& setting : settings)
    if (setting.keyword == keyword &&
        (!std::exchange(seen[setting.match], true) || EveryLineCounts(keyword)))
      values.push_back(setting);
  std::optional<std::string_view> built_in = SshdDefault(keyword);
  if (!seen.contains("") && built_in)
    values.push_back({keyword, std::string(*built_in), "", "sshd's default", 0});
  return values;
}

// Of a list the evidence has what else must not be in it.
std::string Objection(const Sshd& expected, const SshdSetting& setting, const std::string& wrong) {
  bool list = !expected.none_of().empty();
  return expected.key() + (list ? " has " : " is ") + wrong +
         (setting.match.empty() ? "" : " for 'Match " + setting.match + "'") +
         (list ? ", which must not be in it" : ", wanted is " + WantedOf(expected));
}

Answer JudgeValue(const Sshd& expected, const std::vector<SshdSetting>& settings, Host& host) {
  std::vector<SshdSetting> values = ValuesOf(expected.key(), settings);
  if (std::ranges::find(values, "", &SshdSetting::match) == values.end())
    return {Result::kFail, expected.key() + " is not set", {}};
  Answer answer{Result::kPass};
  for (const SshdSetting& setting : values) {
    std::string value = NormalSshdValue(setting.keyword, setting.value);
    Expected<std::string> wrong = Wrong(expected, value, host);
    if (!wrong) return CannotTell(wrong.error());
    answer.evidence.push_back({setting.file, setting.line, value, WantedOf(expected)});
    if (wrong->empty() || answer.result == Result::kFail) continue;
    answer.result = Result::kFail;
    answer.reason = Objection(expected, setting, *wrong);
  }
  return answer;
}

Answer JudgeAnySet(const Sshd& expected, const std::vector<SshdSetting>& settings) {
  std::string names;
  for (const std::string& keyword : expected.any_set()) {
    names += (names.empty() ? "" : ", ") + keyword;
    for (const SshdSetting& setting : settings)
      if (setting.keyword == keyword && setting.match.empty())
        return {Result::kPass, "", {{setting.file, setting.line, setting.value, "set"}}};
  }
  return {Result::kFail, "none of " + names + " is set for everybody", {}};
}

Expected<bool> IsInstalled(Host& host) {
  for (const char* program : kPrograms) {
    Expected<Metadata> found = host.StatTarget(program);
    if (found) return true;
    if (found.error().code != ErrorCode::kNotFound) return std::unexpected(found.error());
  }
  return false;
}

}  // namespace

Answer JudgeSshd(const Sshd& expected, Host& host) {
  Expected<bool> installed = IsInstalled(host);
  if (!installed) return CannotTell(installed.error());
  if (!*installed) return {Result::kNotApplicable, "sshd is not installed", {}};
  const Settings& settings = host.Once<Settings>("sshd", [](Host& asked) -> Settings {
    // Without a configuration file sshd does not start; what it would do is not known.
    return ReadSshdConfig(asked, kConfig);
  });
  if (!settings) return CannotTell(settings.error());
  if (expected.any_set_size()) return JudgeAnySet(expected, *settings);
  return JudgeValue(expected, *settings, host);
}

}  // namespace assay
