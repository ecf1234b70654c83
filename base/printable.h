// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace assay {

/// Untrusted bytes made safe for a terminal, a log line or a condition message: C0 and C1 controls,
/// DEL and bytes that are not valid UTF-8 become \xNN. A backslash stays itself, and is doubled
/// only where it could be read as the beginning of an escape: before an 'x', another backslash, an
/// escape or the end. So what is read back is what was there: `\xNN` a byte, two backslashes one,
/// any other backslash itself. The result is one line of valid UTF-8 of at most `limit` bytes,
/// ending in "..." where it was cut.
std::string Printable(std::string_view bytes, size_t limit = 4096);

}  // namespace assay
