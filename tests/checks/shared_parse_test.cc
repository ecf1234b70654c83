// SPDX-License-Identifier: Apache-2.0
// Rules share one reading of sysctl.d and fstab; the next run reads again.
#include <gtest/gtest.h>

#include "checks/predicates/predicate.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

Sysctl Wanted(const std::string& name, const std::string& value) {
  Sysctl sysctl;
  sysctl.set_name(name);
  sysctl.add_values(value);
  return sysctl;
}

Mount Wanted(const std::string& point, std::initializer_list<const char*> options) {
  Mount mount;
  mount.set_point(point);
  for (const char* option : options) mount.add_options(option);
  return mount;
}

TEST(SharedParse, SysctlsAreReadOnceAndEveryRuleNamesTheFiles) {
  TempRoot root{{"etc/sysctl.d/a.conf", "kernel.x=1\nkernel.y=1\n"}};
  Host host = root.OpenHost();
  EXPECT_EQ(JudgeSysctl(Wanted("kernel/x", "1"), host).result, Result::kPass);
  std::set<Input> first = host.TakeInputs();
  root.Write("etc/sysctl.d/a.conf", "kernel.y=2\n");
  EXPECT_EQ(JudgeSysctl(Wanted("kernel/y", "1"), host).result, Result::kPass);
  EXPECT_EQ(host.TakeInputs(), first);
  EXPECT_TRUE(first.contains({Input::Kind::kFile, "/etc/sysctl.d/a.conf"}));
  EXPECT_TRUE(first.contains({Input::Kind::kDirectory, "/etc/sysctl.d"}));
}

TEST(SharedParse, FstabIsReadOnceAndEveryRuleNamesIt) {
  TempRoot root{{"etc/fstab", "t /tmp tmpfs nodev 0 0\nt /var tmpfs nodev 0 0\n"}};
  Host host = root.OpenHost();
  EXPECT_EQ(JudgeMount(Wanted("/tmp", {}), host).result, Result::kPass);
  (void)host.TakeInputs();
  root.Write("etc/fstab", "");
  EXPECT_EQ(JudgeMount(Wanted("/tmp", {"nodev"}), host).result, Result::kPass);
  EXPECT_EQ(JudgeMount(Wanted("/var", {"nodev"}), host).result, Result::kPass);
  EXPECT_TRUE(host.TakeInputs().contains({Input::Kind::kFile, "/etc/fstab"}));
}

TEST(SharedParse, TheNextRunReadsAgain) {
  TempRoot root{{"etc/sysctl.d/a.conf", "kernel.x=1\n"}};
  Host host = root.OpenHost();
  Policy policy;
  *policy.add_rules()->mutable_expect()->mutable_sysctl() = Wanted("kernel/x", "1");
  EXPECT_EQ(Check(policy, host, "2026-11-23").outcomes[0].result, Result::kPass);
  root.Write("etc/sysctl.d/a.conf", "kernel.x=2\n");
  EXPECT_EQ(JudgeRule(policy, policy.rules(0), host).result, Result::kFail)
      << "a run leaves nothing behind";
  root.Write("etc/sysctl.d/a.conf", "kernel.x=1\n");
  EXPECT_EQ(Check(policy, host, "2026-11-23").outcomes[0].result, Result::kPass);
}

}  // namespace

}  // namespace assay
