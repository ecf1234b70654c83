// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "checks/predicates/account_invariants.h"
#include "checks/predicates/demand.h"

namespace assay {

namespace {

constexpr uint32_t kNobody = 65534;

bool HasPassword(const ShadowEntry& entry) {
  return !entry.password.empty() && !IsLocked(entry.password);
}

// A password that no shell can be reached with is still one for everything else that asks PAM.
bool MayWork(const AccountDatabase& accounts, const PasswdEntry& user) {
  std::string_view shell = user.shell.empty() ? "/bin/sh" : std::string_view(user.shell);
  return !IsNoLoginShell(shell) &&
         std::ranges::find(accounts.shells, shell, &LoginShell::path) != accounts.shells.end();
}

Offences Bounded(const AccountQuestion& q, std::optional<int64_t> ShadowEntry::* field,
                 const char* what) {
  std::vector<Offence> offences;
  for (const ShadowEntry& entry : q.accounts.shadow->entries) {
    if (!HasPassword(entry) || q.Excepted(entry.name)) continue;
    const std::optional<int64_t>& days = entry.*field;
    std::optional<bool> met = Meets(q.expected.demand(), days ? std::to_string(*days) : "");
    if (!met) return Fail(ErrorCode::kInvalid, "this assay does not know the rule's comparison");
    if (!*met)
      offences.push_back({kShadow, entry.line,
                          entry.name + " has " + what + " " +
                              (days ? std::to_string(*days) : std::string("not set"))});
  }
  return offences;
}

}  // namespace

Offences NotShadowed(const AccountQuestion& q) {
  std::vector<Offence> offences;
  for (const PasswdEntry& user : q.accounts.passwd.entries)
    if (user.password != "x" && !q.Excepted(user.name))
      offences.push_back({kPasswd, user.line, user.name + " is not shadowed"});
  return offences;
}

Offences EmptyPasswords(const AccountQuestion& q) {
  std::vector<Offence> offences;
  for (const PasswdEntry& user : q.accounts.passwd.entries)
    if (user.password.empty())
      offences.push_back({kPasswd, user.line, user.name + " has an empty password"});
  for (const ShadowEntry& entry : q.accounts.shadow->entries)
    if (entry.password.empty())
      offences.push_back({kShadow, entry.line, entry.name + " has an empty password"});
  return offences;
}

Offences RootPassword(const AccountQuestion& q) {
  const ShadowEntry* root = q.accounts.Shadow("root");
  if (!root) return std::vector<Offence>{{kShadow, 0, "no line of root"}};
  if (IsLocked(root->password) || IsHash(root->password)) return std::vector<Offence>{};
  return std::vector<Offence>{{kShadow, root->line,
                               root->password.empty() ? "root has an empty password"
                                                      : "root has neither a hash nor a lock"}};
}

Offences SystemShells(const AccountQuestion& q) {
  std::vector<Offence> offences;
  for (const PasswdEntry& user : q.accounts.passwd.entries) {
    bool system = user.uid < q.accounts.uid_min || user.uid == kNobody;
    if (!system || user.name == "root" || q.Excepted(user.name)) continue;
    if (IsNoLoginShell(user.shell)) continue;
    offences.push_back({kPasswd, user.line,
                        user.name + " has the shell " +
                            (user.shell.empty() ? "/bin/sh (empty field)" : user.shell)});
  }
  return offences;
}

Offences ListedNoLogin(const AccountQuestion& q) {
  std::vector<Offence> offences;
  for (const LoginShell& shell : q.accounts.shells)
    if (shell.path.ends_with("/nologin"))
      offences.push_back({"/etc/shells", shell.line, shell.path + " is listed"});
  return offences;
}

Offences UnlockedWithoutShell(const AccountQuestion& q) {
  std::vector<Offence> offences;
  for (const PasswdEntry& user : q.accounts.passwd.entries) {
    if (user.name == "root" || q.Excepted(user.name) || MayWork(q.accounts, user)) continue;
    std::optional<std::string_view> password = q.accounts.PasswordOf(user);
    if (!password || IsLocked(*password)) continue;
    const ShadowEntry* entry = q.accounts.Shadow(user.name);
    bool shadowed = user.password == "x" && entry;
    offences.push_back({shadowed ? kShadow : kPasswd, shadowed ? entry->line : user.line,
                        user.name + " is not locked and has the shell " + user.shell});
  }
  return offences;
}

Offences MaxDays(const AccountQuestion& q) {
  std::vector<Offence> offences = TRY(Bounded(q, &ShadowEntry::max_days, "maximum days"));
  // shadow(5): without the date of the last change, aging is off, whatever the other fields say.
  for (const ShadowEntry& entry : q.accounts.shadow->entries)
    if (HasPassword(entry) && !entry.last_change && !q.Excepted(entry.name))
      offences.push_back(
          {kShadow, entry.line, entry.name + " has no date of the last change: no aging"});
  return offences;
}

Offences MinDays(const AccountQuestion& q) {
  return Bounded(q, &ShadowEntry::min_days, "minimum days");
}

Offences WarnDays(const AccountQuestion& q) {
  return Bounded(q, &ShadowEntry::warn_days, "warning days");
}

Offences InactiveDays(const AccountQuestion& q) {
  return Bounded(q, &ShadowEntry::inactive_days, "inactive days");
}

Offences ChangedInFuture(const AccountQuestion& q) {
  constexpr int64_t kDay = 24 * 60 * 60;
  int64_t today = q.host.WallNow() / kDay;
  std::vector<Offence> offences;
  for (const ShadowEntry& entry : q.accounts.shadow->entries)
    if (HasPassword(entry) && entry.last_change && *entry.last_change > today)
      offences.push_back({kShadow, entry.line,
                          entry.name + " changed on day " + std::to_string(*entry.last_change) +
                              ", today is day " + std::to_string(today)});
  return offences;
}

}  // namespace assay
