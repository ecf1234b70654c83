// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/host.h"
#include "checks/baseline/baseline.h"
#include "checks/rules/engine.h"
#include "probes/watcher.h"

namespace assay {

/// What is watched, and who wants to know. Ids below the baseline's object count are the objects of
/// its manifest; the ids after them are paths that only rules (or the package comparison) look at.
///
/// The rules' part is the inverse of what they read (DESIGN law 2): Learn() is called after every
/// evaluation, because what a rule reads may change with what it found. A path that appears in no
/// watched place yet when it is learnt is covered by the directory above it.
class WatchList {
 public:
  explicit WatchList(const VerifiedBaseline& baseline);

  /// Takes note of what rule number `rule` read. Only before the plan is made are new paths
  /// watched; afterwards they are remembered for the index and covered by the periodic comparison.
  void Learn(size_t rule, const std::set<Input>& inputs);

  /// The plan for the watcher; the list must outlive it.
  WatchPlan Plan(const std::string& root);

  std::string PathOf(ObjectId object) const;
  /// The manifest's index of a watched object; nullopt for those that only rules look at.
  std::optional<uint32_t> ManifestIndex(ObjectId object) const;
  /// The sealed trees' own objects: those that are not below another sealed one.
  const std::vector<uint32_t>& tops() const { return tops_; }
  /// Rules whose inputs include this object (path, directory), or the place without an inode. Not
  /// those that walk: no event tells of a tree, and a walk takes seconds where a look takes
  /// milliseconds. Their answer is the one of the last full comparison.
  std::vector<size_t> RulesOf(ObjectId object) const;
  std::vector<size_t> RulesOf(Input::Kind kind) const;
  /// Whether a rule that walks read this object: then a full comparison is worth its while.
  bool AsksForWalk(ObjectId object) const;
  /// Whether a look at it can find anything: false for a directory that is only watched because a
  /// sealed tree stands in it, and that may be as busy as /tmp.
  bool IsJudged(ObjectId object) const;
  /// Whether nobody looks at more than the metadata of this object (a log, say, which is written to
  /// all the time): where that is as it was, no rule can answer otherwise.
  bool IsMetadataOnly(ObjectId object) const;
  /// The package database, whose change means comparing packages.
  bool IsPackageDatabase(ObjectId object) const;

 private:
  void Watch(const std::string& path);
  std::vector<size_t> WithoutWalkers(const std::set<size_t>& rules) const;

  const VerifiedBaseline& baseline_;
  std::vector<uint32_t> tops_;
  std::vector<std::string> extra_;
  std::set<std::string, std::less<>> watched_extra_;
  std::map<std::string, std::set<size_t>, std::less<>> rules_by_path_;
  std::map<Input::Kind, std::set<size_t>> rules_by_kind_;
  std::set<std::string, std::less<>> changing_;       // paths of which bytes or names count
  std::set<size_t> walkers_;                          // rules that read a tree,
  std::set<std::string, std::less<>> walkers_files_;  // and what else they read
  bool planned_ = false;
};

}  // namespace assay
