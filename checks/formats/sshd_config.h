// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/host.h"

namespace assay {

/// One line of sshd_config(5) that sets a keyword.
struct SshdSetting {
  std::string keyword;  ///< in lower case
  std::string value;    ///< its arguments, unquoted, separated by one blank
  std::string match;    ///< criteria of the Match block it stands in; empty: global, or "all"
  std::string file;
  int line = 0;
};

/// Line forms of sshd_config(5): a keyword, blanks or one '=', arguments that may be quoted, a '#'
/// that begins a word ends the line. Empty keyword: nothing to set. kInvalid for an open quote.
Expected<SshdSetting> ParseSshdLine(std::string_view line);

/// The whole configuration in reading order, Include followed where it stands (globs, relative to
/// /etc/ssh, at most 16 deep as in OpenSSH's servconf.c), each line with its Match block; a Match
/// block ends with the file it stands in. A keyword that OpenSSH 9.2 does not know is kInvalid with
/// file and line: sshd would not start. A file that Include names and that is not there is none.
Expected<std::vector<SshdSetting>> ReadSshdConfig(Host& host, const std::string& path);

/// Whether OpenSSH 9.2p1 with Debian's patches knows the keyword (lower case).
bool IsSshdKeyword(std::string_view keyword);

/// The compiled-in value of a keyword in OpenSSH 9.2p1 as Debian 12 builds it; nullopt if the
/// keyword has none, or is none of those that rules ask for.
std::optional<std::string_view> SshdDefault(std::string_view keyword);

/// The value as `sshd -T` would print it: the +, - and ^ forms of algorithm lists applied to the
/// default (with globs), times in seconds, old names of values by their new ones.
std::string NormalSshdValue(std::string_view keyword, std::string_view value);

}  // namespace assay
