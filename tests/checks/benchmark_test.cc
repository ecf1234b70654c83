// SPDX-License-Identifier: Apache-2.0
// The shipped rules: each passes on one root and fails on another.
#include <gtest/gtest.h>
#include <unistd.h>

#include <set>

#include "checks/rules/engine.h"
#include "checks/rules/rule_loader.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

constexpr char kDirectory[] = ASSAY_SOURCE_DIR "/checks/benchmarks/cis-debian12";

Policy Shipped() {
  Expected<Policy> policy = LoadPolicy({kDirectory, "cis-debian12-l2-server", "", ""});
  EXPECT_TRUE(policy) << policy.error().ToString();
  return policy ? *policy : Policy();
}

// The ids of the files are those of whoever runs the test, under the names that the rules want.
std::string Ids(const std::string& name, unsigned id) {
  return name + ":x:" + std::to_string(id) + ":" + std::to_string(id) + "::/:\n";
}

std::set<std::string> With(Result result, const TempRoot& root) {
  Host host = root.OpenHost();
  CheckReport report = Check(Shipped(), host, "2026-11-23");
  std::set<std::string> rules;
  for (const RuleOutcome& outcome : report.outcomes)
    if (outcome.result == result) rules.insert(outcome.rule);
  return rules;
}

std::set<std::string> AllRules() {
  Policy policy = Shipped();
  std::set<std::string> rules;
  for (const Rule& rule : policy.rules()) rules.insert(rule.id());
  return rules;
}

constexpr char kModules[] = "kernel/fs/cramfs.ko:\nkernel/fs/hfs.ko:\nkernel/net/dccp.ko:\n";

TEST(Benchmark, HasRulesWithWhatAReaderNeeds) {
  Policy policy = Shipped();
  EXPECT_GE(policy.rules_size(), 15);
  for (const Rule& rule : policy.rules()) {
    EXPECT_FALSE(rule.fix().empty()) << rule.id();
    EXPECT_GE(rule.ids_size(), 1) << rule.id();
  }
  Expected<std::vector<ProfileName>> profiles = ListProfiles(kDirectory);
  ASSERT_TRUE(profiles);
  EXPECT_GE(profiles->size(), 8u);
}

TEST(Benchmark, EveryRulePassesOnAHardenedRoot) {
  TempRoot root{
      {"etc/passwd", Ids("root", getuid())},
      {"etc/group", "root:x:" + std::to_string(getgid()) + ":\nshadow:x:42:\n"},
      {"etc/shadow", ""},
      {"etc/shadow-", ""},
      {"etc/gshadow", ""},
      {"etc/fstab", "t /tmp tmpfs nodev 0 0\nt /dev/shm tmpfs nodev,nosuid,noexec 0 0\n"},
      {"etc/login.defs", "ENCRYPT_METHOD YESCRYPT\n"},
      {"etc/security/pwquality.conf.d/a.conf", "minlen = 14\n"},
      {"usr/lib/modules/6.1/modules.dep", kModules},
      {"etc/modprobe.d/a.conf",
       "install cramfs /bin/false\nblacklist cramfs\ninstall hfs /bin/false\nblacklist hfs\n"
       "install dccp /bin/false\nblacklist dccp\n"},
      {"etc/sysctl.d/a.conf",
       "kernel.randomize_va_space=2\nkernel.yama.ptrace_scope=1\nnet.ipv4.ip_forward=0\n"
       "net.ipv6.conf.all.forwarding=0\nnet.ipv4.conf.all.send_redirects=0\n"
       "net.ipv4.conf.default.send_redirects=0\nnet.ipv4.tcp_syncookies=1\n"}};
  for (const char* file : {"etc/shadow", "etc/shadow-", "etc/gshadow"}) root.Chmod(file, 0640);
  EXPECT_EQ(With(Result::kPass, root), AllRules());
}

TEST(Benchmark, EveryRuleFailsOnASlackRoot) {
  TempRoot root{{"etc/passwd", Ids("root", getuid())},
                {"etc/group", "root:x:4711:\nshadow:x:42:\n"},
                {"etc/shadow", ""},
                {"etc/shadow-", ""},
                {"etc/gshadow", ""},
                {"etc/fstab", "t /dev/shm tmpfs rw 0 0\n"},
                {"etc/login.defs", "ENCRYPT_METHOD MD5\n"},
                {"etc/security/pwquality.conf", "minlen = 8\n"},
                {"etc/security/pwquality.conf.d/a.conf", "minlen = 14\n"},
                {"usr/lib/modules/6.1/modules.dep", kModules}};
  for (const char* file : {"etc/passwd", "etc/group"}) root.Chmod(file, 0666);
  EXPECT_EQ(With(Result::kFail, root), AllRules());
}

}  // namespace

}  // namespace assay
