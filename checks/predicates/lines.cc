// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/lines.h"

#include <optional>

#include "checks/formats/glob.h"
#include "checks/formats/line_pattern.h"
#include "checks/formats/lines.h"
#include "checks/formats/os_release.h"
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

constexpr size_t kMaxFiles = 10'000;  // of one glob
constexpr size_t kMaxLine = 64 << 10;
constexpr size_t kMaxNamed = 20;
constexpr size_t kMaxShown = 200;  // bytes of a line in the evidence

Expected<LinePattern> PatternOf(const Lines& expected, Host& host) {
  std::string pattern = expected.pattern();
  if (pattern.contains(kOsIdMark)) pattern = WithOsId(pattern, TRY(OsId(host)));
  return LinePattern::Compile(pattern, expected.ignore_case());
}

class Reading {
 public:
  Reading(const Lines& expected, const LinePattern& pattern)
      : expected_(expected), pattern_(pattern) {}

  Expected<void> File(Host& host, const std::string& path) {
    Expected<std::string> text = ReadText(host, path);
    if (!text && text.error().code == ErrorCode::kNotFound) return {};
    if (!text) return std::unexpected(text.error());
    files_++;
    int number = 0;
    for (std::string_view line : LinesOf(*text)) {
      number++;
      if (!expected_.comment().empty() && Trim(line).starts_with(expected_.comment())) continue;
      if (line.size() > kMaxLine)
        return Fail(ErrorCode::kInvalid,
                    path + " line " + std::to_string(number) + " is longer than 64 KiB");
      if (TRY(pattern_.Matches(line))) Note(path, number, line);
    }
    return {};
  }

  Answer Conclude() && {
    if (files_ == 0) return Nothing();
    bool pass = expected_.none() == (found_ == 0);
    Answer answer{pass ? Result::kPass : Result::kFail, "", std::move(evidence_)};
    if (answer.evidence.empty())
      answer.evidence.push_back({Where(), 0, "no such line in " + Files(), Wanted()});
    if (found_ > kMaxNamed)
      answer.evidence.push_back({Where(), 0, std::to_string(found_) + " lines", Wanted()});
    if (pass) return answer;
    const EvidenceItem& first = answer.evidence.front();
    // The expression is in the evidence: a sentence is for reading.
    answer.reason = found_ == 0 ? "no line of " + Short() + " says what is wanted"
                                : first.source + " line " + std::to_string(first.line) + " is '" +
                                      first.value + "', which must not be there";
    if (found_ > 1) answer.reason += " (and " + std::to_string(found_ - 1) + " more)";
    return answer;
  }

 private:
  void Note(const std::string& path, int number, std::string_view line) {
    if (found_++ >= kMaxNamed) return;
    evidence_.push_back({path, number, std::string(Trim(line).substr(0, kMaxShown)), Wanted()});
  }

  std::string Wanted() const {
    return (expected_.none() ? "no line with " : "a line with ") + expected_.pattern();
  }

  std::string Files() const { return std::to_string(files_) + (files_ == 1 ? " file" : " files"); }

  std::string Where() const {
    std::string text;
    for (const std::string& path : expected_.paths()) text += (text.empty() ? "" : ", ") + path;
    return text;
  }

  // For a sentence: the evidence has the whole list.
  std::string Short() const {
    int more = expected_.paths_size() - 1;
    if (more < 2) return Where();
    return expected_.paths(0) + " (and " + std::to_string(more) + " other places)";
  }

  Answer Nothing() const {
    bool plain = expected_.paths_size() == 1 && !HasGlob(expected_.paths(0));
    std::string reason =
        plain ? Where() + " does not exist"
              : (expected_.paths_size() == 1 ? "no " : "none of ") + Short() + " exists";
    if (expected_.absent() == "pass") return {Result::kPass, "", {{Where(), 0, "absent", ""}}};
    if (expected_.absent() == "notapplicable") return {Result::kNotApplicable, reason, {}};
    return {Result::kFail, reason, {}};
  }

  const Lines& expected_;
  const LinePattern& pattern_;
  size_t files_ = 0, found_ = 0;
  std::vector<EvidenceItem> evidence_;
};

}  // namespace

std::string WithOsId(std::string pattern, std::string_view id) {
  std::string literal = Literally(id);
  for (size_t at = 0; (at = pattern.find(kOsIdMark, at)) != pattern.npos; at += literal.size())
    pattern.replace(at, kOsIdMark.size(), literal);
  return pattern;
}

Answer JudgeLines(const Lines& expected, Host& host) {
  Expected<LinePattern> pattern = PatternOf(expected, host);
  if (!pattern) return CannotTell(pattern.error());
  Reading reading(expected, *pattern);
  for (const std::string& glob : expected.paths()) {
    Expected<std::vector<std::string>> paths = GlobPaths(host, glob, kMaxFiles);
    if (!paths) return CannotTell(paths.error());
    for (const std::string& path : *paths) {
      if (Expected<void> read = reading.File(host, path); !read) return CannotTell(read.error());
    }
  }
  return std::move(reading).Conclude();
}

}  // namespace assay
