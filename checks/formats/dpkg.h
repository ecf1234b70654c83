// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "base/error.h"
#include "checks/baseline/baseline.pb.h"

namespace assay {

inline constexpr std::string_view kDpkgStatus = "/var/lib/dpkg/status";
inline constexpr size_t kDpkgStatusLimit = 64 << 20;

/// The packages of a dpkg status database (deb822(5), dpkg-query(1)), sorted by (name,
/// architecture). kInvalid with the line for a paragraph without Package or Status, a line that is
/// no field, a field twice, or a package twice.
Expected<std::vector<PackageObject>> ParseDpkgStatus(std::string_view text);

}  // namespace assay
