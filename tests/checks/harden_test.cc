// SPDX-License-Identifier: Apache-2.0
// `assay harden`: what fails is changed and passes then; what it must not touch stays.
#include "checks/harden/harden.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tests/checks/planted_root.h"
#include "tests/checks/shipped_rules.h"
#include "tests/support/golden.h"
#include "tests/support/process.h"

namespace assay {

namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;
using Outcome = Hardened::Outcome;

constexpr char kToday[] = "2026-11-23";

Policy PolicyOf(Expectation expect) {
  Policy policy;
  Rule& rule = *policy.add_rules();
  rule.set_id("rule");
  rule.set_fix("do it by hand");
  *rule.mutable_expect() = std::move(expect);
  return policy;
}

HardenReport Hardening(const TempRoot& root, const Policy& policy, bool dry_run = false) {
  Host host = root.OpenHost();
  Expected<HardenReport> report = Harden(policy, host, kToday, dry_run);
  if (!report) throw std::runtime_error(report.error().ToString());
  return std::move(*report);
}

Expectation OfSysctl(const std::string& name, const std::string& value) {
  Expectation expect;
  expect.mutable_sysctl()->set_name(name);
  expect.mutable_sysctl()->add_values(value);
  return expect;
}

Expectation OfLines(const std::string& path, const std::string& pattern, bool none) {
  Expectation expect;
  Lines& lines = *expect.mutable_lines();
  lines.add_paths(path);
  lines.set_pattern(pattern);
  lines.set_none(none);
  return expect;
}

Expectation OfMode(const std::string& path, uint32_t mode) {
  Expectation expect;
  expect.mutable_inode()->add_paths(path);
  expect.mutable_inode()->set_mode(mode);
  return expect;
}

Expectation OfMount(const std::string& point, const std::string& option) {
  Expectation expect;
  expect.mutable_mount()->set_point(point);
  expect.mutable_mount()->add_options(option);
  return expect;
}

TEST(Harden, ASysctlGoesIntoAFileThatWins) {
  TempRoot root{{"etc/sysctl.d/99-local.conf", "net.ipv4.ip_forward=1\n"}};
  HardenReport report = Hardening(root, PolicyOf(OfSysctl("net/ipv4/ip_forward", "0")));
  EXPECT_EQ(report.count(Outcome::kFixed), 1u);
  EXPECT_THAT(root.ReadBack("etc/sysctl.d/zz-assay.conf"), HasSubstr("net.ipv4.ip_forward=0\n"));
  EXPECT_EQ(root.ReadBack("etc/sysctl.d/99-local.conf"), "net.ipv4.ip_forward=1\n");
}

TEST(Harden, OfTwoNamesOfOneSysctlTheOneThatIsWrittenLastIsSet) {
  TempRoot root{{"etc/sysctl.d/a.conf", "net.ipv4.ip_forward=0\n"},
                {"etc/sysctl.d/b.conf", "net.ipv4.conf.all.forwarding=1\n"}};
  const Policy policy = PolicyOf(OfSysctl("net/ipv4/ip_forward", "0"));
  EXPECT_EQ(Hardening(root, policy).count(Outcome::kFixed), 1u);
  Host host = root.OpenHost();
  EXPECT_EQ(JudgeRule({}, policy.rules(0), host).result, Result::kPass);
}

TEST(Harden, UfwsLineBecomesACommentForItWinsOverEveryFile) {
  TempRoot root{{"etc/ufw/ufw.conf", "ENABLED=yes\n"},
                {"etc/default/ufw", "IPT_SYSCTL=/etc/ufw/sysctl.conf\n"},
                {"etc/ufw/sysctl.conf", "net/ipv4/ip_forward=1\n"}};
  Hardening(root, PolicyOf(OfSysctl("net/ipv4/ip_forward", "0")));
  Host host = root.OpenHost();
  EXPECT_EQ(JudgeRule({}, PolicyOf(OfSysctl("net/ipv4/ip_forward", "0")).rules(0), host).result,
            Result::kPass);
}

TEST(Harden, ADryRunWritesNothingAndShowsADiff) {
  TempRoot root{{"etc/fstab", "/dev/vda1 / ext4 defaults 0 1\n/dev/vda2 /home ext4 rw 0 2\n"}};
  HardenReport report = Hardening(root, PolicyOf(OfMount("/home", "nodev")), true);
  EXPECT_EQ(Diff(report.plan),
            "--- a/etc/fstab\n"
            "+++ b/etc/fstab\n"
            "@@ -1,2 +1,2 @@\n"
            " /dev/vda1 / ext4 defaults 0 1\n"
            "-/dev/vda2 /home ext4 rw 0 2\n"
            "+/dev/vda2 /home ext4 rw,nodev 0 2\n");
  EXPECT_THAT(root.ReadBack("etc/fstab"), Not(HasSubstr("nodev")));
}

TEST(Harden, APlaceThatNeedsAPartitionIsForAPerson) {
  TempRoot root{{"etc/fstab", ""}};
  Expectation expect;
  expect.mutable_mount()->set_point("/home");
  HardenReport report = Hardening(root, PolicyOf(expect));
  ASSERT_EQ(report.rules.size(), 1u);
  EXPECT_EQ(report.rules[0].outcome, Outcome::kByHand);
  EXPECT_THAT(report.rules[0].reason, HasSubstr("partition for /home"));
}

TEST(Harden, AModeIsOnlyEverTightened) {
  TempRoot root{{"etc/secret", "x"}};
  root.Chmod("etc/secret", 0466);
  Hardening(root, PolicyOf(OfMode("/etc/secret", 0640)));
  struct stat found = {};
  ASSERT_EQ(stat(root.Path("etc/secret").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0440u);
}

TEST(Harden, AnEditedFileKeepsItsModeAndAttributes) {
  TempRoot root{{"etc/issue", "Debian \\r\nWelcome\n"}};
  root.Chmod("etc/issue", 0604);
  bool attributes = setxattr(root.Path("etc/issue").c_str(), "user.assay", "kept", 4, 0) == 0;
  Hardening(root, PolicyOf(OfLines("/etc/issue", "\\\\r", true)));
  EXPECT_EQ(root.ReadBack("etc/issue"), "Welcome\n");
  struct stat found = {};
  ASSERT_EQ(stat(root.Path("etc/issue").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0604u);
  char value[8] = {};
  EXPECT_EQ(getxattr(root.Path("etc/issue").c_str(), "user.assay", value, sizeof value),
            attributes ? 4 : -1);
}

TEST(Harden, ALinkIsEditedAtItsTargetInsideTheRoot) {
  TempRoot root{{"usr/lib/issue", "\\r\n"}};
  root.Symlink("etc/issue", "/usr/lib/issue");
  Hardening(root, PolicyOf(OfLines("/etc/issue", "\\\\r", true)));
  EXPECT_EQ(root.ReadBack("usr/lib/issue"), "");
  char target[64] = {};
  EXPECT_GT(readlink(root.Path("etc/issue").c_str(), target, sizeof target), 0) << "still a link";
}

TEST(Harden, AFifoInTheWayIsAnErrorAndNoHang) {
  TempRoot root{{"etc/passwd", ""}};
  root.Fifo("etc/sysctl.d/zz-assay.conf");
  HardenReport report = Hardening(root, PolicyOf(OfSysctl("kernel/x", "1")), true);
  EXPECT_EQ(report.count(Outcome::kPlanned), 0u);
  EXPECT_TRUE(report.plan.empty());
}

TEST(Harden, OfAlternativesTheFirstThatAProgramCanBringAboutIsTaken) {
  TempRoot root{{"etc/issue", "\\r\n"}};
  Expectation expect;
  expect.mutable_any()->add_parts()->mutable_package()->add_installed("telnet");
  *expect.mutable_any()->add_parts() = OfLines("/etc/issue", "\\\\r", true);
  root.Write("var/lib/dpkg/status", "Package: dpkg\nStatus: install ok installed\nVersion: 1\n\n");
  HardenReport report = Hardening(root, PolicyOf(expect));
  EXPECT_EQ(report.count(Outcome::kFixed), 1u);
  EXPECT_THAT(report.plan.install(), IsEmpty()) << "of the alternative that was not taken";
}

TEST(Harden, PackagesAreNamedAndNotTouched) {
  TempRoot root;
  root.Write("var/lib/dpkg/status", "Package: dpkg\nStatus: install ok installed\nVersion: 1\n\n");
  Expectation expect;
  expect.mutable_package()->add_installed("auditd");
  HardenReport report = Hardening(root, PolicyOf(expect));
  EXPECT_EQ(report.count(Outcome::kByHand), 1u);
  EXPECT_THAT(report.plan.install(), Contains(Key("auditd")));
  EXPECT_TRUE(report.plan.changes().empty());
}

Expectation OfNftables(const std::string& check) {
  Expectation expect;
  expect.mutable_firewall()->set_front_end("nftables");
  expect.mutable_firewall()->set_check(check);
  expect.mutable_firewall()->set_open_ports("22/tcp 53/udp");
  return expect;
}

constexpr char kDebiansRuleset[] =
    "#!/usr/sbin/nft -f\n\nflush ruleset\n\ntable inet filter {\n\tchain input {\n"
    "\t\ttype filter hook input priority filter;\n\t}\n}\n";

TEST(Harden, AnEmptyRulesetOfNftablesBecomesOneThatLetsTheOpenPortsIn) {
  TempRoot root{{"usr/sbin/nft", ""}, {"etc/nftables.conf", kDebiansRuleset}};
  for (const char* check : {"table", "base-chains", "loopback", "default-drop", "persisted"}) {
    HardenReport report = Hardening(root, PolicyOf(OfNftables(check)));
    EXPECT_EQ(report.rules.size(), report.count(Outcome::kFixed)) << check;
    Host host = root.OpenHost();
    EXPECT_EQ(JudgeRule({}, PolicyOf(OfNftables(check)).rules(0), host).result, Result::kPass)
        << check;
  }
  EXPECT_THAT(root.ReadBack("etc/nftables.conf"), HasSubstr("\ttcp dport 22 accept\n"));
  EXPECT_THAT(root.ReadBack("etc/nftables.conf"), HasSubstr("\tudp dport 53 accept\n"));
}

TEST(Harden, TheRealNftTakesThatRuleset) {
  if (access("/usr/sbin/nft", X_OK) != 0 || geteuid() != 0)
    GTEST_SKIP() << "needs root and nft: apt-get install nftables";
  TempRoot root{{"usr/sbin/nft", ""}, {"etc/nftables.conf", kDebiansRuleset}};
  Hardening(root, PolicyOf(OfNftables("default-drop")));
  Ran ran = RunProgram({"/usr/sbin/nft", "-c", "-f", root.Path("etc/nftables.conf")});
  if (ran.err.find("Operation not permitted") != std::string::npos)
    GTEST_SKIP() << "the kernel lets nft ask nothing here: " << ran.err;
  EXPECT_EQ(ran.exit, 0) << ran.err;
}

TEST(Harden, ARulesetOfSomebodysIsLetBe) {
  TempRoot root{{"usr/sbin/nft", ""},
                {"etc/nftables.conf", "table inet t { chain c { tcp dport 80 accept; }\n}\n"}};
  HardenReport report = Hardening(root, PolicyOf(OfNftables("default-drop")));
  ASSERT_EQ(report.rules.size(), 1u);
  EXPECT_THAT(report.rules[0].reason, HasSubstr("the site's own ruleset"));
}

TEST(Harden, WaivedRulesAreLetBe) {
  TempRoot root{{"etc/hostname", "x\n"}};
  Policy policy = PolicyOf(OfSysctl("net/ipv4/ip_forward", "0"));
  Waiver& waiver = *policy.add_waivers();
  waiver.set_rule("rule");
  waiver.set_until("2099-12-31");
  EXPECT_TRUE(Hardening(root, policy).plan.empty());
}

TEST(Harden, ALiveHostIsRefusedForItsFilesAreWhatIsChanged) {
  Expected<Host> host = Host::Open("/", true);
  ASSERT_TRUE(host);
  EXPECT_EQ(Harden({}, *host, kToday, true).error().code, ErrorCode::kInvalid);
}

// The bad roots of whole_benchmark_test, on which every rule fails.
class HardenServer : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root: the roots have owners";
  }
};

std::set<std::string> With(const std::map<std::string, RuleOutcome>& outcomes, Result result) {
  std::set<std::string> rules;
  for (const auto& [rule, outcome] : outcomes)
    if (outcome.result == result) rules.insert(rule);
  return rules;
}

TEST_P(HardenServer, FixesWhatItCanHarmsNothingAndIsDoneAfterOneRun) {
  TempRoot root;
  Plant(root, "bad");
  Plant(root, std::string("bad-") + GetParam());
  Policy policy = ShippedPolicy("cis-debian12-l2-server", {{"firewall", GetParam()}});
  std::set<std::string> passed = With(JudgedRules(policy, root), Result::kPass);
  HardenReport report = Hardening(root, policy);
  std::string left;
  for (const Hardened& one : report.rules)
    if (one.outcome != Outcome::kFixed)
      left += one.rule + (one.outcome == Outcome::kByHand ? "" : ": " + one.reason) + "\n";
  ExpectGolden(
      ASSAY_SOURCE_DIR "/tests/checks/data/harden_left_" + std::string(GetParam()) + ".txt", left);
  std::set<std::string> now = With(JudgedRules(policy, root), Result::kFail);
  for (const std::string& rule : passed) EXPECT_FALSE(now.contains(rule)) << rule << " was broken";
  EXPECT_EQ(Diff(Hardening(root, policy).plan), "") << "a second run";
}

INSTANTIATE_TEST_SUITE_P(Firewalls, HardenServer, testing::Values("ufw", "nftables", "iptables"),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace

}  // namespace assay
