// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "checks/formats/accounts.h"
#include "checks/formats/lines.h"

namespace assay {

namespace {

// nullopt: there is no such file.
Expected<std::optional<std::string>> MaybeRead(Host& host, const char* path) {
  Expected<std::string> text = ReadText(host, path);
  if (!text && text.error().code == ErrorCode::kNotFound) return std::nullopt;
  if (!text) return std::unexpected(text.error());
  return std::move(*text);
}

// Whether nsswitch.conf(5) lets `compat` answer for a database.
bool Compat(std::string_view text, std::string_view database) {
  for (std::string_view line : LinesOf(text)) {
    line = Trim(line.substr(0, line.find('#')));
    size_t colon = line.find(':');
    if (colon == std::string_view::npos || Trim(line.substr(0, colon)) != database) continue;
    std::vector<std::string_view> words = WordsOf(line.substr(colon + 1));
    if (std::ranges::find(words, "compat") != words.end()) return true;
  }
  return false;
}

Expected<uint32_t> UidMin(std::string_view text) {
  std::map<std::string, LoginDef> values = ParseLoginDefs(text);
  auto found = values.find("UID_MIN");
  if (found == values.end()) return 1000;
  const std::string& value = found->second.value;
  uint32_t number = 0;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (value.empty() || error != std::errc() || end != value.data() + value.size())
    return Fail(ErrorCode::kInvalid,
                "/etc/login.defs:" + std::to_string(found->second.line) + ": UID_MIN is no number");
  return number;
}

Expected<AccountDatabase> Read(Host& host) {
  AccountDatabase all;
  std::string passwd = TRY(ReadText(host, kPasswd));
  all.passwd = TRY(ParsePasswd(passwd, kPasswd));
  std::string group = TRY(ReadText(host, kGroup));
  all.group = TRY(ParseGroup(group, kGroup));
  std::optional<std::string> shadow = TRY(MaybeRead(host, kShadow));
  if (shadow) all.shadow = TRY(ParseShadow(*shadow, kShadow));
  if (all.shadow)
    for (size_t i = 0; i < all.shadow->entries.size(); i++)
      all.shadow_lines.emplace(all.shadow->entries[i].name, i);
  std::optional<std::string> gshadow = TRY(MaybeRead(host, kGshadow));
  if (gshadow) all.gshadow = TRY(ParseGshadow(*gshadow, kGshadow));
  std::optional<std::string> shells = TRY(MaybeRead(host, "/etc/shells"));
  all.shells =
      shells ? ParseShells(*shells) : std::vector<LoginShell>{{"/bin/sh", 0}, {"/bin/csh", 0}};
  std::optional<std::string> defs = TRY(MaybeRead(host, "/etc/login.defs"));
  if (defs) all.uid_min = TRY(UidMin(*defs));
  std::optional<std::string> nsswitch = TRY(MaybeRead(host, "/etc/nsswitch.conf"));
  all.passwd_compat = nsswitch && Compat(*nsswitch, "passwd");
  all.group_compat = nsswitch && Compat(*nsswitch, "group");
  return all;
}

}  // namespace

const Expected<AccountDatabase>& ReadAccounts(Host& host) {
  return host.Once<Expected<AccountDatabase>>("accounts", Read);
}

}  // namespace assay
