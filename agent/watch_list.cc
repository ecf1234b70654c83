// SPDX-License-Identifier: Apache-2.0
#include "agent/watch_list.h"

#include <algorithm>
#include <iterator>

namespace assay {

namespace {

constexpr std::string_view kPackageDatabases[] = {
    "/var/lib/dpkg/status", "/var/lib/rpm/rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite-wal",
    "/usr/lib/sysimage/rpm/rpmdb.sqlite", "/usr/lib/sysimage/rpm/rpmdb.sqlite-wal"};

std::string ParentOf(const std::string& path) {
  size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

bool HasPath(Input::Kind kind) {
  return kind == Input::Kind::kFile || kind == Input::Kind::kMetadata ||
         kind == Input::Kind::kDirectory;
}

}  // namespace

WatchList::WatchList(const VerifiedBaseline& baseline) : baseline_(baseline) {
  for (std::string_view path : kPackageDatabases) Watch(std::string(path));
  // Whoever renames a sealed tree away does it in the directory above it.
  std::string top;
  for (uint32_t i = 0; i < baseline_.object_count(); i++) {
    std::string path = baseline_.ObjectPath(i);
    if (!top.empty() && path.starts_with(top + "/")) continue;
    top = path;
    tops_.push_back(i);
    if (path != "/") Watch(ParentOf(path));
  }
}

void WatchList::Watch(const std::string& path) {
  if (planned_ || !path.starts_with('/') || baseline_.FindObject(path)) return;
  if (!watched_extra_.insert(path).second) return;
  extra_.push_back(path);
  // The directory tells of its creation, removal and replacement; up to one that is sealed.
  if (path != "/") Watch(ParentOf(path));
}

void WatchList::Learn(size_t rule, const std::set<Input>& inputs) {
  bool walks =
      std::ranges::any_of(inputs, [](const Input& i) { return i.kind == Input::Kind::kTree; });
  if (walks) walkers_.insert(rule);
  for (const Input& input : inputs) {
    if (walks && HasPath(input.kind)) walkers_files_.insert(input.name);
    if (!HasPath(input.kind)) {
      rules_by_kind_[input.kind].insert(rule);
      continue;
    }
    rules_by_path_[input.name].insert(rule);
    if (input.kind != Input::Kind::kMetadata) changing_.insert(input.name);
    // A name that comes or goes rings at the directory, not at the file.
    if (input.name != "/") {
      rules_by_path_[ParentOf(input.name)].insert(rule);
      changing_.insert(ParentOf(input.name));
    }
    Watch(input.name);
  }
}

WatchPlan WatchList::Plan(const std::string& root) {
  planned_ = true;
  WatchPlan plan;
  plan.root = root;
  plan.count = baseline_.object_count() + ObjectId(extra_.size());
  plan.path = [this](ObjectId object) { return PathOf(object); };
  return plan;
}

std::string WatchList::PathOf(ObjectId object) const {
  if (object < baseline_.object_count()) return baseline_.ObjectPath(object);
  size_t index = object - baseline_.object_count();
  return index < extra_.size() ? extra_[index] : std::string();
}

std::optional<uint32_t> WatchList::ManifestIndex(ObjectId object) const {
  if (object < baseline_.object_count()) return object;
  return std::nullopt;
}

std::vector<size_t> WatchList::RulesOf(ObjectId object) const {
  auto found = rules_by_path_.find(PathOf(object));
  return found == rules_by_path_.end() ? std::vector<size_t>() : WithoutWalkers(found->second);
}

std::vector<size_t> WatchList::RulesOf(Input::Kind kind) const {
  auto found = rules_by_kind_.find(kind);
  return found == rules_by_kind_.end() ? std::vector<size_t>() : WithoutWalkers(found->second);
}

std::vector<size_t> WatchList::WithoutWalkers(const std::set<size_t>& rules) const {
  std::vector<size_t> without;
  std::ranges::set_difference(rules, walkers_, std::back_inserter(without));
  return without;
}

bool WatchList::AsksForWalk(ObjectId object) const {
  return object < kMountsObject && walkers_files_.contains(PathOf(object));
}

bool WatchList::IsJudged(ObjectId object) const {
  return object >= kMountsObject || ManifestIndex(object) || IsPackageDatabase(object) ||
         rules_by_path_.contains(PathOf(object));
}

bool WatchList::IsMetadataOnly(ObjectId object) const {
  if (object >= kMountsObject || ManifestIndex(object) || IsPackageDatabase(object)) return false;
  std::string path = PathOf(object);
  return rules_by_path_.contains(path) && !changing_.contains(path);
}

bool WatchList::IsPackageDatabase(ObjectId object) const {
  std::string path = PathOf(object);
  return std::ranges::any_of(kPackageDatabases, [&path](std::string_view database) {
    return path == database || path == ParentOf(std::string(database));
  });
}

}  // namespace assay
