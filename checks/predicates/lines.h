// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace assay {

/// What stands in a rule's pattern for the ID of os-release(5), and is replaced by an expression
/// that matches just it.
inline constexpr std::string_view kOsIdMark = "<os-release:ID>";

/// `pattern` with `id` for every mark.
std::string WithOsId(std::string pattern, std::string_view id);

}  // namespace assay
