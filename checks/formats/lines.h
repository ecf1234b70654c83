// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/host.h"

namespace assay {

/// The lines of a configuration file without their ends (LF or CRLF), in order. A NUL byte is part
/// of its line.
std::vector<std::string_view> LinesOf(std::string_view text);

/// Without white space (blanks, tabs, CR) at both ends.
std::string_view Trim(std::string_view text);

/// Host::Read of a configuration file; kInvalid if it holds a NUL byte, for then it is not text and
/// the programs that read it disagree on where it ends.
Expected<std::string> ReadText(Host& host, std::string_view path);

/// The words of a line, separated by blanks and tabs.
std::vector<std::string_view> WordsOf(std::string_view line);

}  // namespace assay
