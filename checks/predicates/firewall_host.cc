// SPDX-License-Identifier: Apache-2.0
// What JudgeFirewall() asks of the machine beside rulesets in files.
#include <algorithm>
#include <set>
#include <tuple>

#include "checks/formats/boot_config.h"
#include "checks/formats/kernel_command_line.h"
#include "checks/formats/lines.h"
#include "checks/formats/nft_ruleset.h"
#include "checks/formats/sysctl_config.h"
#include "checks/formats/unit_files.h"
#include "checks/predicates/firewall_parts.h"

namespace assay {

namespace {

Expected<bool> Exists(Host& host, const std::string& path) {
  Expected<Metadata> found = host.StatTarget(path);
  if (!found && found.error().code != ErrorCode::kNotFound) return std::unexpected(found.error());
  return found.has_value();
}

Expected<bool> Starts(Host& host, const std::string& name) {
  UnitFile unit = TRY(FindUnit(host, name));
  return unit.state == UnitFile::State::kPresent && !unit.starts.empty();
}

Expected<bool> UfwLoads(Host& host) {
  if (!TRY(Starts(host, "ufw.service"))) return false;
  Expected<UfwConfig> config = ReadUfwConfig(host);
  if (!config && config.error().code == ErrorCode::kNotFound) return false;
  if (!config) return std::unexpected(config.error());
  return config->Enabled();
}

// netfilter-persistent runs plugins; those of iptables-persistent load its rules.
Expected<bool> IptablesLoads(Host& host) {
  if (TRY(Starts(host, "iptables.service"))) return true;  // iptables-services of Fedora
  if (!TRY(Starts(host, "netfilter-persistent.service"))) return false;
  for (const std::string plugin : {"15-ip4tables", "25-ip6tables"})
    if (TRY(Exists(host, "/usr/share/netfilter-persistent/plugins.d/" + plugin))) return true;
  return false;
}

constexpr const char* kDisable[] = {"net/ipv6/conf/all/disable_ipv6",
                                    "net/ipv6/conf/default/disable_ipv6"};

Expected<std::string> WhyNoIp6Live(Host& host) {
  Expected<std::string> addresses = host.NetworkTable("if_inet6");
  if (!addresses && addresses.error().code == ErrorCode::kNotFound)
    return "the kernel runs without IPv6 (/proc/net/if_inet6 does not exist)";
  if (!addresses) return std::unexpected(addresses.error());
  for (const char* name : kDisable)
    if (TRY(host.Sysctl(name)) != "1") return "";
  return addresses->empty() ? "IPv6 is disabled by sysctl and no interface has an address" : "";
}

bool DisabledAtBoot(const BootEntry& entry) {
  return CommandLineValue(entry.options, "ipv6.disable") == "1";
}

Expected<std::string> WhyNoIp6Static(Host& host) {
  const Expected<BootConfig>& boot = BootConfigOf(host);
  if (!boot) return std::unexpected(boot.error());
  if (!boot->entries.empty() && std::ranges::all_of(boot->entries, DisabledAtBoot))
    return "every boot entry says ipv6.disable=1";
  for (const char* name : kDisable) {
    std::optional<SysctlAssignment> set = TRY(PersistedSysctl(host, name));
    if (!set || set->value != "1") return "";
  }
  return "IPv6 is disabled by sysctl at boot";
}

}  // namespace

const Expected<Ruleset>& LiveRuleset(Host& host) {
  return host.Once<Expected<Ruleset>>("nf_tables", [](Host& h) -> Expected<Ruleset> {
    std::string messages = TRY(h.PacketFilter());
    return ParseNftMessages(messages);
  });
}

Expected<std::vector<std::string>> LegacyTables(Host& host, std::string_view family) {
  Expected<std::string> text =
      host.NetworkTable(family == "ip" ? "ip_tables_names" : "ip6_tables_names");
  std::vector<std::string> names;
  if (!text && text.error().code == ErrorCode::kNotFound) return names;
  if (!text) return std::unexpected(text.error());
  for (std::string_view line : LinesOf(*text))
    if (!Trim(line).empty()) names.emplace_back(Trim(line));
  return names;
}

Expected<Ruleset> LiveXtables(Host& host, std::string_view family) {
  std::vector<std::string> legacy = TRY(LegacyTables(host, family));
  if (std::ranges::find(legacy, "filter") != legacy.end())
    return Fail(ErrorCode::kUnsupported,
                "the legacy table filter is loaded, whose rules only iptables-legacy can read");
  return LiveRuleset(host);
}

Expected<std::vector<Listener>> OpenPortsOf(Host& host, const std::vector<std::string>& families) {
  const Expected<std::vector<Listener>>& listeners = ListenersOf(host);
  if (!listeners) return std::unexpected(listeners.error());
  std::string range = TRY(host.Sysctl("net/ipv4/ip_local_port_range"));
  PortRange given = TRY(ParsePortRange(range));
  std::set<std::tuple<std::string, std::string, uint16_t>> seen;
  std::vector<Listener> ports;
  for (const Listener& one : *listeners) {
    std::string family = one.OverIp6() ? "ip6" : "ip";
    if (!IsReachable(one, given) || std::ranges::find(families, family) == families.end()) continue;
    if (seen.emplace(one.Transport(), one.address, one.port).second) ports.push_back(one);
  }
  return ports;
}

Expected<std::string> WhyNoIp6(Host& host) {
  return host.live() ? WhyNoIp6Live(host) : WhyNoIp6Static(host);
}

Expected<bool> LoadsAtBoot(Host& host, std::string_view front_end) {
  if (front_end == "ufw") return UfwLoads(host);
  if (front_end == "iptables") return IptablesLoads(host);
  return Starts(host, std::string(front_end) + ".service");
}

}  // namespace assay
