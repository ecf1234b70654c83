// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/leftover_paths.h"
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

constexpr size_t kShown = 20;

std::string Described(const Metadata& found) {
  using Type = Metadata::Type;
  if (found.type == Type::kDirectory) return "a directory";
  if (found.type == Type::kSymlink) return "a symbolic link";
  if (found.type == Type::kRegular) return "a file of " + std::to_string(found.size) + " bytes";
  return "a special file";
}

// An empty file, or a directory in which nothing is.
Expected<bool> IsEmpty(Host& host, const std::string& path, const Metadata& found) {
  host.RecordLook(Input::Kind::kFile, path);
  if (found.type == Metadata::Type::kRegular) return found.size == 0;
  if (found.type != Metadata::Type::kDirectory) return false;
  return TRY(host.List(path)).empty();
}

// What is there at `path`; "" for nothing.
Expected<std::string> LeftoverAt(const Absent& expected, Host& host, const std::string& path) {
  Expected<Metadata> found = host.Stat(path);
  if (!found && found.error().code == ErrorCode::kNotFound) return "";
  if (!found) return std::unexpected(found.error());
  if (expected.links_pass() && found->type == Metadata::Type::kSymlink) return "";
  if (expected.empty_passes() && TRY(IsEmpty(host, path, *found))) return "";
  return Described(*found);
}

}  // namespace

Answer JudgeAbsent(const Absent& expected, Host& host) {
  std::vector<std::string> patterns(expected.paths().begin(), expected.paths().end());
  std::vector<std::string> except =
      WithHomes(host, {expected.except().begin(), expected.except().end()});
  Expected<std::vector<std::string>> paths = PathsOf(host, patterns);
  if (!paths) return CannotTell(paths.error());
  Answer answer{Result::kPass};
  size_t count = 0;
  for (const std::string& path : *paths) {
    if (IsBelowOne(except, path)) continue;
    Expected<std::string> leftover = LeftoverAt(expected, host, path);
    if (!leftover) return CannotTell(leftover.error());
    if (leftover->empty()) continue;
    if (count++ < kShown)
      answer.evidence.push_back(
          {path, 0, *leftover, expected.empty_passes() ? "absent or empty" : "absent"});
  }
  if (count == 0) {
    std::string more =
        patterns.size() > 1 ? " and " + std::to_string(patterns.size() - 1) + " more" : "";
    answer.evidence.push_back(
        {patterns[0] + more, 0, expected.empty_passes() ? "absent or empty" : "absent", ""});
    return answer;
  }
  answer.result = Result::kFail;
  const std::string& first = answer.evidence[0].source;
  answer.reason =
      count == 1 ? first + " is left" : std::to_string(count) + " are left, the first is " + first;
  return answer;
}

}  // namespace assay
