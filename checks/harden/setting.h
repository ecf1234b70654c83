// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "checks/rules/policy.pb.h"

namespace assay {

/// First line of a file that is ours.
inline constexpr std::string_view kOwnFile = "# Written by `assay harden`.\n";

/// A value that meets the demand: the one that the rule recommends; else the first of those wanted, or the bound; of a range its upper end
/// (the least change from what people live with). nullopt where it says only what must not be.
std::optional<std::string> ValueFor(const Demand& demand);

/// The text with `value` as what FindKey() finds in it: the line that counts is changed, or one is
/// added at the end, below its section. nullopt where the line that counts goes on in the next.
std::optional<std::string> WithKey(const Text& wanted, std::string_view text,
                                   std::string_view value);

/// The text with one line more at its end, unless it has that line; an empty text becomes a file of
/// ours.
std::string WithLine(std::string text, std::string_view line);

/// The text with line `number` (1-based) replaced; nullopt as replacement takes it out.
std::string WithLineAt(std::string_view text, int number,
                       const std::optional<std::string>& replacement);

}  // namespace assay
