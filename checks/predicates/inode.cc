// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/inode.h"

#include <cstdio>
#include <optional>

#include "checks/formats/glob.h"
#include "checks/predicates/id_set.h"
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

constexpr size_t kMaxMatches = 10'000;  // of one glob
constexpr size_t kMaxObjects = 50'000;  // below the paths, in all
constexpr size_t kMaxDepth = 64;
constexpr size_t kMaxNamed = 20;  // offenders in the evidence

std::string Octal(uint32_t mode) {
  char text[16];
  snprintf(text, sizeof text, "%04o", mode);
  return text;
}

bool IsType(const std::string& type, const Metadata& found) {
  if (type.empty()) return true;
  return found.type == (type == "file" ? Metadata::Type::kRegular : Metadata::Type::kDirectory);
}

bool Named(const google::protobuf::RepeatedPtrField<std::string>& globs, std::string_view name) {
  for (const std::string& glob : globs)
    if (GlobMatches(glob, name)) return true;
  return false;
}

// Collects what was seen. An error of any object is the error of all.
class Inspection {
 public:
  Inspection(const Inode& expected, Host& host) : expected_(expected), host_(host) {}

  Expected<void> Run() {
    for (const std::string& pattern : expected_.paths())
      for (const std::string& path : TRY(GlobPaths(host_, pattern, kMaxMatches))) TRY(Path(path));
    return {};
  }

  // Also tells each offender, not only the first ones.
  void TellAll(std::vector<InodeOffender>& into) { all_ = &into; }

  Answer Conclude() && {
    if (judged_ == 0) return Nothing();
    if (offenders_ == 0) {
      if (judged_ > 1) seen_.value = std::to_string(judged_) + " objects, each as wanted";
      return {Result::kPass, "", {seen_}};
    }
    Answer answer{Result::kFail, first_reason_, std::move(evidence_)};
    if (offenders_ > 1) answer.reason += " (and " + std::to_string(offenders_ - 1) + " more)";
    if (offenders_ > kMaxNamed)
      answer.evidence.push_back({Where(), 0, std::to_string(offenders_) + " objects", Wanted()});
    return answer;
  }

 private:
  Expected<void> Path(const std::string& path) {
    // One rule asks for the owner of an object, the next for its group.
    const auto& found = host_.Once<Expected<Metadata>>(
        "target of " + path, [&](Host& host) { return host.StatTarget(path); });
    if (!found && found.error().code == ErrorCode::kNotFound) return {};
    if (!found) return std::unexpected(found.error());
    bool directory = found->type == Metadata::Type::kDirectory;
    if (expected_.recurse() && directory) return Below(path, 1);
    return Judge(path, *found);
  }

  Expected<void> Below(const std::string& directory, size_t depth) {
    if (depth > kMaxDepth)
      return Fail(ErrorCode::kInvalid, directory + " is more than 64 directories deep");
    // The parts of one rule look at the same tree for one name after another.
    const auto& children = host_.Once<Expected<std::vector<Host::Child>>>(
        "children of " + directory, [&](Host& host) { return host.Children(directory); });
    if (!children && children.error().code == ErrorCode::kNotFound) return {};  // gone meanwhile
    if (!children) return std::unexpected(children.error());
    for (const auto& [name, found] : *children)
      if (!Named(expected_.except(), name))
        TRY(One((directory == "/" ? "" : directory) + "/" + name, name, found, depth));
    return {};
  }

  Expected<void> One(const std::string& path, const std::string& name, const Metadata& found,
                     size_t depth) {
    if (++seen_objects_ > kMaxObjects)
      return Fail(ErrorCode::kInvalid, "more than 50000 objects below " + Where());
    // What a link says of itself means nothing, and what it leads to is not below.
    if (found.type == Metadata::Type::kSymlink) return {};
    bool chosen = IsType(expected_.type(), found) &&
                  (expected_.names().empty() || Named(expected_.names(), name));
    if (chosen) TRY(Judge(path, found));
    if (found.type == Metadata::Type::kDirectory) return Below(path, depth + 1);
    return {};
  }

  using LookUpOne = Expected<uint32_t> (Host::*)(std::string_view);

  // Forty rules ask for root; passwd is read for the first.
  Expected<uint32_t> Remembered(const char* kind, std::string_view name, LookUpOne look) {
    return host_.Once<Expected<uint32_t>>(kind + std::string(name),
                                          [&](Host& host) { return (host.*look)(name); });
  }

