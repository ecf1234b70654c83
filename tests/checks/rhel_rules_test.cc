// SPDX-License-Identifier: Apache-2.0
// The shipped rules that only RHEL 9 and Amazon Linux 2023 have, and those whose names differ
// there: each passes on a root that is as it should be, and fails where one thing is not.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <map>

#include "checks/rules/engine.h"
#include "checks/rules/rule_loader.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

constexpr char kDirectory[] = ASSAY_SOURCE_DIR "/checks/benchmarks/cis-debian12";

using Files = std::vector<std::pair<std::string, std::string>>;

// The packages of tests/checks/data/rpm: bind, chrony, crypto-policies, kernel-core, tilde.
std::string RpmDatabase() {
  std::ifstream file(ASSAY_SOURCE_DIR "/tests/checks/data/rpm/rpmdb.sqlite", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

const Policy& PolicyOf(const std::string& profile) {
  static std::map<std::string, Policy> loaded;
  if (!loaded.contains(profile)) loaded[profile] = *LoadPolicy({kDirectory, profile, "", ""});
  return loaded[profile];
}

RuleOutcome Outcome(const std::string& rule, const Files& files) {
  TempRoot root{{"etc/machine-id", "0123456789abcdef0123456789abcdef\n"},
                {"etc/os-release", "ID=rhel\n"},
                {"usr/sbin/sshd", ""},
                {"var/lib/rpm/rpmdb.sqlite", RpmDatabase()}};
  for (const auto& [path, text] : files) {
    if (text.starts_with("->"))
      root.Symlink(path, text.substr(2));
    else
      root.Write(path, text);
  }
  Host host = root.OpenHost();
  for (const char* profile : {"cis-rhel9-l2-server", "cis-al2023-l2-server"})
    for (const Rule& one : PolicyOf(profile).rules())
      if (one.id() == rule) return JudgeRule(PolicyOf(profile), one, host);
  ADD_FAILURE() << "no rule " << rule;
  return {};
}

struct Case {
  std::string rule;
  Files good;
  std::vector<Files> bad;  // each beside `good`, whose files it replaces
};

void Hold(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    RuleOutcome good = Outcome(one.rule, one.good);
    EXPECT_EQ(ResultName(good.result), "pass") << one.rule << ": " << good.reason;
    for (const Files& change : one.bad) {
      Files files;
      for (const auto& file : one.good) {
        bool changed = false;
        for (const auto& [path, text] : change) changed |= path == file.first;
        if (!changed) files.push_back(file);
      }
      for (const auto& file : change)
        if (file.second != "absent") files.push_back(file);
      RuleOutcome bad = Outcome(one.rule, files);
      EXPECT_EQ(ResultName(bad.result), "fail")
          << one.rule << ": " << change[0].first << ": " << change[0].second << ": " << bad.reason;
    }
  }
}

constexpr char kPolicy[] = "etc/crypto-policies/state/CURRENT.pol";
constexpr char kServer[] = "etc/crypto-policies/back-ends/opensshserver.config";
constexpr char kClient[] = "etc/crypto-policies/back-ends/openssh.config";

TEST(RhelRules, TheCryptographicPolicyIsJudgedByWhatIsInForce) {
  std::string config = "etc/crypto-policies/config", state = "etc/crypto-policies/state/current";
  std::string policy =
      "hash = SHA2-256 SHA2-384 SHA3-256\nsign = ECDSA-SHA2-256 RSA-PSS-SHA2-256\n"
      "sha1_in_certs = 0\nmac = AEAD HMAC-SHA2-256 UMAC-128\nmac@openssh = HMAC-SHA2-256\n";
  std::string ssh = "Ciphers aes256-gcm@openssh.com,aes256-ctr\nMACs hmac-sha2-256,umac-128@x\n";
  Hold({{"crypto-policy-not-legacy",
         {{config, "# LEGACY is old\nDEFAULT:NO-SHA1\n"}, {state, "DEFAULT:NO-SHA1\n"}},
         {{{config, "LEGACY\n"}},
          {{config, " legacy:NO-SHA1\n"}},
          {{state, "LEGACY\n"}},
          {{config, "# DEFAULT\n"}},
          {{state, "absent"}}}},
        {"sshd-crypto-policy",
         {{"etc/sysconfig/sshd", "# CRYPTO_POLICY=\nOPTIONS=\"-u0\"\n"}},
         {{{"etc/sysconfig/sshd", "CRYPTO_POLICY=\n"}}}},
        {"crypto-policy-sha1",
         {{kPolicy, policy}},
         {{{kPolicy, policy + "hash@krb5 = SHA1\n"}},
          {{kPolicy, policy + "sign@nss = RSA-SHA1 RSA-SHA2-256\n"}},
          {{kPolicy, "hash = SHA2-256\nsha1_in_certs = 1\n"}},
          {{kPolicy, policy + "sha1_in_certs@gnutls = 1\n"}},
          {{kPolicy, "absent"}}}},
        {"crypto-policy-macs",
         {{kPolicy, policy}},
         {{{kPolicy, policy + "mac@libssh = UMAC-64 HMAC-SHA2-256\n"}}, {{kPolicy, "hash = x\n"}}}},
        {"crypto-policy-ssh-cbc",
         {{kServer, ssh}, {kClient, ssh}},
         {{{kServer, "Ciphers aes256-ctr,aes128-cbc\n"}},
          {{kServer, "CRYPTO_POLICY='-oCiphers=aes128-cbc -oMACs=x'\n"}},
          {{kClient, "Ciphers aes256-cbc\n"}},
          {{kClient, "absent"}}}},
        {"crypto-policy-ssh-chacha20",
         {{kServer, ssh}, {kClient, ssh}},
         {{{kServer, "Ciphers chacha20-poly1305@openssh.com\n"}}, {{kServer, "MACs x\n"}}}},
        {"crypto-policy-ssh-etm",
         {{kServer, ssh}, {kClient, ssh}},
         {{{kServer, "MACs hmac-sha2-256-etm@openssh.com\n"}}, {{kClient, "Ciphers x\n"}}}}});
}

TEST(RhelRules, SoftwareComesSigned) {
  Hold({{"dnf-gpgcheck",
         {{"etc/dnf/dnf.conf", "[main]\ngpgcheck=1\n"},
          {"etc/yum.repos.d/redhat.repo", "[baseos]\ngpgcheck = 1\n[appstream]\nenabled=1\n"}},
         {{{"etc/yum.repos.d/redhat.repo", "[baseos]\ngpgcheck=1\n[appstream]\ngpgcheck=0\n"}},
          {{"etc/distro.repos.d/x.repo", "[x]\ngpgcheck = False\n"}},
          {{"etc/dnf/dnf.conf", "[main]\n"}}}}});
}

TEST(RhelRules, PackagesAreThoseOfRpm) {
  EXPECT_EQ(ResultName(Outcome("package-mcstrans", {}).result), "pass");
  EXPECT_EQ(ResultName(Outcome("package-setroubleshoot", {}).result), "pass");
  EXPECT_EQ(ResultName(Outcome("package-nftables-base", {}).result), "fail");
  EXPECT_EQ(ResultName(Outcome("package-authselect", {}).result), "fail");
  EXPECT_EQ(ResultName(Outcome("rpm-files", {}).result), "manual");
  // bind is installed: its units decide, the one in a changed root too.
  std::string unit = "[Install]\nWantedBy=multi-user.target\n";
  for (const std::string name : {"named.service", "named-chroot.service"}) {
    Files files = {{"usr/lib/systemd/system/" + name, unit}};
    EXPECT_EQ(ResultName(Outcome("service-bind", files).result), "pass") << name;
    files.emplace_back("etc/systemd/system/multi-user.target.wants/" + name,
                       "->/usr/lib/systemd/system/" + name);
    EXPECT_EQ(ResultName(Outcome("service-bind", files).result), "fail") << name;
  }
}

const Files kFirewalld = {{"usr/lib/systemd/system/firewalld.service", "[Unit]\n"},
                          {"etc/systemd/system/multi-user.target.wants/firewalld.service",
                           "->/usr/lib/systemd/system/firewalld.service"}};

TEST(RhelRules, FirewalldIsJudgedWhereItIsInUse) {
  Files good = kFirewalld;
  good.emplace_back("etc/firewalld/firewalld.conf", "# the default\nDefaultZone=public\n");
  Hold({{"firewalld-default-zone",
         good,
         {{{"etc/firewalld/firewalld.conf", "DefaultZone=\n"}},
          {{"etc/firewalld/firewalld.conf", "DefaultZone=trusted\n"}},
          {{"etc/firewalld/firewalld.conf", "absent"}}}},
        {"firewall-one-front-end",
         kFirewalld,
         {{{"usr/lib/systemd/system/firewalld.service", "absent"}}}}});
  Files ports = kFirewalld;
  ports.emplace_back("etc/firewalld/zones/public.xml",
                     "<zone>\n<service name=\"ssh\"/>\n</zone>\n");
  for (const char* rule : {"firewalld-ports", "firewalld-ports-server"})
    EXPECT_EQ(ResultName(Outcome(rule, ports).result), "manual") << rule;
  for (const char* rule : {"nftables-established", "nftables-established-server"})
    EXPECT_EQ(ResultName(Outcome(rule, kFirewalld).result), "notapplicable") << rule;
}

TEST(RhelRules, NftablesIsJudgedByRhelsFile) {
  Files in_use = {{"usr/lib/systemd/system/nftables.service", "[Unit]\n"},
                  {"etc/systemd/system/multi-user.target.wants/nftables.service",
                   "->/usr/lib/systemd/system/nftables.service"}};
  Files good = in_use;
  good.emplace_back("etc/sysconfig/nftables.conf",
                    "table inet filter {\n"
                    " chain input { type filter hook input priority 0; policy drop; }\n"
                    " chain forward { type filter hook forward priority 0; policy drop; }\n"
                    " chain output { type filter hook output priority 0; policy drop; }\n}\n");
  Hold({{"nftables-base-chains",
         good,
         {{{"etc/sysconfig/nftables.conf", "table inet filter {}\n"}}}}});
  EXPECT_EQ(ResultName(Outcome("nftables-established", good).result), "manual");
  EXPECT_EQ(ResultName(Outcome("firewalld-default-zone", good).result), "notapplicable");
}

TEST(RhelRules, SshdOfAmazonLinuxForwardsNothing) {
  Hold({{"sshd-x11-forwarding",
         {{"etc/ssh/sshd_config", "X11Forwarding no\n"}},
         {{{"etc/ssh/sshd_config", "X11Forwarding yes\n"}}}},
        {"sshd-tcp-forwarding",
         {{"etc/ssh/sshd_config", "AllowTcpForwarding no\n"}},
         {{{"etc/ssh/sshd_config", "# AllowTcpForwarding no\n"}}}},
        // RHEL's policy comes to sshd by Include, through a link.
        {"sshd-ciphers",
         {{"etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\n"},
          {"etc/ssh/sshd_config.d/50-redhat.conf",
           "Include /etc/crypto-policies/back-ends/opensshserver.config\n"},
          {"usr/share/crypto-policies/DEFAULT/opensshserver.txt", "Ciphers aes256-ctr\n"},
          {kServer, "->/usr/share/crypto-policies/DEFAULT/opensshserver.txt"}},
         {{{"usr/share/crypto-policies/DEFAULT/opensshserver.txt",
            "Ciphers chacha20-poly1305@openssh.com\n"}}}}});
}

TEST(RhelRules, AuthselectsProfileHasTheModules) {
  std::string stack =
      "auth required pam_faillock.so preauth silent\nauth sufficient pam_unix.so\n"
      "auth required pam_faillock.so authfail\naccount required pam_faillock.so\n"
      "account required pam_unix.so\npassword requisite pam_pwquality.so local_users_only\n"
      "password requisite pam_pwhistory.so use_authtok\npassword sufficient pam_unix.so\n";
  std::string weak = stack.substr(0, stack.find("password requisite pam_pwhistory"));
  std::string unlocked = "auth sufficient pam_unix.so\naccount required pam_unix.so\n";
  Files good = {{"etc/authselect/authselect.conf", "custom/site\nwith-faillock\n"},
                {"etc/authselect/system-auth", stack},
                {"etc/authselect/password-auth", stack},
                {"etc/pam.d/system-auth", "->/etc/authselect/system-auth"},
                {"etc/pam.d/password-auth", "->/etc/authselect/password-auth"},
                {"etc/security/pwhistory.conf", "remember = 5\n"}};
  Hold({{"authselect-modules",
         good,
         {{{"etc/authselect/system-auth", weak}},
          {{"etc/authselect/password-auth", weak}},
          {{"etc/authselect/authselect.conf", "absent"}}}},
        {"authselect-faillock",
         good,
         {{{"etc/authselect/authselect.conf", "sssd\n"}},
          {{"etc/authselect/password-auth", unlocked}}}},
        {"pwhistory-five",
         good,
         {{{"etc/security/pwhistory.conf", "remember = 4\n"}},
          {{"etc/authselect/password-auth", weak}}}}});
  EXPECT_EQ(ResultName(Outcome("authselect-custom", good).result), "manual");
}

TEST(RhelRules, JournaldForwardsOnlyWhereItIsTold) {
  std::string drop_in = "etc/systemd/journald.conf.d/10.conf", rsyslog = "var/lib/dpkg/status";
  std::string installed = "Package: rsyslog\nStatus: install ok installed\nVersion: 1\n\n";
  Hold({{"journald-no-forward-rhel",
         {{"etc/systemd/journald.conf", "[Journal]\n#ForwardToSyslog=no\n"}},
         {{{drop_in, "[Journal]\nForwardToSyslog=yes\n"}}}},
        {"journald-forward-rhel",
         {{rsyslog, installed}, {drop_in, "[Journal]\nForwardToSyslog=yes\n"}},
         {{{drop_in, "[Journal]\n"}}}}});
  EXPECT_EQ(ResultName(Outcome("journald-no-forward-al", {}).result), "manual");
  EXPECT_EQ(ResultName(Outcome("unit-journal-upload-al", {}).result), "manual");
  EXPECT_EQ(ResultName(Outcome("unit-rsyslog-al", {{rsyslog, installed}}).result), "manual");
}

TEST(RhelRules, FilesHaveTheModesOfRhel) {
  auto mode = [](const std::string& rule, const std::string& path, unsigned bits) {
    TempRoot root{{"boot/grub2/user.cfg", "GRUB2_PASSWORD=grub.pbkdf2.sha512.x\n"},
                  {"etc/passwd", "root:x:0:0::/root:/bin/sh\n"},
                  {"etc/group", "root:x:0:\n"}};
    root.Chmod("boot/grub2/user.cfg", 0600);
    root.Chmod(path, bits);
    Host host = root.OpenHost();
    for (const char* profile : {"cis-rhel9-l2-server", "cis-al2023-l2-server"})
      for (const Rule& one : PolicyOf(profile).rules())
        if (one.id() == rule)
          return std::string(ResultName(JudgeRule(PolicyOf(profile), one, host).result));
    return std::string("no rule");
  };
  if (getuid() != 0) GTEST_SKIP() << "files of root are made by root";
  EXPECT_EQ(mode("inode-grub-cfg", "boot/grub2/user.cfg", 0600), "pass");
  EXPECT_EQ(mode("inode-grub-cfg", "boot/grub2/user.cfg", 0644), "fail");
  EXPECT_EQ(mode("inode-passwd-first", "etc/passwd", 0644), "pass");
  EXPECT_EQ(mode("inode-passwd-first", "etc/passwd", 0664), "fail");
}

// Only the running machine has processes.
TEST(RhelRules, UnconfinedServicesAreNotLookedForInAnImage) {
  EXPECT_NE(ResultName(Outcome("selinux-no-unconfined", {}).result), "pass");
}

}  // namespace

}  // namespace assay
