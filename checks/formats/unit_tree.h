// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/host.h"

namespace assay {

/// One name in a directory of units (systemd.unit(5), "Unit File Load Path").
struct UnitEntry {
  std::string path;         ///< "/etc/systemd/system/ssh.service"
  std::string target;       ///< of a link, absolute and without ".."; empty: no link
  bool configured = false;  ///< below /etc or /run: an administrator's, not the vendor's
  /// A link to /dev/null. (An empty file masks too, but has to be looked at.)
  bool masks() const { return target == "/dev/null"; }
};

/// A link in a *.wants, *.requires or *.upholds directory: the owner's start starts `name`.
struct UnitDependency {
  std::string name, path;
};

/// The names, links and dependencies of all system units of a root, as systemd 252 looks them up.
/// Nothing is read but directories; what a unit file says is not in here.
class UnitTree {
 public:
  /// On a root that is not running, /run is empty: what lies there is gone at boot.
  static Expected<UnitTree> Read(Host& host);

  /// Entries of a name, the one that counts first.
  const std::vector<UnitEntry>& Entries(std::string_view name) const;
  /// Follows aliases (links to another name) to the unit's own name; for an instance also those of
  /// its template. At most eight; a longer chain or a circle ends where it is.
  std::string OwnName(std::string_view name) const;
  /// All names that lead to the unit of this name, with it.
  std::vector<std::string> NamesOf(std::string_view own_name) const;
  /// Dependencies that are not masked, in the order of their owners.
  const std::vector<UnitDependency>& dependencies() const { return dependencies_; }

 private:
  void AddDependencies(const std::map<std::pair<std::string, std::string>, UnitEntry>& links);

  std::map<std::string, std::vector<UnitEntry>, std::less<>> entries_;
  std::vector<UnitDependency> dependencies_;
};

/// "getty@tty1.service" → "getty@.service"; empty if the name is no instance.
std::string TemplateOf(std::string_view name);

/// Whether the name has one of the suffixes of systemd.unit(5) and only characters of a unit name.
bool IsUnitName(std::string_view name);

}  // namespace assay
