// SPDX-License-Identifier: Apache-2.0
// What the firewall predicate parses: nf_tables' answers, nft's syntax, iptables-save, ufw,
// net/tcp.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "checks/formats/iptables_save.h"
#include "checks/formats/nft_config.h"
#include "checks/formats/nft_ruleset.h"
#include "checks/formats/socket_table.h"
#include "checks/formats/ufw_config.h"

namespace assay {

namespace {

std::string Fixture(const std::string& name) {
  std::ifstream file(ASSAY_SOURCE_DIR "/tests/checks/data/firewall/" + name, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

Expected<Ruleset> OfNft(std::string_view text) {
  NftTokens tokens = TRY(NftTokensOf(text, "f"));
  return ParseNftConfig(tokens);
}

Expected<Ruleset> OfSave(std::string_view text, const char* family = "ip") {
  Ruleset rules;
  Expected<void> added = AddIptablesSave(text, "f", family, false, rules);
  if (!added) return std::unexpected(added.error());
  return rules;
}

// What a rule says, without where it stands.
std::string Said(FilterRule rule) {
  rule.text.clear();
  return (rule.family.empty() ? "" : rule.family + " ") + Describe(rule);
}

std::vector<std::string> AllSaid(const Expected<Ruleset>& rules, const std::string& hook) {
  if (!rules) return {rules.error().ToString()};
  std::vector<std::string> said;
  for (const FilterChain& chain : rules->chains)
    for (const FilterRule& rule : chain.rules)
      if (chain.hook == hook) said.push_back(Said(rule));
  return said;
}

std::vector<std::string> OneRule(const std::string& nft) {
  return AllSaid(
      OfNft("table inet t {\n chain c {\n type filter hook input priority 0;\n" + nft + "\n}\n}\n"),
      "input");
}

using Strings = std::vector<std::string>;

TEST(NftRuleset, TheKernelSaysWhatTheFileSaid) {
  Expected<Ruleset> kernel = ParseNftMessages(Fixture("cis.bin"));
  Expected<Ruleset> file = OfNft(Fixture("cis.nft"));
  ASSERT_TRUE(kernel) << kernel.error().ToString();
  ASSERT_TRUE(file) << file.error().ToString();
  ASSERT_EQ(kernel->chains.size(), file->chains.size());
  for (size_t i = 0; i < kernel->chains.size(); i++) {
    const FilterChain &one = kernel->chains[i], &other = file->chains[i];
    EXPECT_EQ(one.family + one.table + one.name + one.type + one.hook + one.policy,
              other.family + other.table + other.name + other.type + other.hook + other.policy);
    ASSERT_EQ(one.rules.size(), other.rules.size()) << one.name;
    for (size_t j = 0; j < one.rules.size(); j++) {
      // Where the kernel has a set, its elements are not in the dump.
      if (one.rules[j].opaque) continue;
      // The kernel asks of the family where it matters; nft adds it.
      FilterRule said = one.rules[j];
      EXPECT_EQ(Said(said), Said(other.rules[j])) << one.name << " " << j;
    }
  }
  ASSERT_EQ(kernel->tables.size(), 2u);
  EXPECT_TRUE(kernel->tables[1].dormant);
  EXPECT_TRUE(file->tables[1].dormant);
}

TEST(NftRuleset, IptablesNftReadsAsIptablesSaveDoes) {
  Expected<Ruleset> kernel = ParseNftMessages(Fixture("iptables.bin"));
  ASSERT_TRUE(kernel) << kernel.error().ToString();
  for (std::string family : {"ip", "ip6"}) {
    Expected<Ruleset> file =
        OfSave(Fixture(family == "ip" ? "rules.v4" : "rules.v6"), family.c_str());
    ASSERT_TRUE(file) << file.error().ToString();
    for (const FilterChain& chain : file->chains) {
      FilterChain* same = kernel->Chain(family, "filter", chain.name);
      ASSERT_TRUE(same) << chain.name;
      EXPECT_EQ(same->policy, chain.policy);
      EXPECT_EQ(same->hook, chain.hook);
      ASSERT_EQ(same->rules.size(), chain.rules.size());
      for (size_t i = 0; i < chain.rules.size(); i++)
        EXPECT_EQ(Said(same->rules[i]), Said(chain.rules[i])) << chain.rules[i].text;
    }
  }
}

TEST(NftRuleset, DamagedMessagesAreErrors) {
  std::string whole = Fixture("cis.bin");
  EXPECT_TRUE(ParseNftMessages(""));  // no table at all is an answer
  EXPECT_FALSE(ParseNftMessages(whole.substr(0, whole.size() - 3)));
  EXPECT_FALSE(ParseNftMessages(whole.substr(0, 10)));
  std::string other = whole;
  other[5] = 3;  // of another subsystem
  EXPECT_FALSE(ParseNftMessages(other));
  std::string length = whole;
  length[0] = 0;
  EXPECT_FALSE(ParseNftMessages(length));
}

TEST(NftConfig, ReadsRulesAsFarAsTheyMatter) {
  struct Case {
    const char* rule;
    Strings said;
  };
  for (const Case& one : std::vector<Case>{
           {"iif lo accept", {"iif lo accept"}},
           {"meta iifname \"lo\" counter packets 0 bytes 0 accept", {"iif lo accept"}},
           {"iifname != lo ip saddr 127.0.0.1/8 log prefix \"x; y\" drop",
            {"ip iif != lo saddr 127.0.0.0/8 drop"}},
           {"ip6 saddr ::1 drop", {"ip6 saddr ::1/128 drop"}},
           {"ip saddr 0.0.0.0/0 accept", {"ip accept"}},
           {"ip saddr { 10.0.0.0/8, 127.0.0.0/8 } drop",
            {"ip saddr 10.0.0.0/8 drop", "ip saddr 127.0.0.0/8 drop"}},
           {"tcp dport { 22, 80-90 } accept", {"tcp dport 22 dport 80-90 accept"}},
           {"tcp dport ssh accept", {"tcp ... accept"}},
           {"ct state established,related accept", {"... accept"}},
           {"ct state vmap { established : accept, invalid : drop }", {"... "}},
           {"iifname vmap { lo : accept }", {"... "}},
           {"ip saddr @trusted accept", {"ip ... accept"}},
           {"ip saddr . tcp dport { 127.0.0.0/8 . 22 } drop", {"ip tcp ... drop"}},
           {"limit rate 5/second accept", {"... accept"}},
           {"meta mark set 0x1 accept", {"accept"}},
           {"tcp flags syn drop", {"tcp ... drop"}},
           {"reject with icmpx type admin-prohibited", {"reject"}},
           {"jump other", {"jump other"}},
           {"counter comment \"accept\"", {""}},
           {"iif \"lo\" accept; oif lo drop", {"iif lo accept", "oif lo drop"}}})
    EXPECT_EQ(OneRule(one.rule), one.said) << one.rule;
}

TEST(NftConfig, ASetOfInterfacesOrSourcesElsewhereIsOpaqueAndOneOfStatesIsNot) {
  auto opaque = [](const std::string& rule) {
    Expected<Ruleset> rules = OfNft("table ip t {\nchain c {\n" + rule + "\n}\n}");
    return rules && rules->chains[0].rules[0].opaque;
  };
  EXPECT_TRUE(opaque("iifname vmap { lo : accept }"));
  EXPECT_TRUE(opaque("ip saddr @trusted accept"));
  EXPECT_FALSE(opaque("ct state vmap { established : accept, invalid : drop }"));
  EXPECT_FALSE(opaque("icmp type { echo-request, echo-reply } accept"));
}

TEST(NftConfig, CommandsAndDefinitionsMakeTheSameRuleset) {
  Expected<Ruleset> rules = OfNft(R"(#!/usr/sbin/nft -f
flush ruleset
define LO = lo
define LOCAL = { 127.0.0.0/8, \
                 10.0.0.0/8 }
add table inet filter
add chain inet filter input { type filter hook input priority 0 ; policy drop ; }
add rule inet filter input ip saddr $LOCAL drop
insert rule inet filter input iif $LO accept
table inet filter {
  set x { type ipv4_addr; elements = { 1.2.3.4,
     5.6.7.8 }; }
  chain input { tcp dport 22 accept; }
}
)");
  EXPECT_EQ(AllSaid(rules, "input"), (Strings{"iif lo accept", "ip saddr 127.0.0.0/8 drop",
                                              "ip saddr 10.0.0.0/8 drop", "tcp dport 22 accept"}));
  ASSERT_TRUE(rules);
  EXPECT_EQ(rules->chains[0].policy, "drop");
}

TEST(NftConfig, AFlushOrDeleteUndoesWhatStandsBefore) {
  const std::string table =
      "table inet t {\nchain c {\ntype filter hook input priority 0; policy drop;\naccept\n}\n}\n";
  EXPECT_TRUE(OfNft(table + "flush ruleset\n")->tables.empty());
  EXPECT_TRUE(OfNft(table + "flush ruleset inet\n")->chains.empty());
  EXPECT_FALSE(OfNft(table + "flush ruleset ip\n")->chains.empty());
  EXPECT_TRUE(OfNft(table + "flush table inet t\n")->chains[0].rules.empty());
  EXPECT_TRUE(OfNft(table + "delete table inet t\n")->tables.empty());
  EXPECT_TRUE(OfNft(table + "delete chain inet t c\n")->chains.empty());
}

TEST(NftConfig, WhatNftWouldRefuseIsAnErrorWithItsLine) {
  for (auto [text, place] : std::vector<std::pair<std::string, std::string>>{
           {"table inet t {\nchain c {\n", "f:3: a brace is not closed"},
           {"table inet t {\nchain c { accept }\n}\n", "f:2: '}' is not understood here"},
           {"\nbanana\n", "f:2: 'banana' is not understood here"},
           {"table inet t {\nchain c {\nip saddr $NONE drop\n}\n}\n",
            "f:3: $NONE is nowhere defined"},
           {"add rule inet t c accept\n", "f:1: a rule of a chain that is not there"},
           {"table inet t {\nchain c {\npolicy perhaps;\n}\n}\n",
            "f:3: 'perhaps' is not understood here"},
           {"define x = \"abc\n", "f:1: a string that does not end"},
           {"table inet t {\nbanana\n}\n", "f:2: 'banana' is not understood here"}}) {
    Expected<Ruleset> rules = OfNft(text);
    ASSERT_FALSE(rules) << text;
    EXPECT_EQ(rules.error().text, place);
  }
}

TEST(IptablesSave, ReadsRulesAsFarAsTheyMatter) {
  struct Case {
    const char* rule;
    Strings said;
  };
  for (const Case& one : std::vector<Case>{
           {"-i lo -j ACCEPT", {"iif lo accept"}},
           {"-i lo+ -j ACCEPT", {"iif lo* accept"}},
           {"-i + -s 0.0.0.0/0 -j ACCEPT", {"accept"}},
           {"-s 127.0.0.1/255.0.0.0 ! -i lo -j DROP", {"iif != lo saddr 127.0.0.0/8 drop"}},
           {"-s 127.0.0.0/8,10.0.0.0/8 -j DROP",
            {"saddr 127.0.0.0/8 drop", "saddr 10.0.0.0/8 drop"}},
           {"! -s 127.0.0.0/8 -j DROP", {"saddr != 127.0.0.0/8 drop"}},
           {"-p 6 -m tcp --dport 22 -j ACCEPT", {"tcp dport 22 accept"}},
           {"-p tcp --dport ssh -j ACCEPT", {"tcp ... accept"}},
           {"-p tcp -m multiport --dports 80,8000:8010 -j ACCEPT",
            {"tcp dport 80 dport 8000-8010 accept"}},
           {"-p tcp ! --dport 22 -j ACCEPT", {"tcp ... accept"}},
           {"-p tcp --syn -j ACCEPT", {"tcp ... accept"}},
           {"-m state --state NEW -j ACCEPT", {"... accept"}},
           {"-m comment --comment \"-j DROP\" -j ACCEPT", {"accept"}},
           {"-j RETURN -m limit --limit 3/min", {"... return"}},
           {"-j LOG --log-prefix \"-i lo \"", {""}},
           {"-j REJECT --reject-with icmp-port-unreachable", {"reject"}},
           {"-6 -j ACCEPT", {}},
           {"-4 -i lo -j ACCEPT", {"iif lo accept"}},
           {"-g other", {"goto other"}}})
    EXPECT_EQ(AllSaid(OfSave("*filter\n-A INPUT " + std::string(one.rule) + "\nCOMMIT\n"), "input"),
              one.said)
        << one.rule;
}

TEST(IptablesSave, OnlyTheTableFilterOfAFileThatLoads) {
  Expected<Ruleset> rules = OfSave(
      "*nat\n:INPUT DROP [0:0]\n-A INPUT -j ACCEPT\nCOMMIT\n*filter\n:INPUT DROP [1:2]\n"
      "[1:2] -A INPUT -i lo -j ACCEPT\n-I INPUT -j DROP\n-I INPUT 2 -j REJECT\nCOMMIT\n");
  EXPECT_EQ(AllSaid(rules, "input"), (Strings{"drop", "reject", "iif lo accept"}));
  EXPECT_EQ(rules->Chain("ip", "filter", "INPUT")->policy, "drop");
  // A second table begins anew, as without --noflush.
  EXPECT_EQ(
      AllSaid(OfSave("*filter\n-A INPUT -j DROP\nCOMMIT\n*filter\n-A INPUT -j ACCEPT\nCOMMIT\n"),
              "input"),
      Strings{"accept"});
}

TEST(IptablesSave, WhatIptablesRestoreWouldRefuseIsAnErrorWithItsLine) {
  for (auto [text, place] : std::vector<std::pair<std::string, std::string>>{
           {"*filter\n:INPUT DROP [0:0]\n", "f:2: table filter has no COMMIT, so it is not loaded"},
           {"*filter\n-A other -j DROP\nCOMMIT\n",
            "f:2: chain other is not declared, so nothing is loaded"},
           {"*filter\n:INPUT drop [0:0]\nCOMMIT\n", "f:2: policy drop"},
           {"-A INPUT -j DROP\n", "f:1: a line outside of a table"},
           {"*filter\n-A INPUT -i\nCOMMIT\n", "f:2: -i without its value"},
           {"*filter\n-A INPUT --comment \"x\nCOMMIT\n",
            "f:2: '-A INPUT --comment \"x' is not understood"},
           {"*filter\n-Z INPUT 1\nCOMMIT\n", "f:2: '-Z' is not understood"}}) {
    Expected<Ruleset> rules = OfSave(text);
    ASSERT_FALSE(rules) << text;
    EXPECT_EQ(rules.error().text, place);
  }
}

Strings Path(const std::string& rules) {
  Expected<Ruleset> all = OfSave("*filter\n:a - [0:0]\n:b - [0:0]\n" + rules + "COMMIT\n");
  if (!all) return {all.error().ToString()};
  FilterChain* input = all->Chain("ip", "filter", "INPUT");
  if (!input) return {"no INPUT"};
  Strings said;
  for (const FilterRule& rule : PathThrough(*all, *input, "ip"))
    said.push_back(rule.verdict == "unknown" ? "unknown" : Said(rule));
  return said;
}

TEST(PacketFilter, APathFollowsJumpsAndEndsWhereNothingGoesOn) {
  struct Case {
    const char* why;
    const char* rules;
    Strings path;
  };
  for (const Case& one : std::vector<Case>{
           {"a jump brings its conditions",
            "-A INPUT -i lo -j a\n-A a -p tcp -j ACCEPT\n",
            {"iif lo tcp accept"}},
           {"two conditions on one field narrow",
            "-A INPUT -i lo -j a\n-A a -i eth0 -j ACCEPT\n",
            {"iif eth0 ... accept"}},
           {"what stands behind 'accept everything' is dead",
            "-A INPUT -j ACCEPT\n-A INPUT -j DROP\n",
            {"accept"}},
           {"also in a chain that is jumped to",
            "-A INPUT -j a\n-A INPUT -j DROP\n-A a -j ACCEPT\n",
            {"accept"}},
           {"a conditional jump leaves the others",
            "-A INPUT -i lo -j a\n-A INPUT -j DROP\n-A a -j ACCEPT\n-A a -j REJECT\n",
            {"iif lo accept", "drop"}},
           {"a return ends its chain only",
            "-A INPUT -j a\n-A INPUT -j DROP\n-A a -j RETURN\n-A a -j ACCEPT\n",
            {"drop"}},
           {"behind a conditional return not all packets are left",
            "-A INPUT -j a\n-A INPUT -j DROP\n-A a -s 10.0.0.1 -j RETURN\n-A a -j ACCEPT\n",
            {"... accept", "drop"}},
           {"a chain that was gone to does not come back",
            "-A INPUT -g a\n-A INPUT -j DROP\n-A a -i lo -j ACCEPT\n",
            {"iif lo accept"}},
           {"a circle ends", "-A INPUT -j a\n-A a -j b\n-A b -j a\n", {"unknown"}},
           {"a chain that is not there cannot be told", "-A INPUT -j nowhere\n", {"unknown"}}})
    EXPECT_EQ(Path(one.rules), one.path) << one.why;
}

TEST(PacketFilter, BridgesAndDormantTablesFilterNoPacketOfIp) {
  Expected<Ruleset> rules = OfNft(R"(table bridge b {
 chain c { type filter hook input priority 0; policy drop; }
}
table inet d {
 flags dormant
 chain c { type filter hook input priority 0; policy drop; }
}
table ip n {
 chain c { type nat hook input priority 0; policy drop; }
}
table ip6 s {
 chain c { type filter hook input priority 0; policy drop; }
}
)");
  ASSERT_TRUE(rules) << rules.error().ToString();
  EXPECT_TRUE(BaseChains(*rules, "ip", "input").empty());
  EXPECT_EQ(BaseChains(*rules, "ip6", "input").size(), 1u);
}

TEST(OpenPorts, AreThoseThatOthersReach) {
  const PortRange given = ParsePortRange("32768\t60999").value();
  auto reachable = [&](const char* protocol, uint16_t port, bool loopback) {
    return IsReachable(Listener{protocol, "0.0.0.0", port, 0, loopback}, given);
  };
  EXPECT_TRUE(reachable("tcp", 22, false));
  EXPECT_FALSE(reachable("tcp", 631, true));
  EXPECT_TRUE(reachable("udp6", 68, false));
  EXPECT_FALSE(reachable("udp", 32768, false)) << "a client that waits for its answer";
  EXPECT_TRUE(reachable("udp", 32767, false));
  EXPECT_TRUE(reachable("tcp6", 40000, false)) << "who listens is no client";
}

TEST(OpenPorts, TheRangeOfClientsIsTwoPorts) {
  EXPECT_EQ(ParsePortRange("1024\t65535")->high, 65535);
  for (const char* wrong : {"", "1", "2 1", "1 2 3", "a b", "1 65536", "-1 5"})
    EXPECT_FALSE(ParsePortRange(wrong)) << wrong;
}

TEST(UfwConfig, IsReadAsAShellDoes) {
  UfwSettings settings;
  ASSERT_TRUE(
      AddUfwSettings("# A=1\nA=\"x\" # y\nB='no'\nB=yes\n C=1\n1D=2\necho E=3\n", "f", settings));
  EXPECT_EQ(settings["A"].value, "x");
  EXPECT_EQ(settings["B"].value, "yes");
  EXPECT_EQ(settings["B"].line, 4);
  EXPECT_EQ(settings["C"].value, "1");
  EXPECT_FALSE(settings.contains("1D"));
  EXPECT_FALSE(settings.contains("E"));
  EXPECT_FALSE(AddUfwSettings("A=$B\n", "f", settings));
}

}  // namespace

}  // namespace assay
