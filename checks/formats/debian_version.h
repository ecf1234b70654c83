// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace assay {

/// A Debian version, [epoch:]upstream[-revision] (deb-version(7)). Views into the parsed text.
struct DebianVersion {
  uint32_t epoch = 0;
  std::string_view upstream, revision;  ///< an absent revision is empty and equals "0"
};

/// nullopt for what deb-version(7) does not allow: no upstream version, or one that begins with no
/// digit; a character of no version; an epoch that is no number or above 2^31 - 1; nothing after
/// the last '-'.
std::optional<DebianVersion> ParseDebianVersion(std::string_view text);

/// The order of deb-version(7): epoch, upstream, revision; in the latter two '~' sorts before the
/// end, letters before other characters, runs of digits as numbers of any length.
std::weak_ordering Compare(const DebianVersion& a, const DebianVersion& b);

}  // namespace assay
