// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// The words of a kernel command line as the kernel reads them (lib/cmdline.c, next_arg()):
/// separated by white space, which double quotes protect; the quotes around a value or a whole word
/// are taken off. What stands behind "--" is for init and left out.
std::vector<std::string> CommandLineWords(std::string_view line);

/// The value of a parameter: the last one, for each handler runs again (kernel/params.c,
/// parse_args()); empty for a parameter without '='; nullopt if it is not there. '-' and '_' are
/// the same in names.
std::optional<std::string> CommandLineValue(std::string_view line, std::string_view parameter);

}  // namespace assay
