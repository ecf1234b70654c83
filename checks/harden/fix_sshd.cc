// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "checks/formats/lines.h"
#include "checks/formats/sshd_config.h"
#include "checks/harden/fix.h"
#include "checks/harden/setting.h"

namespace assay {

namespace {

constexpr char kSshd[] = "/etc/ssh/sshd_config";
constexpr char kSshdOwn[] = "/etc/ssh/sshd_config.d/00-assay.conf";  // the first value wins
constexpr char kSshdInclude[] = "Include /etc/ssh/sshd_config.d/*.conf";

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return char(tolower(c)); });
  return text;
}

// The elements of a list of algorithms that may stay; empty: none.
std::string Allowed(const Sshd& wanted, std::string_view list) {
  std::string kept;
  for (size_t at = 0; at < list.size();) {
    std::string element(list.substr(at, list.find(',', at) - at));
    at += element.size() + 1;
    if (std::ranges::find(wanted.none_of(), element) != wanted.none_of().end()) continue;
    kept += (kept.empty() ? "" : ",") + element;
  }
  return kept;
}

// Of what is in force, or else of what sshd does by itself.
std::optional<std::string> AllowedList(const Sshd& wanted, Host& host) {
  std::string keyword = Lower(wanted.key()), kept;
  Expected<std::vector<SshdSetting>> settings = ReadSshdConfig(host, kSshd);
  if (!settings) return std::nullopt;
  for (const SshdSetting& one : *settings)
    if (one.keyword == keyword && one.match.empty()) {
      kept = Allowed(wanted, NormalSshdValue(keyword, one.value));
      break;
    }
  if (kept.empty()) kept = Allowed(wanted, SshdDefault(keyword).value_or(""));
  if (kept.empty()) return std::nullopt;
  return kept;
}

std::optional<std::string> SshdValue(const Sshd& wanted, Host& host) {
  if (wanted.names_file()) return "/etc/issue.net";
  if (!wanted.none_of().empty()) return AllowedList(wanted, host);
  if (wanted.at_most_each().empty()) return ValueFor(wanted.demand());
  std::string value;
  for (uint32_t one : wanted.at_most_each())
    value += (value.empty() ? "" : ":") + std::to_string(one);
  return value;
}

// Without the lines of a keyword that no Match block can hold.
std::string Silenced(const std::string& keyword, std::string_view text) {
  std::string kept;
  for (std::string_view line : LinesOf(text)) {
    Expected<SshdSetting> one = ParseSshdLine(line);
    kept += (one && one->keyword == keyword ? "# assay: " : "") + std::string(line) + "\n";
  }
  return kept;
}

// Of MaxStartups the last line counts in OpenSSH 9.2: none but ours may be left.
Expected<void> SilenceOthers(const std::string& keyword, Plan& plan) {
  std::set<std::string> files;
  for (const SshdSetting& one : TRY(ReadSshdConfig(plan.host(), kSshd)))
    if (one.keyword == keyword && one.file != kSshdOwn) files.insert(one.file);
  for (const std::string& file : files) {
    std::optional<std::string> text = TRY(plan.Read(file));
    if (text) TRY(plan.Write(file, Silenced(keyword, *text)));
  }
  return {};
}

Expected<void> IncludeOwnSshdFile(Plan& plan) {
  std::optional<std::string> text = TRY(plan.Read(kSshd));
  if (!text) return ByHand("there is no " + std::string(kSshd));
  for (std::string_view line : LinesOf(*text))
    if (Trim(line).starts_with("Include") && line.contains("sshd_config.d")) return {};
  return plan.Write(kSshd, std::string(kSshdInclude) + "\n" + *text);
}

}  // namespace

Expected<void> FixSshd(const Sshd& wanted, Plan& plan) {
  std::optional<std::string> value = SshdValue(wanted, plan.host());
  if (!value) return ByHand("");
  Text key;
  key.set_key(wanted.key());
  key.set_separator(" ");
  key.set_ignore_case(true);
  std::string text = TRY(plan.Read(kSshdOwn)).value_or("");
  if (!wanted.at_most_each().empty()) TRY(SilenceOthers(Lower(wanted.key()), plan));
  TRY(IncludeOwnSshdFile(plan));
  return plan.Write(kSshdOwn, *WithKey(key, text, *value));
}

}  // namespace assay