  // The names of the rule are looked up only where there is something to judge.
  Expected<void> LookUp() {
    if (owners_) return {};
    owners_ = TRY(IdSet::Of(expected_.owners(), [&](std::string_view name) {
      return Remembered("uid ", name, &Host::Uid);
    }));
    groups_ = TRY(IdSet::Of(expected_.groups(), [&](std::string_view name) {
      return Remembered("gid ", name, &Host::Gid);
    }));
    return {};
  }

  Expected<void> Judge(const std::string& path, const Metadata& found) {
    TRY(LookUp());
    std::string offence = OffenceOf(found);
    judged_++;
    seen_ = {path, 0, Describe(found), Wanted()};
    if (offence.empty()) return {};
    if (all_) all_->push_back({path, found});
    if (offenders_++ == 0) first_reason_ = path + " " + offence;
    if (offenders_ <= kMaxNamed) evidence_.push_back(seen_);
    return {};
  }

  std::string OffenceOf(const Metadata& found) const {
    std::string text;
    auto add = [&text](const std::string& one) { text += (text.empty() ? "" : "; ") + one; };
    if (!IsType(expected_.type(), found)) add("is no " + expected_.type());
    if (!owners_->Holds(found.uid))
      add("belongs to uid " + std::to_string(found.uid) + ", wanted is " + owners_->text());
    if (!groups_->Holds(found.gid))
      add("belongs to gid " + std::to_string(found.gid) + ", wanted is " + groups_->text());
    if (expected_.has_mode() && (found.mode & ~expected_.mode()))
      add("has mode " + Octal(found.mode) + ", wanted is no more than " + Octal(expected_.mode()));
    return text;
  }

  // What was asked of, and no more: evidence of a rule does not change with what it is not about.
  std::string Describe(const Metadata& found) const {
    std::string text = expected_.has_mode() ? Octal(found.mode) : "";
    auto add = [&text](const std::string& one) { text += (text.empty() ? "" : ", ") + one; };
    if (!expected_.owners().empty()) add("uid " + std::to_string(found.uid));
    if (!expected_.groups().empty()) add("gid " + std::to_string(found.gid));
    if (!IsType(expected_.type(), found)) add("no " + expected_.type());
    return text;
  }

  std::string Wanted() const {
    std::string text = expected_.has_mode() ? "no more than " + Octal(expected_.mode()) : "";
    auto add = [&text](const std::string& one) { text += (text.empty() ? "" : ", ") + one; };
    if (!owners_->text().empty()) add("owner " + owners_->text());
    if (!groups_->text().empty()) add("group " + groups_->text());
    return text;
  }

  std::string Where() const {
    std::string text;
    for (const std::string& path : expected_.paths()) text += (text.empty() ? "" : ", ") + path;
    return text;
  }

  Answer Nothing() const {
    bool plain = expected_.paths_size() == 1 && !HasGlob(expected_.paths(0));
    std::string reason = plain && !expected_.recurse() ? Where() + " does not exist"
                         : expected_.recurse()         ? "nothing to judge below " + Where()
                                                       : "none of " + Where() + " exists";
    if (expected_.absent() == "pass") return {Result::kPass, "", {{Where(), 0, "absent", ""}}};
    if (expected_.absent() == "notapplicable") return {Result::kNotApplicable, reason, {}};
    return {Result::kFail, reason, {}};
  }

  const Inode& expected_;
  Host& host_;
  std::optional<IdSet> owners_, groups_;
  size_t seen_objects_ = 0, judged_ = 0, offenders_ = 0;
  EvidenceItem seen_;  // the last one
  std::string first_reason_;
  std::vector<EvidenceItem> evidence_;
  std::vector<InodeOffender>* all_ = nullptr;
};

}  // namespace

Expected<std::vector<InodeOffender>> InodeOffenders(const Inode& expected, Host& host) {
  std::vector<InodeOffender> offenders;
  Inspection inspection(expected, host);
  inspection.TellAll(offenders);
  TRY(inspection.Run());
  return offenders;
}

Answer JudgeInode(const Inode& expected, Host& host) {
  const std::string& type = expected.type();
  if (!type.empty() && type != "file" && type != "directory")
    return {Result::kError, "this assay does not know the type '" + type + "'", {}};
  Inspection inspection(expected, host);
  if (Expected<void> seen = inspection.Run(); !seen) return CannotTell(seen.error());
  return std::move(inspection).Conclude();
}

}  // namespace assay
