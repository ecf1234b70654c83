// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/ufw_config.h"

#include "checks/formats/iptables_save.h"
#include "checks/formats/lines.h"

namespace assay {

namespace {

bool IsName(std::string_view text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  return text.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ==
         std::string_view::npos;
}

// The word that begins a value; quotes taken off.
std::string ValueOf(std::string_view text) {
  std::string value;
  char quote = 0;
  for (char c : text) {
    if (!quote && (c == '"' || c == '\''))
      quote = c;
    else if (c == quote)
      quote = 0;
    else if (!quote && (c == ' ' || c == '\t' || c == ';'))
      break;
    else
      value += c;
  }
  return value;
}

bool Yes(const std::string& value) { return value == "yes" || value == "YES"; }

void Declare(Ruleset& rules, const std::string& family, const std::string& name) {
  if (rules.Chain(family, "filter", name)) return;
  FilterChain chain;
  chain.family = family;
  chain.table = "filter";
  chain.name = name;
  rules.chains.push_back(std::move(chain));
}

void Append(Ruleset& rules, const std::string& family, const std::string& chain,
            const std::string& verdict, const std::string& target = "") {
  Declare(rules, family, chain);
  FilterRule rule;
  rule.verdict = verdict;
  rule.target = target;
  rule.file = "ufw-init";
  rules.Chain(family, "filter", chain)->rules.push_back(std::move(rule));
}

struct Direction {
  const char *chain, *name, *setting;
};
constexpr Direction kDirections[] = {{"INPUT", "input", "DEFAULT_INPUT_POLICY"},
                                     {"FORWARD", "forward", "DEFAULT_FORWARD_POLICY"},
                                     {"OUTPUT", "output", "DEFAULT_OUTPUT_POLICY"}};

Expected<void> AddFile(Host& host, const std::string& file, const std::string& family,
                       Ruleset& rules) {
  std::string text = TRY(ReadText(host, file));
  return AddIptablesSave(text, file, family, true, rules);
}

void BaseChain(Ruleset& rules, const std::string& family, const Direction& direction, bool drops,
               const UfwSetting& where) {
  Declare(rules, family, direction.chain);
  FilterChain& chain = *rules.Chain(family, "filter", direction.chain);
  chain.type = "filter";
  chain.hook = direction.name;
  chain.policy = drops ? "drop" : "accept";
  chain.file = where.file;
  chain.line = where.line;
}

// The chains that ufw-init makes before it loads files, and how they hang together.
void PrimaryChains(const UfwConfig& config, const std::string& family, const std::string& ufw,
                   Ruleset& rules) {
  rules.Table(family, "filter");
  for (const Direction& direction : kDirections) {
    std::string name = direction.name, policy = config.Setting(direction.setting);
    auto where = config.settings.find(direction.setting);
    BaseChain(rules, family, direction, policy == "DROP" || policy == "REJECT",
              where == config.settings.end() ? UfwSetting{} : where->second);
    for (const char* part : {"before-logging-", "before-", "after-", "after-logging-", "reject-"}) {
      Declare(rules, family, ufw + part + name);
      Append(rules, family, direction.chain, "jump", ufw + part + name);
    }
    if (policy == "REJECT") Append(rules, family, ufw + "reject-" + name, "reject");
    std::string skip = ufw + "skip-to-policy-" + name;
    Append(rules, family, skip,
           policy == "DROP"     ? "drop"
           : policy == "REJECT" ? "reject"
                                : "accept");
    Declare(rules, family, ufw + "user-" + name);
    Declare(rules, family, ufw + "user-logging-" + name);
  }
  for (const char* name : {"logging-deny", "logging-allow", "user-limit", "user-limit-accept"})
    Declare(rules, family, ufw + name);
}

Expected<void> AddFamily(Host& host, const UfwConfig& config, bool ip6, Ruleset& rules) {
  std::string family = ip6 ? "ip6" : "ip", ufw = ip6 ? "ufw6-" : "ufw-", suffix = ip6 ? "6" : "";
  PrimaryChains(config, family, ufw, rules);
  for (const char* file : {"before", "after", "user"}) {
    Expected<void> added =
        AddFile(host, std::string("/etc/ufw/") + file + suffix + ".rules", family, rules);
    if (!added) return added;
  }
  for (const Direction& direction : kDirections)
    Append(rules, family, ufw + "before-" + direction.name, "jump", ufw + "user-" + direction.name);
  return {};
}

void DropIp6(Ruleset& rules) {
  rules.Table("ip6", "filter");
  for (const Direction& direction : kDirections) {
    BaseChain(rules, "ip6", direction, true, {"", "ufw-init", 0});
    if (direction.chain == std::string_view("FORWARD")) continue;
    Append(rules, "ip6", direction.chain, "accept");
    FilterRule& rule = rules.Chain("ip6", "filter", direction.chain)->rules.back();
    (direction.chain == std::string_view("INPUT") ? rule.in : rule.out) = "lo";
  }
}

}  // namespace

Expected<void> AddUfwSettings(std::string_view text, const std::string& file,
                                UfwSettings& into) {
  int number = 0;
  for (std::string_view line : LinesOf(text)) {
    number++;
    line = Trim(line);
    size_t equals = line.find('=');
    if (equals == std::string_view::npos || !IsName(line.substr(0, equals))) continue;
    std::string value = ValueOf(line.substr(equals + 1));
    if (value.find_first_of("$`\\") != std::string::npos)
      return Fail(ErrorCode::kInvalid,
                  file + ":" + std::to_string(number) + ": only a shell can tell this value");
    into[std::string(line.substr(0, equals))] = {value, file, number};
  }
  return {};
}

bool UfwConfig::Enabled() const { return Yes(Setting("ENABLED")); }
bool UfwConfig::Ip6() const { return Yes(Setting("IPV6")); }

std::string UfwConfig::Setting(std::string_view name) const {
  auto found = settings.find(name);
  return found == settings.end() ? "" : found->second.value;
}

Expected<UfwConfig> ReadUfwConfig(Host& host) {
  UfwConfig config;
  for (const std::string file : {"/etc/default/ufw", "/etc/ufw/ufw.conf"}) {
    std::string text = TRY(ReadText(host, file));
    if (text.empty()) return Fail(ErrorCode::kNotFound, file + " is empty");
    Expected<void> added = AddUfwSettings(text, file, config.settings);
    if (!added) return std::unexpected(added.error());
  }
  return config;
}

Expected<Ruleset> UfwRuleset(Host& host, const UfwConfig& config) {
  Ruleset rules;
  for (bool ip6 : {false, true}) {
    if (ip6 && !config.Ip6()) {
      DropIp6(rules);
      continue;
    }
    Expected<void> added = AddFamily(host, config, ip6, rules);
    if (!added) return std::unexpected(added.error());
  }
  return rules;
}

}  // namespace assay
