// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/host.h"
#include "base/host_file.h"
#include "checks/baseline/baseline.pb.h"

namespace assay {

/// Where distributions keep it (rpm's macro _dbpath).
inline constexpr std::string_view kRpmDatabases[] = {"/usr/lib/sysimage/rpm/rpmdb.sqlite",
                                                     "/var/lib/rpm/rpmdb.sqlite"};

/// The packages of rpm's database in the SQLite form (rpm 4.16 and later; RHEL 9, Amazon Linux
/// 2023, Fedora), read from it and from its write-ahead log (empty: there is none), sorted by
/// (name, architecture, version). A name and architecture may occur several times (kernels,
/// gpg-pubkey). kInvalid for what is damaged, and for over 100,000 packages.
Expected<std::vector<PackageObject>> ParseRpmDatabase(BytesAt database, BytesAt log);

/// An rpm database of a root.
struct RpmDatabase {
  std::string path;  ///< "/var/lib/rpm/rpmdb.sqlite"
  std::vector<PackageObject> packages;
};

/// The database of a root; nullopt: none. rpm's own path is a macro; the two that distributions set
/// are looked at, and where both are there as different files, which of them counts is not known:
/// kInvalid. kUnsupported: only one of an older form (Berkeley DB, ndb). kUnavailable: rpm is
/// writing, or was interrupted and has to roll back.
Expected<std::optional<RpmDatabase>> ReadRpmDatabase(Host& host);

}  // namespace assay
