// SPDX-License-Identifier: Apache-2.0
// The shipped rules of chapters 2.1 to 2.3, on images: with the daemon's package and its unit
// enabled they fail, without either they pass.
#include <gtest/gtest.h>

#include "checks/rules/engine.h"
#include "checks/rules/rule_loader.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

constexpr char kDirectory[] = ASSAY_SOURCE_DIR "/checks/benchmarks/cis-debian12";
constexpr char kStatus[] = "var/lib/dpkg/status";

std::string Installed(const std::string& package) {
  return "Package: " + package + "\nStatus: install ok installed\nVersion: 1\n\n";
}

// A root that has booted before, with packages and enabled units.
struct Root : TempRoot {
  Root(const std::vector<std::string>& packages, const std::vector<std::string>& units)
      : TempRoot{{"etc/machine-id", "0123456789abcdef0123456789abcdef\n"}, {kStatus, ""}} {
    for (const std::string& package : packages) Append(kStatus, Installed(package));
    for (const std::string& unit : units) {
      Write("usr/lib/systemd/system/" + unit, "[Service]\n[Install]\nWantedBy=a.target\n");
      Symlink("etc/systemd/system/a.target.wants/" + unit, "/usr/lib/systemd/system/" + unit);
    }
  }
};

RuleOutcome Outcome(const std::string& rule, const TempRoot& root) {
  static const Policy policy = *LoadPolicy({kDirectory, "cis-debian12-l2-server", "", ""});
  Host host = root.OpenHost();
  for (RuleOutcome& outcome : Check(policy, host, "2026-11-23").outcomes)
    if (outcome.rule == rule) return std::move(outcome);
  ADD_FAILURE() << "no rule " << rule;
  return {};
}

TEST(ServiceRules, WantTheDaemonsPackageAbsentOrItsUnitsDisabled) {
  struct Case {
    const char *rule, *package, *unit;
  };
  for (const Case& one : std::vector<Case>{{"service-autofs", "autofs", "autofs.service"},
                                           {"service-avahi", "avahi-daemon", "avahi-daemon.socket"},
                                           {"service-printing", "cups-daemon", "cups.path"},
                                           {"service-rpcbind", "rpcbind", "rpcbind.socket"},
                                           {"service-samba", "samba", "nmbd.service"},
                                           {"service-dnsmasq", "dnsmasq", "dnsmasq@lan.service"},
                                           {"service-web", "nginx", "nginx.service"},
                                           {"service-web", "apache2", "apache2.service"},
                                           {"bluetooth", "bluez", "bluetooth.service"}}) {
    RuleOutcome in_use = Outcome(one.rule, Root({one.package}, {one.unit}));
    EXPECT_EQ(ResultName(in_use.result), "fail") << one.rule << in_use.reason;
    EXPECT_EQ(ResultName(Outcome(one.rule, Root({one.package}, {})).result), "pass") << one.rule;
    EXPECT_EQ(ResultName(Outcome(one.rule, Root({}, {})).result), "pass") << one.rule;
  }
}

TEST(ServiceRules, ClientsAreNotInstalled) {
  for (auto [rule, package] : {std::pair{"package-telnet", "inetutils-telnet"},
                               {"package-ftp", "tnftp"},
                               {"package-x-server", "xserver-common"}}) {
    EXPECT_EQ(ResultName(Outcome(rule, Root({package}, {})).result), "fail") << rule;
    EXPECT_EQ(ResultName(Outcome(rule, Root({}, {})).result), "pass") << rule;
  }
}

TEST(TimeRules, WantOneDaemon) {
  const std::string chrony = "chrony.service", timesyncd = "systemd-timesyncd.service";
  EXPECT_EQ(ResultName(Outcome("time-one-daemon", Root({}, {})).result), "fail");
  EXPECT_EQ(ResultName(Outcome("time-one-daemon", Root({}, {chrony})).result), "pass");
  EXPECT_EQ(ResultName(Outcome("time-one-daemon", Root({}, {timesyncd})).result), "pass");
  EXPECT_EQ(ResultName(Outcome("time-one-daemon", Root({}, {chrony, timesyncd})).result), "fail");
}

TEST(TimeRules, ChronyIsJudgedWhereItIsInstalled) {
  Root root({"chrony"}, {"chrony.service"});
  root.Write("etc/chrony/chrony.conf", "user root\n");
  EXPECT_EQ(ResultName(Outcome("chrony-user", root).result), "fail");
  EXPECT_EQ(ResultName(Outcome("chrony-servers", root).result), "fail");
  root.Write("etc/chrony/chrony.conf", "confdir /etc/chrony/conf.d\n");
  root.Write("etc/chrony/sources.d/site.sources", "# server a\nPool ntp.example iburst\n");
  EXPECT_EQ(ResultName(Outcome("chrony-user", root).result), "pass");
  EXPECT_EQ(ResultName(Outcome("chrony-servers", root).result), "pass");
  EXPECT_EQ(ResultName(Outcome("timesyncd-in-use", root).result), "notapplicable");
  root.Write("etc/default/chrony", "DAEMON_OPTS=\"-F 1 -u root\"\n");
  EXPECT_EQ(ResultName(Outcome("chrony-user", root).result), "fail");
}

TEST(MailRule, OfAnImageTheFilesDecide) {
  EXPECT_EQ(ResultName(Outcome("mail-local-only", Root({}, {})).result), "pass");
  Root postfix({"postfix"}, {});
  EXPECT_EQ(ResultName(Outcome("mail-local-only", postfix).result), "fail");
  postfix.Write("etc/postfix/main.cf", "inet_interfaces = all\ninet_interfaces = loopback-only\n");
  EXPECT_EQ(ResultName(Outcome("mail-local-only", postfix).result), "pass");
  Root exim({"exim4-daemon-light"}, {});
  exim.Write("etc/exim4/update-exim4.conf.conf", "dc_local_interfaces='127.0.0.1 ; ::1'\n");
  EXPECT_EQ(ResultName(Outcome("mail-local-only", exim).result), "pass");
  exim.Write("etc/exim4/update-exim4.conf.conf", "dc_local_interfaces=''\n");
  EXPECT_EQ(ResultName(Outcome("mail-local-only", exim).result), "fail");
  EXPECT_EQ(ResultName(Outcome("mail-local-only", Root({"opensmtpd"}, {})).result), "notchecked");
}

TEST(CronRule, AppliesWhereCronIsInstalled) {
  EXPECT_EQ(ResultName(Outcome("cron-in-use", Root({}, {})).result), "notapplicable");
  EXPECT_EQ(ResultName(Outcome("cron-in-use", Root({"cron"}, {})).result), "fail");
  EXPECT_EQ(ResultName(Outcome("cron-in-use", Root({"cron"}, {"cron.service"})).result), "pass");
}

}  // namespace

}  // namespace assay
