// SPDX-License-Identifier: Apache-2.0
#include "checks/harden/plan.h"

#include <algorithm>

namespace assay {

namespace {

std::string DirectoryOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

bool IsAbsent(const Error& error) { return error.code == ErrorCode::kNotFound; }

}  // namespace

// A path without links: also of a file, or directories, that are not there yet.
Expected<std::string> Plan::Settled(const std::string& path) const {
  Expected<std::string> real = host_->RealPath(path);
  if (real || !IsAbsent(real.error())) return real;
  std::string directory = DirectoryOf(path);
  if (directory.empty()) return path;
  return TRY(Settled(directory)) + path.substr(directory.size());
}

Change& Plan::At(const std::string& path) {
  Change& change = changes_[path];
  change.rules.insert(rule_);
  return change;
}

Expected<std::optional<std::string>> Plan::Read(const std::string& path) const {
  std::string settled = TRY(Settled(path));
  auto planned = changes_.find(settled);
  if (planned != changes_.end() && planned->second.after) return planned->second.after;
  Expected<std::string> text = host_->Read(settled);
  if (text) return std::optional(std::move(*text));
  if (IsAbsent(text.error())) return std::optional<std::string>();
  return std::unexpected(text.error());
}

Expected<std::vector<std::string>> Plan::List(const std::string& directory) const {
  Expected<std::vector<std::string>> names = host_->List(directory);
  if (!names && !IsAbsent(names.error())) return names;
  std::set<std::string> all;
  if (names) all.insert(names->begin(), names->end());
  std::string settled = TRY(Settled(directory));
  for (const auto& [path, change] : changes_)
    if (DirectoryOf(path) == settled && change.after) all.insert(path.substr(settled.size() + 1));
  return std::vector<std::string>(all.begin(), all.end());
}

Expected<void> Plan::Write(const std::string& path, std::string text, uint32_t mode) {
  std::string settled = TRY(Settled(path));
  std::optional<std::string> now = TRY(Read(settled));
  if (now == text) return {};
  Change& change = At(settled);
  if (!change.after) change.before = now;
  if (!change.before) change.to.mode = change.to.mode.value_or(mode);
  change.after = std::move(text);
  return {};
}

Expected<void> Plan::Own(const std::string& path, const Ownership& ownership) {
  std::string settled = TRY(Settled(path));
  Metadata found = TRY(host_->Stat(settled));
  Ownership& from = At(settled).from;
  Ownership& to = changes_[settled].to;
  if (ownership.mode) from.mode = found.mode, to.mode = ownership.mode;
  if (ownership.uid) from.uid = found.uid, to.uid = ownership.uid;
  if (ownership.gid) from.gid = found.gid, to.gid = ownership.gid;
  return {};
}

Expected<void> Plan::Link(const std::string& path, const std::string& target) {
  std::string directory = TRY(Settled(DirectoryOf(path)));
  std::string settled = directory + path.substr(path.rfind('/'));
  if (host_->ReadLink(settled) == target) return {};
  At(settled).link = target;
  return {};
}

Expected<void> Plan::Unlink(const std::string& path) {
  std::string settled = TRY(Settled(DirectoryOf(path))) + path.substr(path.rfind('/'));
  At(settled).unlink = true;
  return {};
}

void Plan::Add(const Plan& later) {
  for (const auto& [path, change] : later.changes_) {
    auto [known, fresh] = changes_.try_emplace(path, change);
    if (fresh) continue;
    Change first = std::move(known->second);
    known->second = change;
    if (first.after) known->second.before = first.before;
    if (!change.after) known->second.after = first.after;
    known->second.rules.insert(first.rules.begin(), first.rules.end());
  }
  for (const auto& [package, rules] : later.install_)
    install_[package].insert(rules.begin(), rules.end());
  for (const auto& [package, rules] : later.purge_)
    purge_[package].insert(rules.begin(), rules.end());
}

Expected<void> Apply(const Plan& plan, int root_fd) {
  for (const auto& [path, change] : plan.changes()) {
    if (change.unlink) TRY(UnlinkBelow(root_fd, path));
    if (change.link) TRY(LinkBelow(root_fd, path, *change.link));
    if (change.after) TRY(ReplaceBelow(root_fd, path, *change.after, change.to));
    if (!change.after && change.to != Ownership{}) TRY(OwnBelow(root_fd, path, change.to));
  }
  return {};
}

}  // namespace assay
