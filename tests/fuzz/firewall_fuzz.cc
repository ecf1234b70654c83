// SPDX-License-Identifier: Apache-2.0
// What the firewall predicate parses, and the walk through the ruleset that comes of it: answers of
// nf_tables, nft's syntax, iptables-save, ufw's settings, net/tcp.
#include <algorithm>

#include "checks/formats/iptables_save.h"
#include "checks/formats/nft_config.h"
#include "checks/formats/nft_ruleset.h"
#include "checks/formats/ufw_config.h"
#include "tests/fuzz/hold.h"

namespace {

using assay::Hold;

void Walk(const assay::Ruleset& rules) {
  int walks = 0;
  for (const char* family : {"ip", "ip6"})
    for (const char* hook : {"input", "output"})
      for (const assay::FilterChain* chain : assay::BaseChains(rules, family, hook)) {
        if (++walks > 4) return;
        std::vector<assay::FilterRule> path = assay::PathThrough(rules, *chain, family);
        Hold(path.size() <= 100'001);
        for (const assay::FilterRule& rule : path) {
          Hold(rule.verdict != "jump" && rule.verdict != "goto" && rule.verdict != "return");
          // What is not understood is never all.
          Hold(!assay::TakesEverything(rule) || !(rule.narrower || rule.opaque));
          Hold(!assay::AcceptsInterface(rule, "lo", true) || rule.verdict == "accept");
          Hold(!assay::DropsLoopbackSource(rule, family) || !rule.source.starts_with('!'));
        }
      }
}

void Text(std::string_view text, int lines) {
  assay::Expected<assay::NftTokens> words = assay::NftTokensOf(text, "f");
  if (words) {
    for (const assay::NftToken& word : *words) Hold(word.line >= 1 && word.line <= lines);
    if (auto rules = assay::ParseNftConfig(*words)) Walk(*rules);
  }
  for (bool keep : {false, true}) {
    assay::Ruleset rules;
    if (assay::AddIptablesSave(text, "f", "ip", keep, rules)) Walk(rules);
  }
  assay::UfwSettings settings;
  if (assay::AddUfwSettings(text, "f", settings))
    for (const auto& [name, setting] : settings)
      Hold(!name.empty() && setting.line >= 1 && setting.line <= lines);
  std::string network = assay::NetworkOf(text.substr(0, 64));
  Hold(assay::NetworkOf(network) == network);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto rules = assay::ParseNftMessages(text)) Walk(*rules);
  Text(text, int(std::ranges::count(text, '\n')) + 1);
  return 0;
}
