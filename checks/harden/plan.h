// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/host.h"
#include "base/root_edit.h"

namespace assay {

/// What is to become of one object of the root.
struct Change {
  std::optional<std::string> before, after;  ///< bytes; `before` absent: a new file
  Ownership from, to;                        ///< of a file that is there; only what changes
  std::optional<std::string> link;           ///< a symbolic link to this
  bool unlink = false;                       ///< a symbolic link that goes
  std::set<std::string> rules;               ///< on whose behalf
  bool operator==(const Change&) const = default;
};

/// What `assay harden` would do to a root: nothing of it is done before Apply(). Later fixes see
/// what earlier ones planned. A value: a fix that turns out not to work is undone by an old copy.
class Plan {
 public:
  explicit Plan(Host& host) : host_(&host) {}

  /// The rule on whose behalf the next changes are.
  void For(const std::string& rule) { rule_ = rule; }

  /// Text of a file as it will be; nullopt: there is none. Links are followed.
  Expected<std::optional<std::string>> Read(const std::string& path) const;
  /// Names in a directory, those of planned files too, sorted; empty if there is none.
  Expected<std::vector<std::string>> List(const std::string& directory) const;
  /// The whole text of a file, that there is or not. `mode` is for a new one.
  Expected<void> Write(const std::string& path, std::string text, uint32_t mode = 0644);
  /// Owner, group, mode of an object that is there.
  Expected<void> Own(const std::string& path, const Ownership& ownership);
  Expected<void> Link(const std::string& path, const std::string& target);
  Expected<void> Unlink(const std::string& path);
  /// Packages are the work of the image's package manager, which this names and does not run.
  void Install(const std::string& package) { install_[package].insert(rule_); }
  void Purge(const std::string& package) { purge_[package].insert(rule_); }

  /// Takes in a later plan for the same root: what it changes again counts from the first state.
  void Add(const Plan& later);

  Host& host() const { return *host_; }
  bool empty() const { return changes_.empty(); }
  const std::map<std::string, Change>& changes() const { return changes_; }
  const std::map<std::string, std::set<std::string>>& install() const { return install_; }
  const std::map<std::string, std::set<std::string>>& purge() const { return purge_; }

 private:
  Expected<std::string> Settled(const std::string& path) const;
  Change& At(const std::string& path);

  Host* host_;
  std::string rule_;
  std::map<std::string, Change> changes_;  // by path without links
  std::map<std::string, std::set<std::string>> install_, purge_;
};

/// Does it. Stops at the first error, with everything before it done; running again goes on.
Expected<void> Apply(const Plan& plan, int root_fd);

/// The changes as a unified diff (diff -u) with a line for each owner, mode and link.
std::string Diff(const Plan& plan);

}  // namespace assay
