// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "checks/formats/iptables_save.h"
#include "checks/formats/lines.h"
#include "checks/formats/nft_files.h"
#include "checks/formats/sysctl_config.h"
#include "checks/predicates/firewall_parts.h"

namespace assay {

namespace {

constexpr const char* kKernel = "nf_tables";

Answer OnlyLive(const char* what) {
  return {Result::kNotChecked, std::string("only a running machine has ") + what, {}};
}

Answer NoSuchCheck() {
  return {Result::kNotChecked, "this assay does not know the rule's check", {}};
}

// IPv4, and IPv6 where the machine has it.
Expected<std::vector<std::string>> Families(Host& host) {
  std::vector<std::string> families = {"ip"};
  if (TRY(WhyNoIp6(host)).empty()) families.push_back("ip6");
  return families;
}

Answer JudgeRules(const std::string& check, const Ruleset& rules,
                  const std::vector<std::string>& families, const std::string& where, bool output) {
  if (check == "outbound") return ShowsOutbound(rules, families, where);
  std::vector<Answer> answers;
  for (const std::string& family : families) {
    if (check == "base-chains")
      answers.push_back(HasBaseChains(rules, family, where));
    else if (check == "default-drop")
      answers.push_back(DropsByDefault(rules, family, where));
    else if (check == "loopback")
      answers.push_back(KeepsLoopback(rules, family, where, output));
    else
      return NoSuchCheck();
  }
  return Together(answers);
}

// What the files make, where their absence is an answer.
Answer JudgePersisted(const std::string& check, const Expected<Ruleset>& rules,
                      const std::vector<std::string>& families, const std::string& where,
                      bool output) {
  if (!rules && rules.error().code == ErrorCode::kNotFound)
    return {Result::kFail, where + " does not exist, so that a boot loads no rules", {}};
  if (!rules) return CannotTell(rules.error());
  return JudgeRules(check, *rules, families, where, output);
}

Answer JudgeTable(const Ruleset& rules, const std::string& where) {
  Answer answer{Result::kPass, "", {}};
  for (const FilterTable& table : rules.tables) {
    bool internet = table.family == "ip" || table.family == "ip6" || table.family == "inet";
    if (!table.dormant && internet)
      answer.evidence.push_back({where, 0, "table " + table.family + " " + table.name, "a table"});
  }
  if (answer.evidence.empty())
    return {Result::kFail, where + " has no table of family inet, ip or ip6", {}};
  return answer;
}

// Rules that iptables put beside those of nft: in legacy tables, or in the tables of iptables-nft.
Answer JudgeNoXtables(Host& host) {
  if (!host.live()) return OnlyLive("rules of iptables in its kernel");
  Answer answer{Result::kPass, "", {}};
  for (const char* family : {"ip", "ip6"}) {
    Expected<std::vector<std::string>> legacy = LegacyTables(host, family);
    if (!legacy) return CannotRead(legacy.error());
    for (const std::string& name : *legacy)
      answer.evidence.push_back({"/proc/net", 0, std::string(family) + "_tables: " + name, "none"});
  }
  const Expected<Ruleset>& rules = LiveRuleset(host);
  if (!rules) return CannotRead(rules.error());
  constexpr std::string_view kBuiltIn[] = {"INPUT", "FORWARD", "OUTPUT"};
  for (const FilterChain& chain : rules->chains)
    if (chain.table == "filter" && std::ranges::find(kBuiltIn, chain.name) != std::end(kBuiltIn) &&
        !chain.rules.empty())
      answer.evidence.push_back({kKernel, 0,
                                 chain.family + " filter " + chain.name + ": " +
                                     std::to_string(chain.rules.size()) + " rules",
                                 "none"});
  if (answer.evidence.empty()) return answer;
  answer.result = Result::kFail;
  answer.reason = "there are tables or rules of iptables: " + answer.evidence.front().value;
  return answer;
}

Answer JudgeNftables(const std::string& check, Host& host) {
  if (check == "no-xtables") return JudgeNoXtables(host);
  Expected<std::vector<std::string>> families = Families(host);
  if (!families) return CannotRead(families.error());
  const std::string file = "/etc/nftables.conf";
  bool kernel = host.live() && check != "persisted";
  const Expected<Ruleset>& rules =
      kernel ? LiveRuleset(host)
             : host.Once<Expected<Ruleset>>("nftables.conf", PersistedNftRuleset);
  if (kernel && !rules) return CannotRead(rules.error());
  std::string where = kernel ? kKernel : file;
  if (rules && check == "table") return JudgeTable(*rules, where);
  std::string asked = check == "persisted" ? "default-drop" : check;
  return JudgePersisted(asked, rules, *families, where, false);
}

Expected<Ruleset> PersistedIptables(Host& host, const std::string& file,
                                    const std::string& family) {
  std::string text = TRY(ReadText(host, file));
  Ruleset rules;
  Expected<void> added = AddIptablesSave(text, file, family, false, rules);
  if (!added) return std::unexpected(added.error());
  return rules;
}

Answer JudgeOpenPorts(const Expected<Ruleset>& rules, const std::vector<std::string>& families,
                      bool accepting, const std::string& where, Host& host) {
  if (!host.live()) return OnlyLive("open ports");
  Expected<std::vector<Listener>> ports = OpenPortsOf(host, families);
  if (!ports) return CannotRead(ports.error());
  if (!rules) return CannotRead(rules.error());
  return DecidesPorts(*rules, families, *ports, accepting, where);
}

Answer JudgeIptables(const std::string& check, bool ip6, Host& host) {
  std::string family = ip6 ? "ip6" : "ip",
              file = ip6 ? "/etc/iptables/rules.v6" : "/etc/iptables/rules.v4";
  if (ip6) {
    Expected<std::string> none = WhyNoIp6(host);
    if (!none) return CannotRead(none.error());
    if (!none->empty()) return {Result::kNotApplicable, *none, {}};
  }
  Expected<Ruleset> kernel = host.live() ? LiveXtables(host, family) : Expected<Ruleset>(Ruleset{});
  if (check == "open-ports") return JudgeOpenPorts(kernel, {family}, true, kKernel, host);
  // What is in force now, and what the next boot loads.
  std::vector<Answer> answers;
  if (host.live())
    answers.push_back(kernel ? JudgeRules(check, *kernel, {family}, kKernel, true)
                             : CannotRead(kernel.error()));
  if (!host.live() || check != "outbound")
    answers.push_back(
        JudgePersisted(check,
                       host.Once<Expected<Ruleset>>(
                           file, [&](Host& h) { return PersistedIptables(h, file, family); }),
                       {family}, file, true));
  return Together(answers);
}

Answer JudgeUfwEnabled(const UfwConfig& config, Host& host) {
  auto found = config.settings.find("ENABLED");
  Answer answer{Result::kPass, "", {}};
  if (found != config.settings.end())
    answer.evidence.push_back({found->second.file, found->second.line, found->second.value, "yes"});
  if (!config.Enabled())
    return {Result::kFail, "ENABLED in /etc/ufw/ufw.conf is not yes", answer.evidence};
  if (!host.live()) return answer;
  Expected<Ruleset> rules = LiveXtables(host, "ip");
  if (!rules) return CannotRead(rules.error());
  for (const FilterChain* chain : BaseChains(*rules, "ip", "input"))
    for (const FilterRule& rule : chain->rules)
      if (rule.target == "ufw-before-input") {
        answer.evidence.push_back({kKernel, 0, Describe(rule), "ufw's chains are loaded"});
        return answer;
      }
  return {Result::kFail, "ufw is enabled, but the kernel has none of its rules", answer.evidence};
}

// ufw(8): without forwarding, the routed policy is "disabled".
Expected<bool> Forwards(Host& host, const UfwConfig& config) {
  std::vector<std::string> names = {"net.ipv4.ip_forward"};
  if (config.Ip6()) {
    names.push_back("net.ipv6.conf.default.forwarding");
    names.push_back("net.ipv6.conf.all.forwarding");
  }
  for (std::string& name : names) {
    std::ranges::replace(name, '.', '/');
    Expected<std::string> value = host.live() ? host.Sysctl(name) : Expected<std::string>("0");
    if (value && value->contains('1')) return true;
    if (!value && value.error().code != ErrorCode::kNotFound) return std::unexpected(value.error());
    std::optional<SysctlAssignment> set = TRY(PersistedSysctl(host, name));
    if (set && set->value.contains('1')) return true;
  }
  return false;
}

Answer JudgeUfwDefault(const UfwConfig& config, const Ruleset& rules, Host& host) {
  Answer answer{Result::kPass, "", {}};
  std::vector<std::string> hooks;
  for (const auto& [setting, hook] : {std::pair{"DEFAULT_INPUT_POLICY", "input"},
                                      {"DEFAULT_OUTPUT_POLICY", "output"},
                                      {"DEFAULT_FORWARD_POLICY", "forward"}}) {
    auto found = config.settings.find(setting);
    UfwSetting set =
        found == config.settings.end() ? UfwSetting{"unset", "/etc/default/ufw"} : found->second;
    answer.evidence.push_back({set.file, set.line, setting + ("=" + set.value), "DROP or REJECT"});
    if (set.value == "DROP" || set.value == "REJECT") {
      hooks.push_back(hook);
      continue;
    }
    Expected<bool> forwards = hook == std::string_view("forward") ? Forwards(host, config) : true;
    if (!forwards) return CannotTell(forwards.error());
    if (!*forwards) continue;
    answer.result = Result::kFail;
    if (answer.reason.empty())
      answer.reason = std::string(setting) + " is " + set.value + ", wanted is DROP or REJECT";
  }
  std::vector<Answer> answers = {answer};
  for (const char* family : {"ip", "ip6"})
    answers.push_back(DropsByDefault(rules, family, "ufw", hooks));
  return hooks.empty() ? answer : Together(answers);
}

Answer JudgeUfw(const std::string& check, Host& host) {
  const auto& config = host.Once<Expected<UfwConfig>>("ufw", ReadUfwConfig);
  if (!config && config.error().code == ErrorCode::kNotFound)
    return {Result::kFail, "ufw is not set up: " + config.error().text, {}};
  if (!config) return CannotTell(config.error());
  if (check == "enabled") return JudgeUfwEnabled(*config, host);
  const auto& rules =
      host.Once<Expected<Ruleset>>("ufw", [&](Host& h) { return UfwRuleset(h, *config); });
  if (!rules && rules.error().code == ErrorCode::kNotFound)
    return {Result::kFail, "ufw cannot start: " + rules.error().text, {}};
  if (!rules) return CannotTell(rules.error());
  if (check == "default-deny") return JudgeUfwDefault(*config, *rules, host);
  std::vector<std::string> families = {"ip"};
  Expected<std::string> none = WhyNoIp6(host);
  if (!none) return CannotRead(none.error());
  if (config->Ip6() && none->empty()) families.push_back("ip6");
  if (check == "open-ports") return JudgeOpenPorts(rules, families, false, "ufw", host);
  return JudgeRules(check, *rules, families, "ufw", true);
}

Answer JudgeInUse(const std::string& front_end, Host& host) {
  Expected<bool> loads = LoadsAtBoot(host, front_end);
  if (!loads) return CannotTell(loads.error());
  if (*loads) return {Result::kPass, "", {{"systemd", 0, front_end + " loads rules at boot", ""}}};
  return {Result::kFail, front_end + " does not load rules at boot", {}};
}

Answer JudgeOneFrontEnd(Host& host) {
  Answer answer{Result::kPass, "", {}};
  std::string said;
  for (const char* front_end : {"ufw", "nftables", "iptables", "firewalld"}) {
    Expected<bool> loads = LoadsAtBoot(host, front_end);
    if (!loads) return CannotTell(loads.error());
    if (!*loads) continue;
    said += (said.empty() ? "" : " and ") + std::string(front_end);
    answer.evidence.push_back(
        {"systemd", 0, std::string(front_end) + " loads rules at boot", "one"});
  }
  if (answer.evidence.size() == 1) return answer;
  answer.result = Result::kFail;
  answer.reason = said.empty() ? "no firewall loads rules at boot, wanted is one"
                               : said + " all load rules at boot, wanted is one of them";
  return answer;
}

}  // namespace

Answer JudgeFirewall(const Firewall& expected, Host& host) {
  if (expected.front_end() == "nftables") return JudgeNftables(expected.check(), host);
  if (expected.front_end() == "ufw") return JudgeUfw(expected.check(), host);
  if (expected.front_end() == "iptables")
    return JudgeIptables(expected.check(), expected.family() == "ip6", host);
  if (expected.check() == "one-front-end") return JudgeOneFrontEnd(host);
  if (expected.check() == "in-use") return JudgeInUse(expected.subject(), host);
  return NoSuchCheck();
}

}  // namespace assay
