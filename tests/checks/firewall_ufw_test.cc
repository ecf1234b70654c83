// SPDX-License-Identifier: Apache-2.0
// The firewall predicate: ufw, open ports, which front-end is in use.
#include "checks/formats/nft_ruleset.h"
#include "tests/checks/firewall_support.h"

namespace assay {

namespace {

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

}  // namespace

}  // namespace assay
