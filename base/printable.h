// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace assay {

/// Untrusted bytes made safe for a terminal, a log line or a condition message: C0 and C1
/// controls, DEL, the backslash and bytes that are not valid UTF-8 become \xNN. The result is one
/// line of valid UTF-8 of at most `limit` bytes, ending in "..." where it was cut.
std::string Printable(std::string_view bytes, size_t limit = 4096);

}  // namespace assay
