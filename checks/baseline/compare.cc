// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/printable.h"
#include "checks/baseline/capture.h"
#include "checks/baseline/verified_baseline.h"

namespace assay {

namespace {

// What is listed of one comparison. Beyond it the count is not what matters any more.
constexpr size_t kMostFindings = 10'000;

void AddFile(Comparison& to, Finding::Change change, std::string_view path, std::string property,
             std::string expected, std::string actual) {
  to.findings.push_back({Finding::Kind::kFile, change, std::string(path), std::move(property),
                         std::move(expected), std::move(actual)});
}

// Merges the walk with the manifest: both are in the order of ComparePaths(), so one pass finds
// what changed, what is missing and what is extra, with no memory for either. A shallow merge looks
// at one directory and the names in it only.
class Merge : public TreeVisitor {
 public:
  Merge(const Manifest& manifest, uint32_t begin, uint32_t end, bool shallow, Comparison& out)
      : manifest_(manifest),
        cursor_(begin),
        end_(end),
        first_(begin),
        shallow_(shallow),
        out_(out) {}

  void Follow(const Progress* progress, const std::function<bool()>* stop) {
    progress_ = progress;
    stop_ = stop;
  }

  Expected<Next> Visit(const TreeObject& object) override {
    TRY(Poll(object.path));
    PassMissing(object.path);
    bool sealed = cursor_ < end_ && manifest_.FilePath(cursor_) == object.path;
    if (!sealed) return Extra(object), Next::kDescend;
    bool itself = cursor_ == first_;
    uint32_t index = cursor_;
    cursor_ = shallow_ && !itself ? manifest_.SubtreeEnd(object.path, index) : index + 1;
    if (shallow_ && !itself) return Next::kPass;
    Compare(manifest_.File(index, record_), object);
    if (object.boundary) cursor_ = manifest_.SubtreeEnd(object.path, cursor_);
    return Next::kDescend;
  }

  Expected<void> Unreadable(std::string_view path, const Error& error) override {
    PassMissing(path);
    if (cursor_ < end_) cursor_ = std::min(end_, manifest_.SubtreeEnd(path, cursor_));
    AddUnverifiable(path, error);
    return {};
  }

  void Finish() {
    while (cursor_ < end_) Missing();
  }

 private:
  Expected<void> Poll(std::string_view path) {
    if (stop_ && *stop_ && (*stop_)())
      return Fail(ErrorCode::kUnavailable, "the comparison was stopped");
    if (progress_ && *progress_) (*progress_)(++done_, path);
    return {};
  }

  bool Full() {
    if (out_.findings.size() < kMostFindings) return false;
    if (!said_full_)
      out_.unverifiable.push_back({"/", "more than 10,000 deviations: the rest is not listed"});
    return said_full_ = true;
  }

  void PassMissing(std::string_view path) {
    while (cursor_ < end_ && ComparePaths(manifest_.FilePath(cursor_), path) < 0) Missing();
  }

  void Missing() {
    const FileObject& sealed = manifest_.File(cursor_, record_);
    // What an instance writes for itself may not be there yet, or be written anew just now.
    if (sealed.class_() != CLASS_LATCHED && !Full())
      AddFile(out_, Finding::Change::kMissing, sealed.path(), "object", DescribeContent(sealed),
              "");
    cursor_ = shallow_ ? manifest_.SubtreeEnd(sealed.path(), cursor_) : cursor_ + 1;
  }

  void Extra(const TreeObject& object) {
    if (object.object_class == CLASS_LATCHED || Full()) return;
    if (Expected<void> captured = capturer_.Capture(object, found_); !captured)
      AddUnverifiable(object.path, captured.error());
    AddFile(out_, Finding::Change::kExtra, object.path, "object", "", DescribeContent(found_));
  }

  void Compare(const FileObject& sealed, const TreeObject& object) {
    bool regular = object.metadata.type == Metadata::Type::kRegular;
    if (!sealed.sha256().empty() && regular && IsTooLarge(object.metadata) &&
        sealed.size() != object.metadata.size)
      return AddFile(out_, Finding::Change::kChanged, sealed.path(), "content",
                     DescribeContent(sealed),
                     std::to_string(object.metadata.size) + " bytes, too large to be hashed");
    if (Expected<void> captured = capturer_.Capture(object, found_); !captured)
      return AddUnverifiable(sealed.path(), captured.error());
    if (!Full()) DiffObjects(sealed, found_, out_.findings);
  }

  void AddUnverifiable(std::string_view path, const Error& error) {
    if (out_.unverifiable.size() < kMostFindings)
      out_.unverifiable.push_back({std::string(path), error.ToString()});
  }

  const Manifest& manifest_;
  uint32_t cursor_, end_, first_;
  bool shallow_;
  Comparison& out_;
  const Progress* progress_ = nullptr;
  const std::function<bool()>* stop_ = nullptr;
  Capturer capturer_;
  ManifestRecord record_;
  FileObject found_;
  uint64_t done_ = 0;
  bool said_full_ = false;
};

void Append(Comparison& to, Comparison from) {
  std::ranges::move(from.findings, std::back_inserter(to.findings));
  std::ranges::move(from.unverifiable, std::back_inserter(to.unverifiable));
}

}  // namespace

Expected<Comparison> CompareAll(const VerifiedBaseline& baseline, Host& host,
                                const Progress& progress, const std::function<bool()>& stop) {
  const Manifest& manifest = baseline.impl().manifest;
  Comparison comparison;
  Merge merge(manifest, 0, manifest.file_count(), false, comparison);
  merge.Follow(&progress, &stop);
  TRY(WalkTrees(host.root_fd(), manifest.scope(), merge));
  merge.Finish();
  Append(comparison, ComparePackages(baseline, host));
  Append(comparison, CompareSysctls(baseline, host));
  return comparison;
}

Comparison CompareObject(const VerifiedBaseline& baseline, Host& host, uint32_t index) {
  const Manifest& manifest = baseline.impl().manifest;
  std::string path(manifest.FilePath(index));
  Scope scope = manifest.scope();
  scope.trees = {path};
  Comparison comparison;
  // Its own run of records; a directory's is gone through by the names directly in it.
  Merge merge(manifest, index, manifest.SubtreeEnd(path, index), true, comparison);
  Expected<void> walked = WalkTrees(host.root_fd(), scope, merge);
  if (!walked) comparison.unverifiable.push_back({path, walked.error().ToString()});
  if (walked) merge.Finish();
  return comparison;
}

}  // namespace assay
