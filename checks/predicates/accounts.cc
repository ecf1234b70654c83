// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "checks/predicates/account_invariants.h"
#include "checks/predicates/demand.h"
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

constexpr size_t kNamed = 20;

constexpr AccountInvariant kInvariants[] = {
    {"uid-0-only-root", "uid 0 is root's alone", false, false, false, UidZero},
    {"gid-0-users", "gid 0 is the primary group of root alone", false, false, false, GidZeroUsers},
    {"gid-0-group-only-root", "gid 0 is the group root alone", false, false, false, GidZeroGroups},
    {"shadowed-passwords", "every password is in shadow", false, false, false, NotShadowed},
    {"no-empty-passwords", "no password is empty", true, false, false, EmptyPasswords},
    {"primary-groups-exist", "every primary group exists", false, false, false, PrimaryGroups},
    {"shadow-group-empty", "nobody is in the group shadow", false, false, false, ShadowGroup},
    {"unique-uids", "no uid stands twice", false, false, false, RepeatedUids},
    {"unique-gids", "no gid stands twice", false, false, false, RepeatedGids},
    {"unique-user-names", "no user stands twice", false, false, false, RepeatedUserNames},
    {"unique-group-names", "no group stands twice", false, false, false, RepeatedGroupNames},
    {"root-password", "root has a hash or is locked", true, false, false, RootPassword},
    {"system-accounts-no-shell", "system accounts have no shell", false, false, false,
     SystemShells},
    {"shells-without-nologin", "nologin is no listed shell", false, false, false, ListedNoLogin},
    {"no-shell-accounts-locked", "accounts without a shell are locked", true, false, false,
     UnlockedWithoutShell},
    {"password-max-days", "the maximum days of every password are", true, true, false, MaxDays},
    {"password-min-days", "the minimum days of every password are", true, true, false, MinDays},
    {"password-warn-days", "the warning days of every password are", true, true, false, WarnDays},
    {"password-inactive-days", "the inactive days of every password are", true, true, false,
     InactiveDays},
    {"last-change-in-past", "no password was changed in the future", true, false, false,
     ChangedInFuture},
    {"home-directories", "homes exist, belong to their users and are no wider than", false, false,
     true, HomeDirectories},
    {"dot-files", "dot files are their users' own and closed", false, false, false, DotFiles},
};

std::string Octal(uint32_t mode) {
  std::string text;
  for (int shift = 9; shift >= 0; shift -= 3) text += char('0' + ((mode >> shift) & 7));
  return text;
}

std::string Wanted(const AccountInvariant& invariant, const Accounts& expected) {
  std::string text(invariant.wanted);
  if (invariant.demand) text += " " + Describe(expected.demand());
  if (invariant.mode) text += " " + Octal(expected.mode());
  return text;
}

std::string Where(const Offence& offence) {
  if (offence.file == offence.value.substr(0, offence.file.size())) return offence.value;
  return offence.value + " (" + offence.file +
         (offence.line ? ":" + std::to_string(offence.line) : "") + ")";
}

Answer Failed(const std::vector<Offence>& offences, const std::string& wanted) {
  Answer answer{Result::kFail, "", {}};
  for (size_t i = 0; i < std::min(offences.size(), kNamed); i++)
    answer.evidence.push_back({offences[i].file, offences[i].line, offences[i].value, wanted});
  answer.reason = Where(offences[0]);
  if (offences.size() > 1) answer.reason += " and " + std::to_string(offences.size() - 1) + " more";
  answer.reason += ", wanted is that " + wanted;
  return answer;
}

// A file that takes in accounts of NIS does not say who there is: what it lacks proves nothing.
std::optional<Answer> OthersDecide(const AccountDatabase& accounts) {
  for (auto [active, lines, file] :
       {std::tuple(accounts.passwd_compat, &accounts.passwd.compat, kPasswd),
        std::tuple(accounts.group_compat, &accounts.group.compat, kGroup)})
    if (active && !lines->empty())
      return Answer{Result::kNotChecked,
                    std::string(file) + ":" + std::to_string(lines->front()) +
                        " takes in accounts of NIS, which are not in the files of the root",
                    {{file, lines->front(), "NIS compatibility line", "local accounts only"}}};
  return std::nullopt;
}

Answer Judge(const AccountInvariant& invariant, const AccountQuestion& question) {
  std::string wanted = Wanted(invariant, question.expected);
  if (invariant.shadow && !question.accounts.shadow)
    return {Result::kFail, "/etc/shadow does not exist, wanted is that " + wanted, {}};
  Expected<std::vector<Offence>> offences = invariant.find(question);
  if (!offences) return CannotTell(offences.error());
  if (!offences->empty()) return Failed(*offences, wanted);
  if (std::optional<Answer> unknown = OthersDecide(question.accounts)) return *unknown;
  const AccountDatabase& all = question.accounts;
  return {Result::kPass,
          "",
          {{kPasswd, 0,
            std::to_string(all.passwd.entries.size()) + " users, " +
                std::to_string(all.group.entries.size()) + " groups: none offends",
            wanted}}};
}

}  // namespace

bool AccountQuestion::Excepted(std::string_view name) const {
  return std::ranges::find(expected.except(), name) != expected.except().end();
}

std::span<const AccountInvariant> AccountInvariants() { return kInvariants; }

Answer JudgeAccounts(const Accounts& expected, Host& host) {
  auto invariant = std::ranges::find(kInvariants, expected.check(), &AccountInvariant::name);
  if (invariant == std::end(kInvariants))
    return {
        Result::kNotChecked, "this assay does not know the check '" + expected.check() + "'", {}};
  const Expected<AccountDatabase>& accounts = ReadAccounts(host);
  if (!accounts) return CannotTell(accounts.error());
  return Judge(*invariant, {expected, *accounts, host});
}

}  // namespace assay
