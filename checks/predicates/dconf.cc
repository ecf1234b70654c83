// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/dconf_profile.h"
#include "checks/predicates/demand.h"
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

Answer Failed(std::string reason, std::vector<EvidenceItem> evidence) {
  return {Result::kFail, std::move(reason), std::move(evidence)};
}

std::string Wanted(const Dconf& expected) {
  return expected.has_wanted() ? Describe(expected.wanted()) : "a value that is not empty";
}

Answer JudgeValue(const Dconf& expected, const DconfProfile& profile) {
  DconfProfile::Effective found = profile.Find(expected.key());
  std::string wanted = Wanted(expected);
  if (!found.value)
    return Failed(
        "no database of " + profile.file + " sets " + expected.key() + ", wanted is " + wanted,
        {{profile.file, 0, "not set", wanted}});
  std::optional<bool> meets = expected.has_wanted() ? Meets(expected.wanted(), found.value->text)
                                                    : !found.value->text.empty();
  if (!meets) return {Result::kNotChecked, "this assay does not know the rule's comparison", {}};
  std::vector<EvidenceItem> evidence = {
      {found.value->file, found.value->line, found.value->text, wanted}};
  if (!*meets)
    return Failed(expected.key() + " is '" + found.value->text + "', wanted is " + wanted,
                  std::move(evidence));
  return {Result::kPass, "", std::move(evidence)};
}

Answer JudgeLock(const Dconf& expected, const DconfProfile& profile) {
  DconfProfile::Effective found = profile.Find(expected.key());
  if (!found.lock)
    return Failed(
        "no database of " + profile.file + " locks " + expected.key() + ": users may change it",
        {{profile.file, 0, "not locked", "locked"}});
  std::vector<EvidenceItem> evidence = {
      {found.lock->file, found.lock->line, expected.key(), "locked"}};
  return {Result::kPass, "", std::move(evidence)};
}

// What the files say holds only if every database of the profile was compiled from them: a
// stronger one may still hide the value, a weaker one may still lock it.
void WantCompiled(const DconfProfile& profile, Answer& answer) {
  for (const DconfDatabase& database : profile.databases) {
    if (answer.result != Result::kPass || database.stale.empty()) continue;
    answer.result = Result::kFail;
    answer.reason = database.stale;
  }
}

}  // namespace

Answer JudgeDconf(const Dconf& expected, Host& host) {
  std::string name = expected.profile().empty() ? "user" : expected.profile();
  const auto& profile = host.Once<Expected<DconfProfile>>(
      "dconf " + name, [&name](Host& from) { return ReadDconfProfile(from, name); });
  if (!profile) return CannotTell(profile.error());
  if (profile->file.empty())
    return Failed("there is no dconf profile '" + name + "': no system database is read",
                  {{"/etc/dconf/profile/" + name, 0, "absent", "system-db:NAME"}});
  Answer answer =
      expected.locked() ? JudgeLock(expected, *profile) : JudgeValue(expected, *profile);
  WantCompiled(*profile, answer);
  return answer;
}

}  // namespace assay
