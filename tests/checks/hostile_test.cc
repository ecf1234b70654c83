// SPDX-License-Identifier: Apache-2.0
// No rule passes by accident. Every path that a rule looks at holds garbage of some kind; what
// still passes was looked at, and is on a list with the reason. The list is exact.
#include <gmock/gmock.h>
#include <unistd.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "checks/reports/report.h"
#include "tests/checks/hostile_root.h"
#include "tests/checks/planted_root.h"
#include "tests/checks/shipped_rules.h"
#include "tests/support/process.h"

namespace assay {

namespace {

using Rules = std::set<std::string>;

// A rule passes if the package is absent or no unit of it is enabled: the second is enough.
const Rules kServices = {
    "bluetooth",       "service-autofs", "service-avahi",     "service-bind",    "service-dhcp",
    "service-dnsmasq", "service-ftp",    "service-imap-pop3", "service-ldap",    "service-nfs",
    "service-nis",     "service-proxy",  "service-printing",  "service-rpcbind", "service-rsync",
    "service-samba",   "service-snmp",   "service-tftp",      "service-web",     "service-xinetd"};
const Rules kBeside = {"unit-journal-remote", "unit-nftables-beside-iptables",
                       "unit-ufw-beside-iptables", "unit-ufw-beside-nftables"};
const Rules kOptionalFiles = {"inode-group-backup",  "inode-gshadow-backup", "inode-issue",
                              "inode-issue-net",     "inode-motd",           "inode-opasswd",
                              "inode-passwd-backup", "inode-shadow-backup",  "inode-shells",
                              "lines-issue",         "lines-issue-net"};

struct Allowed {
  const char* why;
  std::set<Garbage> where;
  Rules rules;
};

const std::vector<Allowed>& AllowedPasses() {
  using enum Garbage;
  static const std::vector<Allowed> all = {
      {"the directories of units were listed, and no link there starts one",
       {kBinary, kDirectory, kFifo, kDangling, kFlatTree},
       kServices},
      {"likewise", {kBinary, kDirectory, kFifo, kDangling, kFlatTree}, kBeside},
      {"a file that need not exist does not: a link to nothing, or nothing at all",
       {kDangling, kFlatTree, kLoopedTree},
       kOptionalFiles},
      {"likewise", {kDangling, kFlatTree}, {"lines-motd", "lines-rsyslog-listener"}},
      {"no log is a file", {kDirectory, kDangling}, {"inode-log-files"}},
      {"root's files need not set a umask, and none does",
       {kLongLine, kDangling, kFlatTree},
       {"shell-root-umask"}},
      {"read to the end, and no line is the one that must not be there",
       {kNoise},
       {"chrony-user", "lines-issue", "lines-issue-net", "lines-motd", "lines-rsyslog-listener"}},
      {"journald passes over what it does not know, and its default is the wanted value",
       {kNoise, kLongLine, kDangling, kFlatTree},
       {"text-journald-compress", "text-journald-forward"}},
      {"the objects are there, and root, who owns them, is a number and not a line of garbage",
       {kBinary, kNoise, kLongLine, kSparse},
       {"inode-audit-conf-group", "inode-audit-conf-owner", "inode-audit-tools-group",
        "inode-audit-tools-owner"}},
      {"likewise", {kNoise, kLongLine}, {"inode-audit-logs-group", "inode-audit-logs-owner"}},
      {"all objects were looked at, and links have no modes",
       {kLoopedTree},
       {"walk-world-writable"}},
  };
  return all;
}

Rules AllowedIn(Garbage garbage) {
  Rules rules;
  for (const Allowed& one : AllowedPasses())
    if (one.where.contains(garbage)) rules.insert(one.rules.begin(), one.rules.end());
  return rules;
}

// Both members of the small groups and all three firewalls.
std::vector<Policy> Policies() {
  const char* server = "cis-debian12-l2-server";
  return {ShippedPolicy(server, {{"firewall", "ufw"}, {"time", "chrony"}, {"logging", "rsyslog"}}),
          ShippedPolicy(server,
                        {{"firewall", "nftables"}, {"time", "timesyncd"}, {"logging", "journald"}}),
          ShippedPolicy(server,
                        {{"firewall", "iptables"}, {"time", "chrony"}, {"logging", "rsyslog"}})};
}

// What the rules look at, on roots of every kind.
std::set<Input> AllInputs() {
  const std::vector<Policy> policies = Policies();
  const std::pair<size_t, std::vector<std::string>> roots[] = {{0, {"good", "good-ufw"}},
                                                               {1, {"good", "good-nftables"}},
                                                               {2, {"good", "good-iptables"}},
                                                               {1, {"bad", "good-desktop"}}};
  std::set<Input> inputs;
  for (const auto& [policy, trees] : roots) {
    TempRoot root;
    for (const std::string& tree : trees) Plant(root, tree);
    for (const auto& [rule, outcome] : JudgedRules(policies[policy], root))
      inputs.insert(outcome.inputs.begin(), outcome.inputs.end());
  }
  return inputs;
}

void ExpectReadable(const Policy& policy, const CheckReport& report) {
  ReportView view{policy, report, "/mnt", "\x1b[31m\xff", "2024-10-04T10:00:00Z", "0.1"};
  for (std::string_view format : kReportFormats) {
    std::string text = Render(view, format, false);
    EXPECT_NO_THROW((void)nlohmann::json(text).dump()) << format << " is no UTF-8";
    for (char c : text) ASSERT_TRUE(c == '\n' || uint8_t(c) >= 0x20) << format << " " << int(c);
    if (format == "json" || format == "sarif") {
      EXPECT_TRUE(nlohmann::json::accept(text)) << format;
    }
    if (!text.starts_with("<?xml") || access("/usr/bin/xmllint", X_OK)) continue;
    TempRoot out{{"report.xml", text}};
    Ran ran = RunProgram({"/usr/bin/xmllint", "--noout", out.Path("report.xml")});
    EXPECT_EQ(ran.exit, 0) << format << ran.err;
  }
}

class HostileRoot : public testing::TestWithParam<Garbage> {};

TEST_P(HostileRoot, NothingPassesByAccident) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root: the roots that show what is read have owners";
  static const std::set<Input> inputs = AllInputs();
  TempRoot root;
  PlantGarbage(root, inputs, GetParam());
  Rules passed;
  const std::vector<Policy> policies = Policies();
  for (const Policy& policy : policies) {
    Host host = root.OpenHost();
    std::clock_t start = std::clock();
    CheckReport report = Check(policy, host, "2024-10-04");
    EXPECT_LT(double(std::clock() - start) / CLOCKS_PER_SEC, 30);
    EXPECT_TRUE(report.below_floor);
    for (const RuleOutcome& outcome : report.outcomes) {
      if (outcome.result == Result::kPass) passed.insert(outcome.rule);
      EXPECT_EQ(outcome.reason.empty(), outcome.result == Result::kPass) << outcome.rule;
    }
    if (&policy == &policies[0]) ExpectReadable(policy, report);
  }
  EXPECT_EQ(passed, AllowedIn(GetParam())) << GarbageName(GetParam());
}

// What passes in a root of empty directories passes because something is not there; the run as a
// whole proves nothing.
TEST(EmptyRoot, PassesOnlyWhereAbsenceIsAnAnswerAndIsBelowTheFloor) {
  TempRoot root;
  for (const char* directory :
       {"etc/systemd/system", "etc/ssh", "etc/pam.d", "etc/audit/rules.d", "etc/sysctl.d", "root",
        "usr/lib/systemd/system", "usr/lib/modules", "usr/sbin", "var/lib/dpkg", "var/log", "boot"})
    root.MakeDirectory(directory);
  Rules expected = {"lines-motd", "shell-root-umask", "inode-log-files", "walk-world-writable"};
  for (const Rules& some : {kOptionalFiles, kServices}) expected.insert(some.begin(), some.end());
  Rules passed;
  Host host = root.OpenHost();
  CheckReport report = Check(ShippedPolicy("cis-debian12-l2-server"), host, "2024-10-04");
  EXPECT_TRUE(report.below_floor);
  for (const RuleOutcome& outcome : report.outcomes) {
    if (outcome.result != Result::kPass) continue;
    EXPECT_FALSE(outcome.inputs.empty()) << outcome.rule << " looked at nothing";
    passed.insert(outcome.rule);
  }
  EXPECT_EQ(passed, expected);
}

INSTANTIATE_TEST_SUITE_P(Of, HostileRoot, testing::ValuesIn(kAllGarbage), [](const auto& test) {
  std::string name = GarbageName(test.param);
  std::erase(name, ' ');
  return name;
});

}  // namespace

}  // namespace assay
