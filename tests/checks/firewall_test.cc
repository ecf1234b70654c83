// SPDX-License-Identifier: Apache-2.0
// The firewall predicate on roots that do not run: each row pins one trap.
#include <gmock/gmock.h>

#include "checks/rules/rule_loader.h"
#include "tests/checks/firewall_support.h"

namespace assay {

namespace {

using ::testing::HasSubstr;

std::string Nft(const std::string& input, const std::string& policy = "drop") {
  return "table inet filter {\n chain input {\n type filter hook input priority 0; policy " +
         policy + ";\n" + input +
         "\n }\n chain forward { type filter hook forward priority 0; policy drop; }\n"
         " chain output { type filter hook output priority 0; policy drop; }\n}\n";
}

const char* const kLoopback =
    "iif lo accept\nip saddr 127.0.0.0/8 drop\nip6 saddr ::1 drop\ntcp dport 22 accept";

TEST(NftablesPredicate, ReadsTheFileThatTheBootLoads) {
  TempRoot root{{"etc/nftables.conf", Fixture("cis.nft")}};
  for (const char* check : {"table", "base-chains", "default-drop", "loopback", "persisted"})
    Expect(Ask(root, "nftables", check), Result::kPass, check);
  Answer outbound = Ask(root, "nftables", "outbound");
  EXPECT_EQ(outbound.result, Result::kManual);
  EXPECT_GE(outbound.evidence.size(), 3u);
  Expect(Ask(root, "nftables", "no-xtables"), Result::kNotChecked, "only the kernel knows");
}

TEST(NftablesPredicate, DebiansOwnFileHasChainsButNoPolicy) {
  TempRoot root{
      {"etc/nftables.conf", "#!/usr/sbin/nft -f\n\nflush ruleset\n\n" + Nft("", "accept")}};
  Expect(Ask(root, "nftables", "base-chains"), Result::kPass, "");
  Answer answer = Ask(root, "nftables", "default-drop");
  Expect(answer, Result::kFail, "policy accept");
  EXPECT_EQ(answer.reason,
            "/etc/nftables.conf: policy of the input chain for IPv4 is accept, wanted is drop");
}

TEST(NftablesPredicate, NoFileFailsAndABrokenOneCannotBeTold) {
  Answer none = Ask(TempRoot(), "nftables", "persisted");
  Expect(none, Result::kFail, "no file");
  EXPECT_THAT(none.reason, HasSubstr("does not exist"));
  TempRoot broken{{"etc/nftables.conf", Nft("accept }")}};
  Answer answer = Ask(broken, "nftables", "persisted");
  Expect(answer, Result::kError, "nft loads nothing of it");
  EXPECT_THAT(answer.reason, HasSubstr("/etc/nftables.conf:4"));
  TempRoot zero{{"etc/nftables.conf", std::string("\0", 1)}};
  Expect(Ask(zero, "nftables", "persisted"), Result::kError, "a NUL byte");
}

TEST(NftablesPredicate, DefaultDropAsksWhetherThePolicyIsReached) {
  struct Case {
    const char* why;
    std::string rules;
    Result result;
  };
  for (const Case& one : std::vector<Case>{
           {"rules", "tcp dport 22 accept\nct state established accept", Result::kPass},
           {"everything is accepted before", "accept", Result::kFail},
           {"counted, logged, accepted", "counter log prefix \"x\" accept", Result::kFail},
           {"by a chain of its own", "jump all", Result::kFail},
           {"marked and accepted", "meta mark set 1 accept", Result::kFail},
           {"of IPv6 only", "meta nfproto ipv6 accept", Result::kFail},
           {"from one source", "ip saddr 10.0.0.0/8 accept", Result::kPass},
           {"a chain that is not there", "jump nowhere", Result::kError}}) {
    TempRoot root{{"etc/nftables.conf",
                   "table inet filter {\n chain all {\n accept\n }\n}\n" + Nft(one.rules)}};
    Expect(Ask(root, "nftables", "default-drop"), one.result, one.why);
  }
}

TEST(NftablesPredicate, AnotherChainThatAcceptsTakesNothingAway) {
  // As fail2ban and Docker add them: a packet has to be accepted by all base chains of a hook.
  TempRoot root{
      {"etc/nftables.conf",
       Nft("") +
           "table ip f2b {\n chain c { type filter hook input priority -1; policy accept; }\n}\n"}};
  Expect(Ask(root, "nftables", "default-drop"), Result::kPass, "");
}

TEST(NftablesPredicate, ATableOfIPv4LeavesIPv6Open) {
  std::string rules = Nft(kLoopback);
  rules.replace(rules.find("inet"), 4, "ip");
  rules.erase(rules.find("ip6 saddr ::1 drop"), 18);
  TempRoot root{{"etc/nftables.conf", rules}};
  for (const char* check : {"base-chains", "default-drop", "loopback"}) {
    Answer answer = Ask(root, "nftables", check);
    Expect(answer, Result::kFail, check);
    EXPECT_THAT(answer.reason, HasSubstr("IPv6"));
  }
  root.Write("etc/sysctl.d/6.conf",
             "net.ipv6.conf.all.disable_ipv6=1\nnet.ipv6.conf.default.disable_ipv6=1\n");
  for (const char* check : {"base-chains", "default-drop", "loopback"})
    Expect(Ask(root, "nftables", check), Result::kPass, "there is no IPv6");
}

TEST(NftablesPredicate, LoopbackIsAcceptedFirstAndItsSourcesDroppedElsewhere) {
  const std::string four = "ip saddr 127.0.0.0/8 drop\n", six = "ip6 saddr ::1 drop\n";
  struct Case {
    const char* why;
    std::string rules;
    Result result;
  };
  for (const Case& one : std::vector<Case>{
           {"as the benchmark has it", kLoopback, Result::kPass},
           {"by name, and the drop narrowed to other interfaces",
            "iifname != lo ip saddr 127.0.0.0/8 drop\niifname != lo ip6 saddr ::1 drop\niifname lo "
            "accept",
            Result::kPass},
           {"no accept", four + six, Result::kFail},
           {"no drop for IPv6", "iif lo accept\n" + four, Result::kFail},
           {"dropped before it is accepted", four + six + "iif lo accept", Result::kFail},
           {"another interface", "iif eth0 accept\n" + four + six, Result::kFail},
           {"names that begin with lo", "iifname \"lo*\" accept\n" + four + six, Result::kFail},
           {"only some ports of lo", "iif lo tcp dport 22 accept\n" + four + six, Result::kFail},
           {"not the whole network", "iif lo accept\nip saddr 127.0.0.1 drop\n" + six,
            Result::kFail},
           {"all but the network", "iif lo accept\nip saddr != 127.0.0.0/8 drop\n" + six,
            Result::kFail},
           {"to it, not from it", "iif lo accept\nip daddr 127.0.0.0/8 drop\n" + six,
            Result::kFail},
           {"only at a rate",
            "iif lo accept\nip saddr 127.0.0.0/8 limit rate 1/second drop\n" + six, Result::kFail},
           {"everything is accepted before", "iif lo accept\naccept\n" + four + six, Result::kFail},
           {"in chains of their own", "jump lo\njump spoof", Result::kPass},
           {"a set among others", "iifname { lo, docker0 } accept\n" + four + six, Result::kPass},
           {"a map over interfaces cannot be read", "iifname vmap { lo : accept }\n" + four + six,
            Result::kError},
           {"a set of ports is no rule for all of lo", "tcp dport @open accept\n" + four + six,
            Result::kFail},
           {"a map over states does not matter",
            "ct state vmap { established : accept }\n" + four + six, Result::kFail}}) {
    TempRoot root{{"etc/nftables.conf",
                   "table inet filter {\n chain lo {\n iif lo accept\n }\n chain spoof {\n" + four +
                       six + " }\n}\n" + Nft(one.rules)}};
    Expect(Ask(root, "nftables", "loopback"), one.result, one.why);
  }
}

TEST(NftablesPredicate, IncludesAreReadInTheirPlaces) {
  TempRoot root{{"etc/nftables.conf", "flush ruleset\ninclude \"/etc/nftables.d/*.nft\"\n"},
                {"etc/nftables.d/10.nft", Nft("include \"in.rules\"")},
                {"etc/nftables.d/.hidden.nft", "banana"},
                {"etc/nftables.d/20.off", "banana"},
                {"etc/in.rules", kLoopback}};
  Expect(Ask(root, "nftables", "persisted"), Result::kPass, "");
  Expect(Ask(root, "nftables", "loopback"), Result::kPass, "");
  root.Remove("etc/in.rules");
  Answer answer = Ask(root, "nftables", "loopback");
  Expect(answer, Result::kError, "nft refuses the whole file");
  EXPECT_THAT(answer.reason, HasSubstr("/etc/nftables.d/10.nft:4: /etc/in.rules does not exist"));
  root.Write("etc/in.rules", "include \"in.rules\"\n");
  Expect(Ask(root, "nftables", "loopback"), Result::kError, "a circle");
  root.Write("etc/nftables.conf", "include \"/etc/none.d/*\"\n" + Nft(kLoopback));
  Expect(Ask(root, "nftables", "loopback"), Result::kPass, "a pattern may match nothing");
}

TEST(IptablesPredicate, JudgesWhatTheBootLoads) {
  TempRoot root{{"etc/iptables/rules.v4", Fixture("rules.v4")},
                {"etc/iptables/rules.v6", Fixture("rules.v6")}};
  for (const char* check : {"default-drop", "loopback"})
    for (const char* family : {"ip4", "ip6"})
      Expect(Ask(root, "iptables", check, family), Result::kPass, check);
  Expect(Ask(root, "iptables", "open-ports", "ip4"), Result::kNotChecked, "nothing runs");
  EXPECT_EQ(Ask(root, "iptables", "outbound", "ip4").result, Result::kManual);
  std::string rules = Fixture("rules.v4");
  rules.replace(rules.find(":OUTPUT DROP"), 12, ":OUTPUT ACCEPT");
  root.Write("etc/iptables/rules.v4", rules);
  Expect(Ask(root, "iptables", "default-drop", "ip4"), Result::kFail, "one policy");
  rules.erase(rules.find("-A OUTPUT"), rules.find("COMMIT") - rules.find("-A OUTPUT"));
  root.Write("etc/iptables/rules.v4", rules);
  Expect(Ask(root, "iptables", "loopback", "ip4"), Result::kFail, "nothing for output to lo");
  root.Remove("etc/iptables/rules.v6");
  Expect(Ask(root, "iptables", "default-drop", "ip6"), Result::kFail, "no file");
}

TEST(IptablesPredicate, WithoutIPv6ItsRulesDoNotApply) {
  TempRoot root{{"boot/grub/grub.cfg",
                 "menuentry x {\n\tlinux /vmlinuz root=/dev/sda ro ipv6.disable=1\n"
                 "\tinitrd /initrd\n}\n"}};
  Expect(Ask(root, "iptables", "default-drop", "ip6"), Result::kNotApplicable, "");
  root.Append("boot/grub/grub.cfg", "linux /vmlinuz root=/dev/sda ro\n");
  Expect(Ask(root, "iptables", "default-drop", "ip6"), Result::kFail, "one entry has it");
}

TEST(FirewallPredicate, WhatCannotBeSeenInAnImageIsStillAnInput) {
  TempRoot root;
  Host host = root.OpenHost();
  Expected<std::string> rules = host.PacketFilter(), ports = host.NetworkTable("tcp");
  EXPECT_EQ(rules.error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(ports.error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(host.NetworkTable("../1/mem").error().code, ErrorCode::kInvalid);
  std::set<Input> inputs = host.TakeInputs();
  EXPECT_TRUE(inputs.contains({Input::Kind::kLive, "nftables"}));
  EXPECT_TRUE(inputs.contains({Input::Kind::kLive, "net/tcp"}));
}

std::string MistakeOf(const std::string& form) {
  TempRoot root{{"profiles.yaml",
                 "benchmark: b\nprofiles:\n  - {id: p, title: t, levels: [L1], floor: 80}\n"},
                {"rules/r.yaml", "- id: a\n  title: t\n  level: L1\n  firewall: " + form + "\n"}};
  Expected<Policy> policy = LoadPolicy({root.path(), "p", "", ""});
  return policy ? "" : policy.error().ToString();
}

TEST(FirewallForm, KnowsItsChecksAndNamesMistakes) {
  for (const char* form : {"{nftables: base-chains}", "{ufw: open-ports}", "{one-front-end: true}",
                           "{iptables: loopback, family: ip6}", "{in-use: ufw}"})
    EXPECT_EQ(MistakeOf(form), "") << form;
  for (auto [form, what] : std::vector<std::pair<std::string, std::string>>{
           {"{nftables: banana}", "base-chains"},
           {"{iptables: loopback}", "family"},
           {"{iptables: loopback, family: ip5}", "ip4"},
           {"{ufw: enabled, family: ip4}", "family"},
           {"{ufw: enabled, nftables: table}", "nftables"},
           {"{one-front-end: false}", "one-front-end: true"},
           {"{in-use: pf}", "nftables"},
           {"{}", "one-front-end"},
           {"{colour: red}", "colour"}}) {
    EXPECT_THAT(MistakeOf(form), HasSubstr(what)) << form;
    EXPECT_THAT(MistakeOf(form), HasSubstr("r.yaml:4")) << form;
  }
}

TEST(FirewallPredicate, AnUnknownCheckIsNotChecked) {
  for (const char* front_end : {"nftables", "ufw", "iptables", "", "pf"}) {
    TempRoot root{{"etc/nftables.conf", ""}, {"etc/iptables/rules.v4", ""}};
    WriteUfw(root);
    Expect(Ask(root, front_end, "banana"), Result::kNotChecked, front_end);
  }
}

}  // namespace

}  // namespace assay
