// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/host.h"
#include "checks/baseline/baseline.pb.h"

namespace assay {

/// How much of a package is there, by the last two words of dpkg's Status (dpkg(1), "Package
/// states" and "Package flags"); the first word is only what somebody wished for.
enum class PackageState {
  kAbsent,     ///< not-installed, config-files
  kPartial,    ///< half-installed, unpacked, half-configured, or to be reinstalled
  kInstalled,  ///< installed, triggers-pending, triggers-awaited
};

/// kInvalid for a status that dpkg does not know.
Expected<PackageState> StateOf(const PackageObject& package);

/// The packages of a root by name and architecture.
class InstalledPackages {
 public:
  /// /var/lib/dpkg/status and what an interrupted dpkg left in /var/lib/dpkg/updates, which counts
  /// above it. kUnsupported: the root has only an rpm database, which cannot be read yet;
  /// kNotFound: none at all.
  static Expected<InstalledPackages> Read(Host& host);

  /// All entries of a name, one for each architecture.
  std::vector<const PackageObject*> Find(std::string_view name) const;

 private:
  std::vector<PackageObject> packages_;  // sorted by (name, architecture)
};

/// Read once for all rules.
const Expected<InstalledPackages>& InstalledPackagesOf(Host& host);

}  // namespace assay
