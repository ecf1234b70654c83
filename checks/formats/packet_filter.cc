// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/packet_filter.h"

#include <algorithm>
#include <tuple>

namespace assay {

namespace {

constexpr size_t kMaxJumps = 16;  // NFT_JUMP_STACK_SIZE
constexpr size_t kMaxRules = 100'000;

bool Sees(std::string_view of_chain, std::string_view family) {
  return of_chain == family || of_chain == "inet";
}

// Both conditions on one field; false where they cannot be written as one.
bool Combine(std::string& into, const std::string& other) {
  if (into.empty()) into = other;
  return other.empty() || into == other;
}

// A rule of a chain, seen from the jump that leads there.
FilterRule Within(const FilterRule& jump, FilterRule rule) {
  bool ports = rule.ports.empty() || jump.ports.empty() || rule.ports == jump.ports;
  bool all = ports;
  all &= Combine(rule.in, jump.in);
  all &= Combine(rule.out, jump.out);
  all &= Combine(rule.source, jump.source);
  all &= Combine(rule.destination, jump.destination);
  all &= Combine(rule.protocol, jump.protocol);
  all &= Combine(rule.family, jump.family);
  if (rule.ports.empty()) rule.ports = jump.ports;
  rule.narrower |= jump.narrower || !all;
  rule.opaque |= jump.opaque;
  return rule;
}

// Chains by name are searched often; rulesets of Kubernetes nodes have thousands.
class Walker {
 public:
  Walker(const Ruleset& ruleset, std::string_view family) : family_(family) {
    for (const FilterChain& chain : ruleset.chains)
      chains_.emplace_back(Key{chain.family, chain.table, chain.name}, &chain);
    std::ranges::sort(chains_, {}, &Named::first);
  }

  // Whether packets come out of the end of the chain.
  bool Walk(const FilterChain& chain, const FilterRule& conditions, size_t depth) {
    bool behind_return = false;
    for (const FilterRule& rule : chain.rules) {
      if (steps_++ >= kMaxRules) return GiveUp();
      if (!rule.family.empty() && rule.family != family_) continue;
      FilterRule here = Within(conditions, rule);
      here.narrower |= behind_return;
      Next next = Meet(chain, rule, here, depth);
      if (next == Next::kStopped) return behind_return;
      if (next == Next::kOut) return true;
      behind_return |= rule.verdict == "return";
    }
    return true;
  }

  std::vector<FilterRule> rules_;

 private:
  using Key = std::tuple<std::string_view, std::string_view, std::string_view>;
  using Named = std::pair<Key, const FilterChain*>;

  const FilterChain* Find(const Key& key) const {
    auto found = std::ranges::lower_bound(chains_, key, {}, &Named::first);
    return found != chains_.end() && found->first == key ? found->second : nullptr;
  }

  bool GiveUp() {
    FilterRule rest;
    rest.opaque = rest.narrower = true;
    rest.verdict = "unknown";
    rest.text = "more rules than are followed";
    if (rules_.empty() || rules_.back().text != rest.text) rules_.push_back(rest);
    return false;
  }

  // What becomes of the packets that came to a rule: all are decided, all leave the chain, or some
  // go on.
  enum class Next { kRule, kOut, kStopped };

  Next Meet(const FilterChain& chain, const FilterRule& rule, const FilterRule& here,
            size_t depth) {
    bool all = TakesEverything(rule), out = rule.verdict == "return";
    if (rule.verdict == "jump" || rule.verdict == "goto") {
      const FilterChain* next = Find({chain.family, chain.table, rule.target});
      bool back = next && depth < kMaxJumps ? Walk(*next, here, depth + 1) : GiveUp();
      if (all && !back) return Next::kStopped;
      out = rule.verdict == "goto";
    } else if (!out) {
      rules_.push_back(here);
      bool decides = rule.verdict == "accept" || rule.verdict == "drop" || rule.verdict == "reject";
      if (decides && all) return Next::kStopped;
    }
    return out && all ? Next::kOut : Next::kRule;
  }

