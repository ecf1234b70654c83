// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "checks/formats/lines.h"
#include "checks/formats/pam_file.h"

namespace assay {

namespace {

using Kind = PamAction::Kind;
constexpr int kLongestJump = 10'000;

// _pam_token_returns of Linux-PAM.
constexpr std::string_view kReturns[] = {"success",
                                         "open_err",
                                         "symbol_err",
                                         "service_err",
                                         "system_err",
                                         "buf_err",
                                         "perm_denied",
                                         "auth_err",
                                         "cred_insufficient",
                                         "authinfo_unavail",
                                         "user_unknown",
                                         "maxtries",
                                         "new_authtok_reqd",
                                         "acct_expired",
                                         "session_err",
                                         "cred_unavail",
                                         "cred_expired",
                                         "cred_err",
                                         "no_module_data",
                                         "conv_err",
                                         "authtok_err",
                                         "authtok_recover_err",
                                         "authtok_lock_busy",
                                         "authtok_disable_aging",
                                         "try_again",
                                         "ignore",
                                         "abort",
                                         "authtok_expired",
                                         "module_unknown",
                                         "bad_item",
                                         "conv_again",
                                         "incomplete"};

constexpr std::pair<std::string_view, Kind> kActions[] = {
    {"ignore", Kind::kIgnore}, {"ok", Kind::kOk},   {"done", Kind::kDone},
    {"bad", Kind::kBad},       {"die", Kind::kDie}, {"reset", Kind::kReset}};

std::optional<PamAction> ActionOf(std::string_view word) {
  for (const auto& [name, kind] : kActions)
    if (word == name) return PamAction{kind, 0};
  int jump = 0;
  for (char c : word) {
    if (c < '0' || c > '9' || jump > kLongestJump) return std::nullopt;
    jump = jump * 10 + (c - '0');
  }
  if (jump < 1 || jump > kLongestJump) return std::nullopt;
  return PamAction{Kind::kJump, jump};
}

PamControl Simple(Kind success, Kind ignore, Kind failure) {
  return {{success, 0}, {success, 0}, {ignore, 0}, {{failure, 0}}};
}

std::optional<PamControl> Keyword(std::string_view text) {
  std::string word(text);
  std::ranges::transform(word, word.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  if (word == "required") return Simple(Kind::kOk, Kind::kIgnore, Kind::kBad);
  if (word == "requisite") return Simple(Kind::kOk, Kind::kIgnore, Kind::kDie);
  if (word == "sufficient") return Simple(Kind::kDone, Kind::kIgnore, Kind::kIgnore);
  if (word == "optional") return Simple(Kind::kOk, Kind::kIgnore, Kind::kIgnore);
  return std::nullopt;
}

using Settings = std::map<std::string_view, PamAction, std::less<>>;

bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Takes what is before the next blank or '='.
std::string_view TakeWord(std::string_view& text) {
  size_t end = 0;
  while (end < text.size() && !IsBlank(text[end]) && text[end] != '=') end++;
  std::string_view word = text.substr(0, end);
  text = Trim(text.substr(end));
  return word;
}

// return_code = action ...; the last one of a code counts.
std::optional<Settings> SettingsOf(std::string_view text) {
  Settings settings;
  text = Trim(text);
  while (!text.empty()) {
    std::string_view code = TakeWord(text);
    if (code != "default" && std::ranges::find(kReturns, code) == std::end(kReturns))
      return std::nullopt;
    if (!text.starts_with('=')) return std::nullopt;
    text = Trim(text.substr(1));
    std::optional<PamAction> action = ActionOf(TakeWord(text));
    if (!action) return std::nullopt;
    settings[code] = *action;
  }
  return settings;
}

}  // namespace

std::optional<PamControl> ParsePamControl(std::string_view text) {
  if (std::optional<PamControl> keyword = Keyword(text)) return keyword;
  std::optional<Settings> settings = SettingsOf(text);
  if (!settings) return std::nullopt;
  auto action = [&](std::string_view code) {
    if (auto set = settings->find(code); set != settings->end()) return set->second;
    // What is not said is a failure, success too.
    auto rest = settings->find("default");
    return rest == settings->end() ? PamAction{} : rest->second;
  };
  PamControl control{action("success"), action("new_authtok_reqd"), action("ignore"), {}};
  for (std::string_view code : kReturns) {
    if (code == "success" || code == "new_authtok_reqd" || code == "ignore") continue;
    if (std::ranges::find(control.failures, action(code)) == control.failures.end())
      control.failures.push_back(action(code));
  }
  return control;
}

}  // namespace assay
