// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <cstdio>

#include "checks/predicates/predicate.h"
#include "checks/predicates/tree_facts.h"

namespace assay {

namespace {

constexpr size_t kMaxNamed = 20;
constexpr size_t kMaxSetIdNamed = 200;  // a person goes through them

std::string Described(const TreeFinding& finding) {
  char text[80];
  snprintf(text, sizeof text, "%s%04o, uid %u, gid %u",
           S_ISDIR(finding.mode)   ? "directory "
           : S_ISLNK(finding.mode) ? "link "
                                   : "",
           finding.mode & 07777, finding.uid, finding.gid);
  return text;
}

Answer AnswerOf(const TreeFindings& found, const TreeFacts& facts, const std::string& what,
                const std::string& wanted, size_t most) {
  Answer answer{found.count ? Result::kFail : Result::kPass};
  for (size_t i = 0; i < found.first.size() && i < most; i++)
    answer.evidence.push_back({found.first[i].path, 0, Described(found.first[i]), wanted});
  std::string looked = std::to_string(facts.objects) + " objects looked at, " +
                       std::to_string(found.count) + " " + what;
  answer.evidence.push_back({"/", 0, looked, wanted});
  if (found.count == 0) return answer;
  answer.reason = found.first[0].path + " is " + what;
  if (found.count > 1) answer.reason += " (and " + std::to_string(found.count - 1) + " more)";
  return answer;
}

}  // namespace

Answer JudgeWalk(const Walk& expected, Host& host) {
  const Expected<TreeFacts>& facts = TreeFactsOf(host);
  if (!facts) return CannotTell(facts.error());
  if (expected.what() == "world-writable")
    return AnswerOf(facts->world_writable, *facts, "writable by everybody",
                    "no file that others may write, no such directory without sticky bit",
                    kMaxNamed);
  if (expected.what() == "set-id")
    return AnswerOf(facts->set_id, *facts, "run with the rights of its owner or group",
                    "none that is not needed", kMaxSetIdNamed);
  if (expected.what() != "unowned")
    return {Result::kNotChecked, "this assay does not know the rule's question", {}};
  if (!facts->unowned) return CannotTell(facts->unowned.error());
  return AnswerOf(*facts->unowned, *facts, "of a user or group that does not exist",
                  "owners that passwd and group have", kMaxNamed);
}

}  // namespace assay