  std::string_view family_;
  std::vector<Named> chains_;
  size_t steps_ = 0;
};

}  // namespace

FilterTable& Ruleset::Table(std::string_view family, std::string_view name) {
  for (FilterTable& table : tables)
    if (table.family == family && table.name == name) return table;
  return tables.emplace_back(FilterTable{std::string(family), std::string(name)});
}

FilterChain* Ruleset::Chain(std::string_view family, std::string_view table,
                            std::string_view name) {
  for (FilterChain& chain : chains)
    if (chain.family == family && chain.table == table && chain.name == name) return &chain;
  return nullptr;
}

std::vector<const FilterChain*> BaseChains(const Ruleset& ruleset, std::string_view family,
                                           std::string_view hook) {
  std::vector<const FilterChain*> found;
  for (const FilterChain& chain : ruleset.chains) {
    bool dormant = std::ranges::any_of(ruleset.tables, [&](const FilterTable& table) {
      return table.dormant && table.family == chain.family && table.name == chain.table;
    });
    if (chain.hook == hook && chain.type == "filter" && Sees(chain.family, family) && !dormant)
      found.push_back(&chain);
  }
  return found;
}

std::vector<FilterRule> PathThrough(const Ruleset& ruleset, const FilterChain& chain,
                                    std::string_view family) {
  Walker walker(ruleset, family);
  walker.Walk(chain, FilterRule{}, 0);
  return std::move(walker.rules_);
}

bool TakesEverything(const FilterRule& rule) {
  return rule.in.empty() && rule.out.empty() && rule.source.empty() && rule.destination.empty() &&
         rule.protocol.empty() && rule.ports.empty() && !rule.narrower && !rule.opaque;
}

bool AcceptsInterface(const FilterRule& rule, std::string_view name, bool in) {
  FilterRule rest = rule;
  (in ? rest.in : rest.out).clear();
  return rule.verdict == "accept" && (in ? rule.in : rule.out) == name && TakesEverything(rest);
}

bool DropsLoopbackSource(const FilterRule& rule, std::string_view family) {
  if (rule.verdict != "drop" && rule.verdict != "reject") return false;
  if (!rule.in.empty() && rule.in != "!lo") return false;
  bool loopback = family == "ip" ? rule.source == "127.0.0.0/8" : rule.source == "::1/128";
  FilterRule rest = rule;
  rest.in.clear();
  rest.source.clear();
  return loopback && TakesEverything(rest);
}

bool DecidesPort(const FilterRule& rule, std::string_view protocol, uint16_t port, bool accepting) {
  bool decides = rule.verdict == "accept" ||
                 (!accepting && (rule.verdict == "drop" || rule.verdict == "reject"));
  if (!decides || rule.protocol != protocol || rule.in == "lo") return false;
  return std::ranges::any_of(
      rule.ports, [&](const auto& range) { return range.first <= port && port <= range.second; });
}

std::string Describe(const FilterRule& rule) {
  if (!rule.text.empty()) return rule.text;
  std::string said;
  auto add = [&](std::string_view what, const std::string& value) {
    if (value.empty()) return;
    bool other = value.starts_with('!');
    said += std::string(what) + (other ? "!= " : "") + value.substr(other) + " ";
  };
  add("iif ", rule.in);
  add("oif ", rule.out);
  add("saddr ", rule.source);
  add("daddr ", rule.destination);
  add("", rule.protocol);
  for (const auto& [from, to] : rule.ports)
    said += "dport " + std::to_string(from) + (from == to ? "" : "-" + std::to_string(to)) + " ";
  if (rule.opaque || rule.narrower) said += "... ";
  said += rule.verdict + (rule.target.empty() ? "" : " " + rule.target);
  return said;
}

}  // namespace assay
