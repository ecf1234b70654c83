// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <optional>

#include "checks/predicates/predicate.h"

namespace assay {

namespace {

std::string Octal(uint32_t mode) {
  char text[16];
  snprintf(text, sizeof text, "%04o", mode);
  return text;
}

Answer JudgeType(const Inode& expected, const Metadata& found) {
  using Type = Metadata::Type;
  bool file = found.type == Type::kRegular, directory = found.type == Type::kDirectory;
  if (expected.type().empty()) return {Result::kPass};
  if (expected.type() != "file" && expected.type() != "directory")
    return {Result::kError, "this assay does not know the type '" + expected.type() + "'", {}};
  if (expected.type() == "file" ? file : directory) return {Result::kPass};
  return {Result::kFail, expected.path() + " is no " + expected.type(), {}};
}

// kFail with the reason, or pass. kError where the root does not know the name.
Answer JudgeOwner(const Inode& expected, const Metadata& found, Host& host) {
  Answer answer{Result::kPass};
  if (expected.owner().empty()) return answer;
  Expected<uint32_t> uid = host.Uid(expected.owner());
  if (!uid) return CannotTell(uid.error());
  answer.evidence.push_back({expected.path(), 0, "uid " + std::to_string(found.uid),
                             "uid " + std::to_string(*uid) + " (" + expected.owner() + ")"});
  if (found.uid == *uid) return answer;
  answer.result = Result::kFail;
  answer.reason = expected.path() + " belongs to uid " + std::to_string(found.uid) +
                  ", wanted is " + expected.owner();
  return answer;
}

Answer JudgeGroup(const Inode& expected, const Metadata& found, Host& host) {
  Answer answer{Result::kPass};
  if (expected.groups().empty()) return answer;
  std::string wanted;
  std::optional<Error> unknown;
  bool known = false;
  for (const std::string& name : expected.groups()) {
    Expected<uint32_t> gid = host.Gid(name);
    if (!gid && gid.error().code != ErrorCode::kNotFound) return CannotTell(gid.error());
    known |= gid.has_value();
    if (!gid) unknown = gid.error();
    wanted += (wanted.empty() ? "" : " or ") + name;
    if (gid && *gid == found.gid) {
      answer.evidence.push_back({expected.path(), 0, "gid " + std::to_string(found.gid), wanted});
      return answer;
    }
  }
  // One of several groups may not exist; if none does, nothing can be told.
  if (!known) return CannotTell(*unknown);
  answer.evidence.push_back({expected.path(), 0, "gid " + std::to_string(found.gid), wanted});
  answer.result = Result::kFail;
  answer.reason =
      expected.path() + " belongs to gid " + std::to_string(found.gid) + ", wanted is " + wanted;
  return answer;
}

Answer JudgeMode(const Inode& expected, const Metadata& found) {
  Answer answer{Result::kPass};
  if (!expected.has_mode()) return answer;
  answer.evidence.push_back(
      {expected.path(), 0, Octal(found.mode), "no more than " + Octal(expected.mode())});
  if ((found.mode & ~expected.mode()) == 0) return answer;
  answer.result = Result::kFail;
  answer.reason = expected.path() + " has mode " + Octal(found.mode) + ", wanted is no more than " +
                  Octal(expected.mode());
  return answer;
}

}  // namespace

Answer JudgeInode(const Inode& expected, Host& host) {
  Expected<Metadata> found = host.StatTarget(expected.path());
  if (!found && found.error().code == ErrorCode::kNotFound) {
    if (expected.absent_passes()) return {Result::kPass, "", {{expected.path(), 0, "absent", ""}}};
    return {Result::kFail, expected.path() + " does not exist", {}};
  }
  if (!found) return CannotTell(found.error());
  Answer all{Result::kPass};
  for (const Answer& one : {JudgeType(expected, *found), JudgeOwner(expected, *found, host),
                            JudgeGroup(expected, *found, host), JudgeMode(expected, *found)}) {
    if (one.result == Result::kError) return one;
    all.evidence.insert(all.evidence.end(), one.evidence.begin(), one.evidence.end());
    if (one.result == Result::kPass) continue;
    all.result = Result::kFail;
    all.reason += (all.reason.empty() ? "" : "; ") + one.reason;
  }
  return all;
}

}  // namespace assay
