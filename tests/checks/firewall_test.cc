// SPDX-License-Identifier: Apache-2.0
// The firewall predicate on roots that do not run: each row pins one trap.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "checks/formats/nft_ruleset.h"
#include "checks/predicates/firewall_parts.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

using ::testing::HasSubstr;

std::string Fixture(const std::string& name) {
  std::ifstream file(ASSAY_SOURCE_DIR "/tests/checks/data/firewall/" + name, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

Answer Ask(const TempRoot& root, const std::string& front_end, const std::string& check,
           const std::string& family = "") {
  Firewall wanted;
  wanted.set_front_end(front_end);
  wanted.set_check(check);
  wanted.set_family(family);
  Host host = root.OpenHost();
  return JudgeFirewall(wanted, host);
}

void Expect(const Answer& answer, Result result, const std::string& why) {
  EXPECT_EQ(ResultName(answer.result), ResultName(result)) << why << ": " << answer.reason;
  EXPECT_EQ(answer.reason.empty(), result == Result::kPass) << why;
}

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

void WriteUfw(const TempRoot& root) {
  root.Write("etc/default/ufw", Fixture("ufw/default"));
  for (std::string file : {"ufw.conf", "before.rules", "before6.rules", "after.rules",
                           "after6.rules", "user.rules", "user6.rules"})
    root.Write("etc/ufw/" + file, Fixture("ufw/" + file));
}

TEST(UfwPredicate, ReadsWhatUfwWrites) {
  TempRoot root;
  WriteUfw(root);
  for (const char* check : {"enabled", "default-deny", "loopback"})
    Expect(Ask(root, "ufw", check), Result::kPass, check);
  Expect(Ask(root, "ufw", "open-ports"), Result::kNotChecked, "nothing runs");
  EXPECT_EQ(Ask(root, "ufw", "outbound").result, Result::kManual);
}

TEST(UfwPredicate, SetsWhatTheKernelThenHas) {
  TempRoot root;
  WriteUfw(root);
  Host host = root.OpenHost();
  Expected<UfwConfig> config = ReadUfwConfig(host);
  ASSERT_TRUE(config);
  Expected<Ruleset> files = UfwRuleset(host, *config),
                    kernel = ParseNftMessages(Fixture("ufw.bin"));
  ASSERT_TRUE(files) << files.error().ToString();
  ASSERT_TRUE(kernel) << kernel.error().ToString();
  for (const char* family : {"ip", "ip6"})
    for (const char* hook : {"input", "forward", "output"}) {
      auto ours = BaseChains(*files, family, hook), theirs = BaseChains(*kernel, family, hook);
      ASSERT_EQ(ours.size(), 1u);
      ASSERT_EQ(theirs.size(), 1u);
      EXPECT_EQ(ours[0]->policy, theirs[0]->policy);
      std::vector<std::string> one, other;
      for (FilterRule rule : PathThrough(*files, *ours[0], family))
        if (rule.text.clear(); !rule.verdict.empty()) one.push_back(Describe(rule));
      for (FilterRule rule : PathThrough(*kernel, *theirs[0], family))
        if (!rule.verdict.empty()) other.push_back(Describe(rule));
      EXPECT_EQ(one, other) << family << " " << hook;
    }
}

TEST(UfwPredicate, NotSetUpNotEnabledOrNotLoadableFails) {
  TempRoot root;
  Expect(Ask(root, "ufw", "enabled"), Result::kFail, "no files");
  WriteUfw(root);
  root.Write("etc/ufw/ufw.conf", "ENABLED=no\nENABLED=YES\n");
  Expect(Ask(root, "ufw", "enabled"), Result::kPass, "the last wins, and YES will do");
  root.Write("etc/ufw/ufw.conf", "ENABLED=Yes\n");
  Expect(Ask(root, "ufw", "enabled"), Result::kFail, "ufw-init takes just yes and YES");
  root.Write("etc/ufw/ufw.conf", "#ENABLED=yes\n");
  Expect(Ask(root, "ufw", "enabled"), Result::kFail, "a comment");
  root.Write("etc/ufw/user.rules", "*filter\n-A ufw-user-input -j ACCEPT\n");
  Expect(Ask(root, "ufw", "default-deny"), Result::kError, "no COMMIT");
  root.Remove("etc/ufw/before6.rules");
  root.Write("etc/ufw/user.rules", Fixture("ufw/user.rules"));
  Expect(Ask(root, "ufw", "default-deny"), Result::kFail, "ufw cannot start");
}

TEST(UfwPredicate, DefaultDenyIsThePolicyThatIsReached) {
  TempRoot root;
  WriteUfw(root);
  std::string original = Fixture("ufw/default");
  auto set = [&](const std::string& more) { root.Write("etc/default/ufw", original + more); };
  set("DEFAULT_OUTPUT_POLICY=\"REJECT\"\n");
  Expect(Ask(root, "ufw", "default-deny"), Result::kPass, "reject will do");
  set("DEFAULT_OUTPUT_POLICY=\"ACCEPT\"\n");
  Expect(Ask(root, "ufw", "default-deny"), Result::kFail, "outgoing");
  set("DEFAULT_INPUT_POLICY=\"drop\"\n");
  Expect(Ask(root, "ufw", "default-deny"), Result::kFail, "iptables-restore knows no 'drop'");
  set("DEFAULT_FORWARD_POLICY=\"ACCEPT\"\n");
  Expect(Ask(root, "ufw", "default-deny"), Result::kPass, "routed is disabled without forwarding");
  root.Write("etc/sysctl.d/f.conf", "net.ipv4.ip_forward = 1\n");
  Expect(Ask(root, "ufw", "default-deny"), Result::kFail, "routed");
  set("");
  std::string rules = Fixture("ufw/user.rules");
  rules.insert(rules.find("### END RULES"), "-A ufw-user-input -j ACCEPT\n");
  root.Write("etc/ufw/user.rules", rules);
  Expect(Ask(root, "ufw", "default-deny"), Result::kFail, "ufw allow in from any");
}

TEST(UfwPredicate, LoopbackNeedsTheDeniesOfBothFamilies) {
  TempRoot root;
  WriteUfw(root);
  std::string rules = Fixture("ufw/user6.rules"), deny = "-A ufw6-user-input -s ::1 -j DROP\n";
  ASSERT_NE(rules.find(deny), std::string::npos);
  rules.erase(rules.find(deny), deny.size());
  root.Write("etc/ufw/user6.rules", rules);
  Expect(Ask(root, "ufw", "loopback"), Result::kFail, "::1");
  root.Append("etc/default/ufw", "IPV6=no\n");
  Expect(Ask(root, "ufw", "loopback"), Result::kPass, "ufw drops all of IPv6 then");
}

TEST(Ports, EachHasARuleOfItsOwn) {
  Expected<Ruleset> rules = ParseNftMessages(Fixture("ufw.bin"));
  ASSERT_TRUE(rules);
  auto ask = [&](const char* protocol, uint16_t port) {
    return DecidesPorts(*rules, {"ip", "ip6"}, {{protocol, "0.0.0.0", port}}, false, "ufw");
  };
  Expect(ask("tcp", 22), Result::kPass, "allowed");
  Expect(ask("tcp", 2222), Result::kPass, "limited");
  Expect(ask("udp", 53), Result::kPass, "of both protocols");
  Expect(ask("tcp", 8005), Result::kPass, "in a range, from some");
  Expect(ask("udp", 22), Result::kFail, "of the other protocol");
  EXPECT_EQ(ask("tcp", 9999).reason, "ufw has no rule for tcp port 9999, which is open on 0.0.0.0");
  EXPECT_EQ(DecidesPorts(*rules, {"ip"}, {}, false, "ufw").result, Result::kPass);
}

TEST(OneFrontEnd, IsTheOneThatLoadsRulesAtBoot) {
  TempRoot root;
  Expect(Ask(root, "", "one-front-end"), Result::kFail, "none");
  auto enable = [&](const std::string& unit) {
    root.Write("usr/lib/systemd/system/" + unit, "[Unit]\n");
    root.MakeDirectory("etc/systemd/system/multi-user.target.wants");
    root.Symlink("etc/systemd/system/multi-user.target.wants/" + unit,
                 "/usr/lib/systemd/system/" + unit);
  };
  enable("ufw.service");
  WriteUfw(root);
  root.Write("etc/ufw/ufw.conf", "ENABLED=no\n");
  Expect(Ask(root, "", "one-front-end"), Result::kFail, "its package alone starts nothing");
  root.Write("etc/ufw/ufw.conf", "ENABLED=yes\n");
  Expect(Ask(root, "", "one-front-end"), Result::kPass, "ufw");
  enable("netfilter-persistent.service");
  Expect(Ask(root, "", "one-front-end"), Result::kPass, "no plugin that loads iptables");
  enable("nftables.service");
  Answer two = Ask(root, "", "one-front-end");
  Expect(two, Result::kFail, "two");
  EXPECT_EQ(two.reason, "ufw and nftables all load rules at boot, wanted is one of them");
  root.Symlink("etc/systemd/system/nftables.service", "/dev/null");
  Expect(Ask(root, "", "one-front-end"), Result::kPass, "masked");
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
