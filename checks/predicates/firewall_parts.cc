// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/firewall_parts.h"

#include <algorithm>

namespace assay {

namespace {

const std::vector<std::string> kHooks = {"input", "forward", "output"};
constexpr size_t kShown = 100;

std::string Protocol(std::string_view family) { return family == "ip" ? "IPv4" : "IPv6"; }
std::string Loopback(std::string_view family) { return family == "ip" ? "127.0.0.0/8" : "::1"; }
std::string Whole(const FilterChain& chain) {
  return chain.family + " " + chain.table + " " + chain.name;
}

bool Unknown(const FilterRule& rule) { return rule.verdict == "unknown"; }

// A rule whose text cannot be read may be the one that is wanted: neither pass nor fail. Where all
// packets of an interface or a source are asked for, one of a single protocol is not.
Answer Missing(const std::vector<FilterRule>& path, const std::string& what, bool all_protocols) {
  for (const FilterRule& rule : path)
    if (Unknown(rule) || (rule.opaque && !(all_protocols && !rule.protocol.empty()))) {
      std::string place = rule.line ? rule.file + ":" + std::to_string(rule.line) : "a rule";
      return {Result::kError,
              what + ", unless " + place + " says it, which cannot be read: " + Describe(rule),
              {{rule.file, rule.line, Describe(rule), "rules without sets and maps of others"}}};
    }
  return {Result::kFail, what, {}};
}

EvidenceItem Seen(const FilterRule& rule, const std::string& expected) {
  return {rule.file, rule.line, Describe(rule), expected};
}

Answer DropsAt(const Ruleset& rules, std::string_view family, const std::string& where,
               const std::string& hook) {
  Answer answer{Result::kFail, "", {}};
  std::vector<const FilterChain*> chains = BaseChains(rules, family, hook);
  if (chains.empty())
    answer.reason = where + " has no " + hook + " chain for " + Protocol(family) +
                    ", wanted is one with policy drop";
  for (const FilterChain* chain : chains) {
    answer.evidence.push_back(
        {chain->file, chain->line, Whole(*chain) + ": policy " + chain->policy, "policy drop"});
    answer.reason = where + ": policy of the " + hook + " chain for " + Protocol(family) + " is " +
                    chain->policy + ", wanted is drop";
    if (chain->policy != "drop") continue;
    std::vector<FilterRule> path = PathThrough(rules, *chain, family);
    auto all = std::ranges::find_if(path, [](const FilterRule& rule) {
      return (rule.verdict == "accept" && TakesEverything(rule)) || Unknown(rule);
    });
    if (all == path.end()) return {Result::kPass, "", {answer.evidence.back()}};
    answer.evidence.push_back(Seen(*all, "no rule that accepts everything"));
    answer.reason = where + ": '" + Describe(*all) + "' accepts everything before the policy of " +
                    Whole(*chain) + " is asked";
    if (Unknown(*all)) answer.result = Result::kError;
    if (Unknown(*all))
      answer.reason = where + ": " + Whole(*chain) + " cannot be followed to its end";
  }
  return answer;
}

// Accepting and dropping in one chain.
Answer LoopbackIn(const std::vector<FilterRule>& path, std::string_view family,
                  const std::string& where) {
  auto accepts = std::ranges::find_if(
      path, [](const FilterRule& rule) { return AcceptsInterface(rule, "lo", true); });
  auto drops = std::ranges::find_if(
      path, [&](const FilterRule& rule) { return DropsLoopbackSource(rule, family); });
  std::string source = Loopback(family);
  Answer answer;
  if (accepts == path.end())
    answer = Missing(path, where + ": no rule accepts all " + Protocol(family) + " from lo", true);
  else if (drops == path.end())
    answer = Missing(
        path, where + ": no rule drops what comes from " + source + " by another interface than lo",
        true);
  else if (drops < accepts && drops->in != "!lo")
    answer = {Result::kFail,
              where + ": what comes from " + source +
                  " is dropped before lo is accepted, wanted is the other order",
              {}};
  else
    answer.result = Result::kPass;
  if (accepts != path.end()) answer.evidence.push_back(Seen(*accepts, "lo is accepted"));
  if (drops != path.end())
    answer.evidence.push_back(Seen(*drops, source + " is dropped elsewhere"));
  return answer;
}

Answer LoopbackOut(const std::vector<FilterRule>& path, std::string_view family,
                   const std::string& where) {
  for (const FilterRule& rule : path)
    if (AcceptsInterface(rule, "lo", false))
      return {Result::kPass, "", {Seen(rule, "lo is accepted")}};
  return Missing(path, where + ": no rule accepts all " + Protocol(family) + " to lo", true);
}

// The first chain at a hook that passes, or what is said of the last.
template <typename Judge>
Answer AnyChain(const Ruleset& rules, std::string_view family, const std::string& where,
                const std::string& hook, Judge judge) {
  Answer answer{Result::kFail,
                where + " has no " + hook + " chain for " + Protocol(family) +
                    ", wanted is one with rules for lo",
                {}};
  for (const FilterChain* chain : BaseChains(rules, family, hook)) {
    Answer one = judge(PathThrough(rules, *chain, family), family, where);
    if (one.result == Result::kPass) return one;
    // An error stays: the chain may hold what is wanted.
    if (answer.result != Result::kError) answer = one;
  }
  return answer;
}

}  // namespace

Answer HasBaseChains(const Ruleset& rules, std::string_view family, const std::string& where) {
  Answer answer{Result::kPass, "", {}};
  for (const std::string& hook : kHooks) {
    std::vector<const FilterChain*> chains = BaseChains(rules, family, hook);
    if (chains.empty()) {
      answer.result = Result::kFail;
      answer.reason =
          where + " has no base chain of type filter at hook " + hook + " for " + Protocol(family);
    }
    for (const FilterChain* chain : chains)
      answer.evidence.push_back({chain->file, chain->line, Whole(*chain) + ": hook " + hook,
                                 "a base chain at hook " + hook});
  }
  return answer;
}

Answer DropsByDefault(const Ruleset& rules, std::string_view family, const std::string& where,
                      const std::vector<std::string>& hooks) {
  std::vector<Answer> answers;
  for (const std::string& hook : hooks) answers.push_back(DropsAt(rules, family, where, hook));
  return Together(answers);
}

Answer KeepsLoopback(const Ruleset& rules, std::string_view family, const std::string& where,
                     bool output) {
  std::vector<Answer> answers = {AnyChain(rules, family, where, "input", LoopbackIn)};
  if (output) answers.push_back(AnyChain(rules, family, where, "output", LoopbackOut));
  return Together(answers);
}

Answer DecidesPorts(const Ruleset& rules, const std::vector<std::string>& families,
                    const std::vector<Listener>& ports, bool accepting, const std::string& where) {
  std::vector<FilterRule> path;
  for (const std::string& family : families)
    for (const FilterChain* chain : BaseChains(rules, family, "input"))
      std::ranges::copy(PathThrough(rules, *chain, family), std::back_inserter(path));
  std::vector<Answer> answers = {{Result::kPass, "", {}}};
  for (const Listener& port : ports) {
    std::string said = port.Transport() + " port " + std::to_string(port.port);
    auto decides = std::ranges::find_if(path, [&](const FilterRule& rule) {
      return DecidesPort(rule, port.Transport(), port.port, accepting);
    });
    bool found = decides != path.end();
    Answer one{Result::kPass, "", {}};
    if (!found)
      one = Missing(path, where + " has no rule for " + said + ", which is open on " + port.address,
                    false);
    if (found)
      one.evidence.push_back(Seen(*decides, "a rule for " + said));
    else
      one.evidence.push_back(
          {"/proc/net/" + port.protocol, 0, said + " on " + port.address, "a rule for it"});
    answers.push_back(std::move(one));
  }
  return Together(answers);
}

Answer ShowsOutbound(const Ruleset& rules, const std::vector<std::string>& families,
                     const std::string& where) {
  Answer answer{Result::kManual, "the site decides which connections may go out", {}};
  for (const std::string& family : families)
    for (const FilterChain* chain : BaseChains(rules, family, "output")) {
      answer.evidence.push_back({chain->file, chain->line,
                                 Whole(*chain) + ": policy " + chain->policy, "the site's policy"});
      for (const FilterRule& rule : PathThrough(rules, *chain, family))
        if (answer.evidence.size() < kShown && !rule.verdict.empty())
          answer.evidence.push_back(Seen(rule, "the site's policy"));
    }
  if (answer.evidence.empty())
    answer.evidence.push_back({where, 0, "no output chain", "the site's policy"});
  return answer;
}

Answer Together(const std::vector<Answer>& answers) {
  constexpr Result kOrder[] = {Result::kFail,   Result::kError, Result::kNotChecked,
                               Result::kManual, Result::kPass,  Result::kNotApplicable};
  auto rank = [&](Result result) { return std::ranges::find(kOrder, result) - kOrder; };
  Answer answer{Result::kNotChecked, "nothing was looked at", {}};
  for (size_t i = 0; i < answers.size(); i++) {
    const Answer& one = answers[i];
    if (i == 0 || rank(one.result) < rank(answer.result)) {
      answer.result = one.result;
      answer.reason = one.reason;
    }
    for (const EvidenceItem& item : one.evidence)
      if (!std::ranges::any_of(answer.evidence, [&](const EvidenceItem& known) {
            return known.source == item.source && known.line == item.line &&
                   known.value == item.value;
          }))
        answer.evidence.push_back(item);
  }
  return answer;
}

Answer CannotRead(const Error& error) {
  bool ours = error.code == ErrorCode::kPermission || error.code == ErrorCode::kUnsupported ||
              error.code == ErrorCode::kUnavailable;
  return {ours ? Result::kNotChecked : Result::kError, error.ToString(), {}};
}

}  // namespace assay
