// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "checks/formats/packet_filter.h"

namespace assay {

/// Adds the table filter of one file in the format of iptables-restore(8) to `into`, as table
/// "filter" of `family` ("ip" or "ip6"). Where the file is loaded with --noflush (`keep`, as ufw
/// does), chains stay that are there already; without, each "*filter" begins anew.
///
/// As iptables-restore does it, a table without COMMIT and a rule of a chain that is not declared
/// are mistakes: nothing of the file is loaded. kInvalid with file and line for those, for commands
/// other than -A, -I, -N, -P, -F, and for an unfinished quotation. Matches that are not known only
/// make a rule `narrower`; a port by name makes it `opaque`, for who knows what it means there.
Expected<void> AddIptablesSave(std::string_view text, const std::string& file,
                               std::string_view family, bool keep, Ruleset& into);

/// One rule without its -A CHAIN; several where -s lists several sources.
Expected<std::vector<FilterRule>> ParseIptablesRule(const std::vector<std::string>& words,
                                                    std::string_view family);

/// An address with its prefix length or mask: "127.0.0.1/8" is "127.0.0.0/8", "::1" is "::1/128",
/// "0.0.0.0/0" is "" (all). What is no address stays as it is.
std::string NetworkOf(std::string_view text);

/// The same of an address in network order, of which trailing bytes may be missing, and its prefix.
std::string AddressText(std::string_view bytes, int bits, bool ip6);

/// Leading ones of a mask that is all ones and then all zeros; -1 for another.
int PrefixOfMask(std::string_view mask);

/// The name of a protocol that is written as a name or a number: "6" is "tcp"; "all" and "0" are
/// "".
std::string ProtocolName(std::string_view text);

/// "22", "6000:6007" (or with '-'), ":1023"; false for anything else, such as a name of
/// services(5).
bool AddPorts(std::string_view text, char separator, FilterRule& rule);

}  // namespace assay
