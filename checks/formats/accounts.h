// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/host.h"

namespace assay {

inline constexpr const char* kPasswd = "/etc/passwd";
inline constexpr const char* kShadow = "/etc/shadow";
inline constexpr const char* kGroup = "/etc/group";
inline constexpr const char* kGshadow = "/etc/gshadow";

/// One user of passwd(5).
struct PasswdEntry {
  std::string name, password;
  uint32_t uid = 0, gid = 0;
  std::string gecos, home, shell;
  int line = 0;
};

/// One line of shadow(5). An empty field is nullopt: the feature is off.
struct ShadowEntry {
  std::string name, password;
  std::optional<int64_t> last_change;  ///< days since 1970-01-01; 0: must change at the next login
  std::optional<int64_t> min_days, max_days, warn_days, inactive_days, expires;
  int line = 0;
};

/// One group of group(5), or one line of gshadow(5) (then without a gid; administrators count as
/// members).
struct GroupEntry {
  std::string name, password;
  uint32_t gid = 0;
  std::vector<std::string> members;
  int line = 0;
};

/// The entries of one file. `compat` are the lines of a name that begins with '+' or '-': they take
/// in or leave out accounts of NIS, and only where nsswitch.conf(5) says `compat`.
template <typename Entry>
struct AccountFile {
  std::vector<Entry> entries;
  std::vector<int> compat;  ///< line numbers
};

/// Empty lines and lines that begin with '#' are skipped, as the C library does. Any other line
/// must have exactly the fields of its manual page, a name, and decimal numbers (a uid or gid below
/// 2^32 - 1; shadow's may be empty or negative); no control characters but tabs. kInvalid names
/// `file` and the line.
Expected<AccountFile<PasswdEntry>> ParsePasswd(std::string_view text, std::string_view file);
Expected<AccountFile<ShadowEntry>> ParseShadow(std::string_view text, std::string_view file);
Expected<AccountFile<GroupEntry>> ParseGroup(std::string_view text, std::string_view file);
Expected<AccountFile<GroupEntry>> ParseGshadow(std::string_view text, std::string_view file);

/// A shell of shells(5).
struct LoginShell {
  std::string path;
  int line = 0;
};

/// The shells of shells(5): words that begin with '/', comments left out.
std::vector<LoginShell> ParseShells(std::string_view text);

/// A value of login.defs(5), whose last line wins; nullopt if no line sets it. Quotes around a
/// value are not part of it.
struct LoginDef {
  std::string value;
  int line = 0;
};
std::map<std::string, LoginDef> ParseLoginDefs(std::string_view text);

/// Whether a shell lets nobody work: nologin(8) or false(1), wherever they stand. An empty shell
/// is /bin/sh.
bool IsNoLoginShell(std::string_view shell);

/// Whether a password field of shadow(5) is locked: it begins with '!' or '*', which no hash does.
bool IsLocked(std::string_view password);

/// Whether a field has the form of a hash of crypt(5): "$id$...", BSDi's "_..." or DES.
bool IsHash(std::string_view password);

/// The accounts of a root, read from its own files and never through NSS.
struct AccountDatabase {
  AccountFile<PasswdEntry> passwd;
  AccountFile<GroupEntry> group;
  std::optional<AccountFile<ShadowEntry>> shadow;  ///< nullopt: there is no such file
  std::optional<AccountFile<GroupEntry>> gshadow;
  std::vector<LoginShell> shells;  ///< of /etc/shells; without it getusershell(3)'s default
  uint32_t uid_min = 1000;         ///< UID_MIN of login.defs, or its default
  bool passwd_compat = false;      ///< nsswitch.conf reads passwd as `compat`
  bool group_compat = false;

  std::map<std::string, size_t, std::less<>> shadow_lines;  ///< name: index of its first entry

  /// The first line of the name, as getspnam(3) finds it; nullptr if none.
  const ShadowEntry* Shadow(std::string_view name) const;
  /// The field that a password is compared with: shadow's where passwd's is "x". nullopt: there is
  /// no shadow line, so that no password opens the account.
  std::optional<std::string_view> PasswordOf(const PasswdEntry& user) const;
};

/// Reads it once for all rules. kNotFound without passwd or group: a root without accounts has no
/// answers about them.
const Expected<AccountDatabase>& ReadAccounts(Host& host);

}  // namespace assay
