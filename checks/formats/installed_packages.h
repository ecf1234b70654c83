// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/host.h"
#include "checks/baseline/baseline.pb.h"

namespace assay {

/// How much of a package is there, by the last two words of dpkg's Status (dpkg(1), "Package
/// states" and "Package flags"); the first word is only what somebody wished for. rpm has no
/// states.
enum class PackageState {
  kAbsent,     ///< not-installed, config-files
  kPartial,    ///< half-installed, unpacked, half-configured, or to be reinstalled
  kInstalled,  ///< installed, triggers-pending, triggers-awaited
};

/// kInvalid for a status that dpkg does not know.
Expected<PackageState> StateOf(const PackageObject& package);

/// True if rpm's database and not dpkg's has the package.
bool IsRpm(const PackageObject& package);

/// The packages of a root by name and architecture.
class InstalledPackages {
 public:
  /// /var/lib/dpkg/status, what an interrupted dpkg left in /var/lib/dpkg/updates, which counts
  /// above it, and rpm's database (rpm_database.h). Both count where both are there: a machine of
  /// one kind may have some packages of the other. kUnsupported: dpkg has no package, and rpm's
  /// database is one that cannot be read; kNotFound: none at all.
  static Expected<InstalledPackages> Read(Host& host);

  /// All entries of a name, one for each architecture, of rpm one for each version.
  std::vector<const PackageObject*> Find(std::string_view name) const;
  /// The databases, as evidence names them: "/var/lib/dpkg/status".
  const std::string& sources() const { return sources_; }

 private:
  void Merge(std::vector<PackageObject> packages, std::string_view source);

  std::string sources_;
  std::vector<PackageObject> packages_;  // sorted by (name, architecture)
};

/// The packages as a baseline seals them, one of each name and architecture; where rpm has several
/// versions of one (kernels), they are joined by ", ". nullopt: no package database that can be
/// read. Without what an interrupted dpkg left.
Expected<std::optional<std::vector<PackageObject>>> PackagesToSeal(Host& host);

/// Read once for all rules.
const Expected<InstalledPackages>& InstalledPackagesOf(Host& host);

}  // namespace assay
