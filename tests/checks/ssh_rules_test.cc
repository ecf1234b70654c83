// SPDX-License-Identifier: Apache-2.0
// The shipped rules of chapter 5.1 that are more than one predicate.
#include <gtest/gtest.h>

#include "checks/rules/engine.h"
#include "checks/rules/rule_loader.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

Result Judge(const TempRoot& root, std::string_view id) {
  Expected<Policy> policy = LoadPolicy(
      {ASSAY_SOURCE_DIR "/checks/benchmarks/cis-debian12", "cis-debian12-l2-server", "", ""});
  if (!policy) return Result::kError;
  Host host = root.OpenHost();
  for (const Rule& rule : policy->rules())
    if (rule.id() == id) return JudgeRule(*policy, rule, host).result;
  return Result::kError;
}

std::string Installed(const std::string& version) {
  return "Package: openssh-server\nStatus: install ok installed\nVersion: " + version + "\n\n";
}

TEST(SshRules, WithoutSshdNothingOfItIsJudged) {
  TempRoot root{{"etc/issue.net", "Authorised use only\n"}};
  root.Write("var/lib/dpkg/status", "");
  EXPECT_EQ(Judge(root, "sshd-ciphers"), Result::kNotApplicable);
  EXPECT_EQ(Judge(root, "sshd-banner"), Result::kNotApplicable);
  root.Write("usr/sbin/sshd", "");
  root.Write("etc/ssh/sshd_config", "Banner /etc/issue.net\n");
  EXPECT_EQ(Judge(root, "sshd-banner"), Result::kPass);
  // The file that Banner names is the one that is shown, whatever /etc/issue.net says.
  root.Write("etc/ssh/sshd_config", "Banner /etc/Hello\n");
  root.Write("etc/Hello", "Welcome\nto Debian \\v\n");
  EXPECT_EQ(Judge(root, "sshd-banner"), Result::kFail);
  root.Write("etc/Hello", "Welcome\n");
  EXPECT_EQ(Judge(root, "sshd-banner"), Result::kPass);
}

TEST(SshRules, ChachaIsWeakOnlyWithoutStrictKeyExchange) {
  TempRoot root{{"usr/sbin/sshd", ""}, {"etc/ssh/sshd_config", ""}};
  root.Write("var/lib/dpkg/status", Installed("1:9.2p1-2+deb12u1"));
  EXPECT_EQ(Judge(root, "sshd-ciphers"), Result::kFail);
  root.Write("var/lib/dpkg/status", Installed("1:9.2p1-2+deb12u2"));
  EXPECT_EQ(Judge(root, "sshd-ciphers"), Result::kPass);
  root.Write("etc/ssh/sshd_config", "Ciphers +aes128-cbc\n");
  EXPECT_EQ(Judge(root, "sshd-ciphers"), Result::kFail);
}

TEST(SshRules, EveryMaxStartupsMustDoForVersionsDifferInWhichOneCounts) {
  TempRoot root{{"usr/sbin/sshd", ""}};
  root.Write("etc/ssh/sshd_config", "MaxStartups 10:30:60\nMaxStartups 100:30:600\n");
  EXPECT_EQ(Judge(root, "sshd-max-startups"), Result::kFail) << "sshd -T of 9.2 says 100:30:600";
  root.Write("etc/ssh/sshd_config", "MaxStartups 100:30:600\nMaxStartups 10:30:60\n");
  EXPECT_EQ(Judge(root, "sshd-max-startups"), Result::kFail) << "later ones take the first";
  root.Write("etc/ssh/sshd_config", "MaxStartups 10:30:60\nMaxStartups 5:30:60\n");
  EXPECT_EQ(Judge(root, "sshd-max-startups"), Result::kPass);
}

TEST(SshRules, WithoutChachaTheVersionDoesNotMatter) {
  TempRoot root{{"usr/sbin/sshd", ""}, {"etc/ssh/sshd_config", "Ciphers aes256-gcm@openssh.com\n"}};
  root.Write("var/lib/dpkg/status", Installed("1:9.2p1-2"));
  EXPECT_EQ(Judge(root, "sshd-ciphers"), Result::kPass);
}

}  // namespace

}  // namespace assay
