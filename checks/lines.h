// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

namespace assay {

/// The lines of a configuration file without their ends (LF or CRLF), in order. A NUL byte is part
/// of its line.
std::vector<std::string_view> LinesOf(std::string_view text);

/// Without white space (blanks, tabs, CR) at both ends.
std::string_view Trim(std::string_view text);

/// The words of a line, separated by blanks and tabs.
std::vector<std::string_view> WordsOf(std::string_view line);

}  // namespace assay
