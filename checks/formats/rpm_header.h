// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "base/error.h"
#include "checks/baseline/baseline.pb.h"

namespace assay {

/// PackageObject.status of what rpm has: it knows no states.
inline constexpr std::string_view kRpmStatus = "installed by rpm";

/// The package of an installed header as rpm's database stores it (rpm.org, "RPM v4 format", header
/// structure, without the magic): the number of entries and the size of the data, entries of tag,
/// type, offset and count, then the data; all numbers big-endian. Takes NAME, VERSION, RELEASE,
/// EPOCH and ARCH: `version` is [epoch:]version-release, `architecture` empty where there is none
/// (gpg-pubkey), `status` kRpmStatus.
///
/// `start` is the beginning of a header of `whole` bytes. nullopt: what is asked for lies behind
/// it; give more. kInvalid: a header that rpm would not take (size, one of these tags twice, of a
/// wrong type or without an end), no NAME, VERSION or RELEASE.
Expected<std::optional<PackageObject>> ParseRpmHeader(std::string_view start, uint64_t whole);

}  // namespace assay
