// SPDX-License-Identifier: Apache-2.0
// A ruleset of nftables, where nobody has one. Other front-ends are for a person.
#include <algorithm>

#include "checks/formats/lines.h"
#include "checks/formats/nft_files.h"
#include "checks/harden/fix.h"
#include "checks/harden/setting.h"

namespace assay {

namespace {

constexpr char kConfig[] = "/etc/nftables.conf";
constexpr char kProgram[] = "/usr/sbin/nft";

// Established connections come first after the loopback, so that long lists of ports cost nothing.
// The names are those that nft knows without /etc/protocols, which small images do not have.
// A DHCPv6 server answers what was sent to a multicast address, which is no connection (RFC 8415).
constexpr char kBeforePorts[] = R"(
flush ruleset

table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		iif lo accept
		ip saddr 127.0.0.0/8 drop
		ip6 saddr ::1 drop
		ct state established,related accept
		ct state invalid drop
		meta l4proto { icmp, icmpv6 } accept
		ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept
)";
constexpr char kAfterPorts[] = R"(	}
	chain forward {
		type filter hook forward priority filter; policy drop;
	}
	chain output {
		type filter hook output priority filter; policy drop;
		ct state established,related,new accept
	}
}
)";

std::string RulesetFor(const Firewall& wanted) {
  std::string text = "#!/usr/sbin/nft -f\n" + std::string(kOwnFile) + kBeforePorts;
  for (std::string_view word : WordsOf(wanted.open_ports())) {
    size_t slash = word.find('/');
    text += "\t\t" + std::string(word.substr(slash + 1)) + " dport " +
            std::string(word.substr(0, slash)) + " accept\n";
  }
  return text + kAfterPorts;
}

// Debian's file has chains without a rule; with one it is somebody's.
bool IsSomebodys(const Ruleset& ruleset) {
  return std::ranges::any_of(ruleset.chains,
                             [](const FilterChain& chain) { return !chain.rules.empty(); });
}

}  // namespace

Expected<void> FixFirewall(const Firewall& wanted, Plan& plan) {
  if (wanted.front_end() != "nftables" || wanted.open_ports().empty()) return ByHand("");
  if (!plan.host().StatTarget(kProgram)) return ByHand("install nftables first");
  Expected<Ruleset> present = PersistedNftRuleset(plan.host());
  if (!present && present.error().code != ErrorCode::kNotFound)
    return std::unexpected(present.error());
  if (present && IsSomebodys(*present))
    return ByHand(std::string("change the site's own ruleset in ") + kConfig);
  return plan.Write(kConfig, RulesetFor(wanted), 0755);
}

}  // namespace assay
