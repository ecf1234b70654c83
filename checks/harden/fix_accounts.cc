// SPDX-License-Identifier: Apache-2.0
// Fields of passwd(5) and shadow(5): aging, locks and shells. Who has an account is not decided.
#include <algorithm>
#include <map>

#include "checks/formats/accounts.h"
#include "checks/formats/lines.h"
#include "checks/harden/fix.h"
#include "checks/harden/setting.h"
#include "checks/predicates/account_invariants.h"

namespace assay {

namespace {

constexpr char kNoLogin[] = "/usr/sbin/nologin";
constexpr size_t kPasswordField = 1, kShellField = 6;

// Which field of shadow(5) a check of aging is about; the first is 0.
std::optional<size_t> AgingField(const std::string& check) {
  const std::map<std::string, size_t> fields = {{"password-min-days", 3},
                                                {"password-max-days", 4},
                                                {"password-warn-days", 5},
                                                {"password-inactive-days", 6}};
  auto found = fields.find(check);
  if (found == fields.end()) return std::nullopt;
  return found->second;
}

struct Field {
  size_t begin, size;
};

std::optional<Field> FieldAt(std::string_view line, size_t number) {
  size_t begin = 0;
  for (; number > 0; number--) {
    begin = line.find(':', begin);
    if (begin++ == line.npos) return std::nullopt;
  }
  size_t end = std::min(line.find(':', begin), line.size());
  return Field{begin, end - begin};
}

// Byte by byte the same, but for one field of one line.
std::optional<std::string> WithField(const std::string& text, int number, size_t field,
                                     const std::string& value) {
  size_t start = 0;
  for (int i = 1; i < number; i++) {
    start = text.find('\n', start);
    if (start++ == text.npos) return std::nullopt;
  }
  std::string_view line = std::string_view(text).substr(start);
  line = line.substr(0, line.find('\n'));
  std::optional<Field> at = FieldAt(line, field);
  if (!at) return std::nullopt;
  std::string changed = text;
  return changed.replace(start + at->begin, at->size, value);
}

// The offending lines, as the judge finds them.
Expected<std::vector<Offence>> OffencesOf(const Accounts& wanted, Host& host) {
  const Expected<AccountDatabase>& accounts = ReadAccounts(host);
  if (!accounts) return std::unexpected(accounts.error());
  auto all = AccountInvariants();
  auto invariant = std::ranges::find(all, wanted.check(), &AccountInvariant::name);
  if (invariant == all.end() || (invariant->shadow && !accounts->shadow)) return ByHand("");
  return invariant->find({wanted, *accounts, host});
}

Expected<void> SetField(const Offence& offence, size_t field, const std::string& value,
                        Plan& plan) {
  std::optional<std::string> text = TRY(plan.Read(offence.file));
  if (!text) return ByHand("");
  std::optional<std::string> changed = WithField(*text, offence.line, field, value);
  if (!changed) return ByHand("");
  return plan.Write(offence.file, *changed);
}

Expected<void> Lock(const Offence& offence, Plan& plan) {
  std::string text = TRY(plan.Read(offence.file)).value_or("");
  std::vector<std::string_view> lines = LinesOf(text);
  if (offence.line < 1 || static_cast<size_t>(offence.line) > lines.size()) return ByHand("");
  std::string_view line = lines[static_cast<size_t>(offence.line - 1)];
  std::optional<Field> at = FieldAt(line, kPasswordField);
  if (!at) return ByHand("");
  std::string_view password = line.substr(at->begin, at->size);
  if (IsLocked(password)) return {};
  return SetField(offence, kPasswordField, "!" + std::string(password), plan);
}

// Aging needs a day to count from, and which one is not for a program to make up.
bool LacksLastChange(const Offence& offence) { return offence.value.ends_with("no aging"); }

// Whether a line of shadow would close its account at once, for a password that ended long ago.
Expected<bool> Closes(const std::string& shadow, int line, Host& host) {
  constexpr int64_t kDay = 24 * 60 * 60, kMost = 10'000'000;
  for (const ShadowEntry& entry : TRY(ParseShadow(shadow, kShadow)).entries) {
    if (entry.line != line || !entry.last_change || !entry.max_days) continue;
    int64_t inactive = entry.inactive_days.value_or(-1);
    if (inactive < 0) continue;
    int64_t end = 0;
    for (int64_t days : {*entry.last_change, *entry.max_days, inactive})
      end += std::clamp(days, -kMost, kMost);
    return host.WallNow() / kDay > end;
  }
  return false;
}

Expected<void> SetAging(const Offence& offence, size_t field, const std::string& days, Plan& plan) {
  std::string text = TRY(plan.Read(offence.file)).value_or("");
  std::optional<std::string> changed = WithField(text, offence.line, field, days);
  if (!changed) return ByHand("");
  if (TRY(Closes(*changed, offence.line, plan.host())))
    return ByHand("change the password first, it is so old that this would close the account: " +
                  offence.value);
  return plan.Write(offence.file, *changed);
}

Expected<void> FixOffence(const Accounts& wanted, const Offence& offence, Plan& plan) {
  if (wanted.check() == "no-shell-accounts-locked") return Lock(offence, plan);
  if (wanted.check() == "system-accounts-no-shell")
    return SetField(offence, kShellField, kNoLogin, plan);
  std::optional<size_t> field = AgingField(wanted.check());
  std::optional<std::string> days = ValueFor(wanted.demand());
  if (!field || !days) return ByHand("");
  if (LacksLastChange(offence))
    return ByHand("set the day of the last change (chage --lastday): " + offence.value);
  return SetAging(offence, *field, *days, plan);
}

bool IsFixable(const std::string& check) {
  return AgingField(check) || check == "no-shell-accounts-locked" ||
         check == "system-accounts-no-shell";
}

}  // namespace

Expected<void> FixAccounts(const Accounts& wanted, Plan& plan) {
  if (!IsFixable(wanted.check())) return ByHand("");
  for (const Offence& offence : TRY(OffencesOf(wanted, plan.host())))
    TRY(FixOffence(wanted, offence, plan));
  return {};
}

}  // namespace assay
