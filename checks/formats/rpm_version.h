// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace assay {

/// [epoch:]version[-release] (rpm-version(7)). Views into the parsed text.
struct RpmVersion {
  uint32_t epoch = 0;
  std::string_view version, release;  ///< an empty release stands for every release
};

/// nullopt: no version, an epoch that is no number, nothing after the '-', a character that no
/// version may have.
std::optional<RpmVersion> ParseRpmVersion(std::string_view text);

/// The order of rpm-version(7): epoch, version, release (only where both have one). '~' sorts
/// before the end and '^' after it but before all else; runs of digits are numbers and newer than
/// letters; what is neither only separates.
std::weak_ordering Compare(const RpmVersion& a, const RpmVersion& b);

}  // namespace assay
