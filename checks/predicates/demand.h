// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "checks/predicates/demand.pb.h"

namespace assay {

/// A decimal number, all of the text; nullopt for anything else.
std::optional<long long> WholeNumber(std::string_view text);

/// Whether `value` is as wanted; nullopt for a demand that this assay does not know. What is no
/// number meets no bound.
std::optional<bool> Meets(const Demand& wanted, std::string_view value);

/// "at most 5", "yes or no", "none of a, b": for evidence and reasons.
std::string Describe(const Demand& wanted);

}  // namespace assay
