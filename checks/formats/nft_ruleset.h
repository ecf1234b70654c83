// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/error.h"
#include "checks/formats/netlink_attributes.h"
#include "checks/formats/packet_filter.h"

namespace assay {

/// The answers of nf_tables (Host::PacketFilter()), read: linux/netfilter/nf_tables.h. What
/// iptables-nft keeps there (tables filter, with xtables matches) reads the same. kInvalid for
/// messages that do not have the documented form, for rules without their chain, and for more than
/// a million expressions.
Expected<Ruleset> ParseNftMessages(std::string_view bytes);

/// One rule's expressions (NFTA_RULE_EXPRESSIONS), which `family` ("inet", "ip", ...) a chain of
/// has. An expression that is not known only makes the rule `narrower`; a set or map over
/// interfaces, addresses or ports, whose content is elsewhere, makes it `opaque`.
Expected<FilterRule> ParseNftRule(std::string_view expressions, std::string_view family);

/// Adds a match of x_tables (NFTA_MATCH_*) to a rule: the ports of tcp, udp and multiport, and
/// comment. False: it narrows the rule in a way that no field says.
bool AddXtablesMatch(const NetlinkAttributes& match, FilterRule& rule);

}  // namespace assay
