// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay {

/// One rule of a packet filter, in what the firewall rules of a benchmark ask of it. A packet
/// that the rule takes meets all of the fields; an empty one is met by every packet.
struct FilterRule {
  std::string family;       ///< "ip" or "ip6" where the rule is for that one only
  std::string in, out;      ///< interface; "!lo": all but lo
  std::string source;       ///< "127.0.0.0/8", "::1/128"; "!" before it: all others
  std::string destination;  ///< same
  std::string protocol;     ///< tcp, udp, or another name or number
  std::vector<std::pair<uint16_t, uint16_t>> ports;  ///< destination ports, from and to
  bool narrower = false;  ///< it has further matches, or ones that cannot be read
  bool opaque =
      false;  ///< which interfaces, sources or ports it takes cannot be read (a set, a map)
  std::string verdict;  ///< accept, drop, reject, return, jump, goto, queue; "": goes on;
                        ///< "unknown": cannot be told
  std::string target;   ///< chain of jump and goto
  std::string text;     ///< as it stands in the file, or how it reads
  std::string file;     ///< where; "nf_tables" for the kernel's
  int line = 0;         ///< 0 for the kernel's
};

struct FilterChain {
  std::string family;  ///< ip, ip6, inet, arp, bridge, netdev
  std::string table, name;
  std::string type, hook;  ///< "filter", "input"; empty: not a base chain
  std::string policy;      ///< of a base chain: accept (the default) or drop
  std::vector<FilterRule> rules;
  std::string file;
  int line = 0;
};

struct FilterTable {
  std::string family, name;
  bool dormant = false;  ///< its chains are not in force (nft(8), "flags dormant")
};

/// A ruleset in the order of its source; all of the parsers of front-ends make one.
struct Ruleset {
  std::vector<FilterTable> tables;
  std::vector<FilterChain> chains;

  FilterTable& Table(std::string_view family, std::string_view name);  ///< made if absent
  FilterChain* Chain(std::string_view family, std::string_view table, std::string_view name);
};

/// The base chains of type filter at `hook` that see packets of `family` ("ip", "ip6"): of tables
/// ip or ip6 and inet, which are not dormant. Not those of bridge, arp or netdev.
std::vector<const FilterChain*> BaseChains(const Ruleset& ruleset, std::string_view family,
                                           std::string_view hook);

/// The rules that packets of `family` meet on their way through `chain`, with jumps followed: a
/// rule of a chain that is jumped to takes on the conditions of the jump. `narrower` is set where
/// the two cannot be combined, and on what stands behind a conditional return. What follows an
/// unconditional accept, drop, reject or goto is not there. At most 16 jumps deep, as in the
/// kernel, and 100,000 rules; beyond one of verdict "unknown" stands for the rest, as for a chain
/// that is not there.
std::vector<FilterRule> PathThrough(const Ruleset& ruleset, const FilterChain& chain,
                                    std::string_view family);

/// No field but the family is set: every packet is taken.
bool TakesEverything(const FilterRule& rule);

/// "accept" of all packets from (`in`) or to (`out`) an interface, and nothing else asked.
bool AcceptsInterface(const FilterRule& rule, std::string_view name, bool in);

/// Whether a rule drops or rejects all packets that come from the loopback network of `family`
/// (127.0.0.0/8, ::1) through any interface but lo.
bool DropsLoopbackSource(const FilterRule& rule, std::string_view family);

/// Whether a rule says what becomes of packets to this port: it accepts, drops or rejects them
/// (`accepting`: accepts only), and names it.
bool DecidesPort(const FilterRule& rule, std::string_view protocol, uint16_t port, bool accepting);

/// How a rule reads: "ip saddr 127.0.0.0/8 drop"; for evidence.
std::string Describe(const FilterRule& rule);

}  // namespace assay
