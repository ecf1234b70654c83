// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/formats/packet_filter.h"
#include "checks/formats/socket_table.h"
#include "checks/formats/ufw_config.h"
#include "checks/predicates/predicate.h"

namespace assay {

/// The parts of JudgeFirewall(). `family` is "ip" or "ip6"; `where` names the ruleset in reasons
/// ("/etc/nftables.conf", "nf_tables").

/// A base chain of type filter at each of input, forward and output.
Answer HasBaseChains(const Ruleset& rules, std::string_view family, const std::string& where);

/// At each of these hooks a base chain whose policy is drop, and which no rule keeps packets from
/// that accepts all of them. One chain is enough: a packet has to be accepted by all.
Answer DropsByDefault(const Ruleset& rules, std::string_view family, const std::string& where,
                      const std::vector<std::string>& hooks = {"input", "forward", "output"});

/// All from lo is accepted, and what comes from the loopback network by another interface is
/// dropped, in one chain and in this order; `output`: all to lo is accepted too.
Answer KeepsLoopback(const Ruleset& rules, std::string_view family, const std::string& where,
                     bool output);

/// Each port is named by a rule of the input chains of one of the families.
Answer DecidesPorts(const Ruleset& rules, const std::vector<std::string>& families,
                    const std::vector<Listener>& ports, bool accepting, const std::string& where);

/// For a person: the policy and the rules of the output chains, the first hundred.
Answer ShowsOutbound(const Ruleset& rules, const std::vector<std::string>& families,
                     const std::string& where);

/// All of them: fail before error before notchecked before manual before pass; evidence of each.
Answer Together(const std::vector<Answer>& answers);

/// What a ruleset that cannot be read makes: notchecked where only this process or this kernel
/// cannot, error otherwise.
Answer CannotRead(const Error& error);

/// nf_tables of the running machine, read once a judgement.
const Expected<Ruleset>& LiveRuleset(Host& host);

/// The same for iptables and ufw: kUnsupported where the legacy tables hold a filter too, for those
/// nobody can read who does not bring iptables' own code.
Expected<Ruleset> LiveXtables(Host& host, std::string_view family);

/// Names in /proc/1/net/ip_tables_names or ip6_tables_names; empty where there are no such tables.
Expected<std::vector<std::string>> LegacyTables(Host& host, std::string_view family);

/// The ports of the running machine on which services wait for others, one of each.
Expected<std::vector<Listener>> OpenPortsOf(Host& host, const std::vector<std::string>& families);

/// Why no packet of IPv6 can come; empty where one can. Live: the kernel has no IPv6, or it is
/// disabled by sysctl and no interface has an address. Static: both sysctls will be set at boot, or
/// every boot entry of grub.cfg says ipv6.disable=1.
Expected<std::string> WhyNoIp6(Host& host);

/// Whether a front-end loads its ruleset at boot: its unit is wanted (and not masked) and it is set
/// up to do something. "nftables", "ufw", "iptables", "firewalld".
Expected<bool> LoadsAtBoot(Host& host, std::string_view front_end);

}  // namespace assay
