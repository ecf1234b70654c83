// SPDX-License-Identifier: Apache-2.0
// What iptables-nft cannot say in expressions: matches of x_tables, as the structures of their
// modules.
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_tcpudp.h>

#include <cstring>

#include "checks/formats/nft_ruleset.h"

namespace assay {

namespace {

// xt_tcp or xt_udp: ranges of ports, and flags.
template <typename T>
bool AddTransport(std::string_view structure, FilterRule& rule) {
  T match;
  if (structure.size() < sizeof match) return false;
  memcpy(&match, structure.data(), sizeof match);
  if (match.invflags) return false;
  bool all = match.dpts[0] == 0 && match.dpts[1] == 65535;
  if (!all) rule.ports = {{match.dpts[0], match.dpts[1]}};
  bool options = false;
  if constexpr (requires { match.flg_mask; }) options = match.flg_mask || match.option;
  return match.spts[0] == 0 && match.spts[1] == 65535 && !options;
}

bool AddMultiport(std::string_view structure, uint32_t revision, FilterRule& rule) {
  xt_multiport_v1 match;
  if (revision != 1 || structure.size() < sizeof match) return false;
  memcpy(&match, structure.data(), sizeof match);
  if (match.invert || match.flags != XT_MULTIPORT_DESTINATION || match.count > XT_MULTI_PORTS)
    return false;
  for (unsigned i = 0; i < match.count; i++) {
    bool range = match.pflags[i] && i + 1u < match.count;
    rule.ports.push_back({match.ports[i], match.ports[range ? i + 1 : i]});
    i += range;
  }
  return true;
}

}  // namespace

bool AddXtablesMatch(const NetlinkAttributes& match, FilterRule& rule) {
  std::string name = match.Text(NFTA_MATCH_NAME);
  std::string_view structure = match.Bytes(NFTA_MATCH_INFO);
  if (name == "comment") return true;
  if (!rule.ports.empty()) return false;  // a second condition on them
  if (name == "tcp") return AddTransport<xt_tcp>(structure, rule);
  if (name == "udp") return AddTransport<xt_udp>(structure, rule);
  if (name != "multiport") return false;
  return AddMultiport(structure, match.Be32(NFTA_MATCH_REV).value_or(0), rule);
}

}  // namespace assay
