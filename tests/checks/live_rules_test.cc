// SPDX-License-Identifier: Apache-2.0
// Shipped rules that only a running machine decides, passing and failing: the kernel speaks below
// the fixture's /sys, and systemd's answer is put into the host's memory.
#include <gtest/gtest.h>

#include "tests/checks/shipped_rules.h"

namespace assay {

namespace {

using States = std::map<std::string, std::string, std::less<>>;

RuleOutcome JudgeLive(const std::string& id, const TempRoot& root, const States& states = {}) {
  static const Policy policy = ShippedPolicy("cis-debian12-l2-server");
  Expected<Host> host = Host::Open(root.path(), true);
  EXPECT_TRUE(host);
  (void)host->Once<Expected<States>>("unit states", [&](Host&) { return states; });
  for (const Rule& rule : policy.rules())
    if (rule.id() == id) return JudgeRule(policy, rule, *host);
  ADD_FAILURE() << "no rule " << id;
  return {};
}

void Expect(const RuleOutcome& outcome, Result result) {
  EXPECT_EQ(ResultName(outcome.result), ResultName(result)) << outcome.rule << outcome.reason;
}

TEST(LiveRules, JournaldRuns) {
  TempRoot root{{"usr/lib/systemd/system/systemd-journald.service", "[Service]\nExecStart=/x\n"}};
  Expect(JudgeLive("unit-journald", root, {{"systemd-journald.service", "active"}}), Result::kPass);
  Expect(JudgeLive("unit-journald", root, {{"systemd-journald.service", "failed"}}), Result::kFail);
  Expect(JudgeLive("unit-journald", root), Result::kFail);
}

TEST(LiveRules, AServiceThatIsBeingRestartedIsNeitherInUseNorNot) {
  TempRoot root{{"usr/lib/systemd/system/systemd-journald.service", "[Service]\nExecStart=/x\n"}};
  for (const char* state : {"activating", "deactivating"})
    Expect(JudgeLive("unit-journald", root, {{"systemd-journald.service", state}}),
           Result::kNotChecked);
}

TEST(LiveRules, AServiceThatRunsWithoutBeingEnabledIsInUse) {
  TempRoot root{
      {"usr/lib/systemd/system/autofs.service", "[Service]\nExecStart=/x\n"},
      {"etc/machine-id", "0123456789abcdef0123456789abcdef\n"},
      {"var/lib/dpkg/status", "Package: autofs\nStatus: install ok installed\nVersion: 1\n"}};
  Expect(JudgeLive("service-autofs", root), Result::kPass);
  Expect(JudgeLive("service-autofs", root, {{"autofs.service", "active"}}), Result::kFail);
}

TEST(LiveRules, ApparmorIsAskedOfTheKernel) {
  TempRoot root{{"sys/module/apparmor/parameters/enabled", "Y\n"},
                {"sys/kernel/security/apparmor/profiles", "/usr/bin/man (enforce)\n"},
                {"etc/apparmor.d/usr.bin.man", "/usr/bin/man {\n}\n"}};
  root.MakeDirectory("proc");
  for (const char* rule : {"apparmor-loaded", "apparmor-enforcing"})
    Expect(JudgeLive(rule, root), Result::kPass);
  root.Write("sys/kernel/security/apparmor/profiles", "/usr/bin/man (complain)\n");
  Expect(JudgeLive("apparmor-loaded", root), Result::kPass);
  Expect(JudgeLive("apparmor-enforcing", root), Result::kFail);
  root.Write("sys/kernel/security/apparmor/profiles", "");
  Expect(JudgeLive("apparmor-loaded", root), Result::kFail);
}

TEST(LiveRules, AWirelessInterfaceNeedsADriver) {
  TempRoot root{{"sys/class/net/eth0/address", "00:11\n"},
                {"usr/lib/modules/6.1/modules.dep", "kernel/drivers/net/wireless/iwlwifi.ko:\n"}};
  Expect(JudgeLive("wireless", root), Result::kPass);
  root.MakeDirectory("sys/class/net/wlan0/wireless");
  root.Symlink("sys/class/net/wlan0/device/driver/module", "../../../../module/iwlwifi");
  Expect(JudgeLive("wireless", root), Result::kFail);
}

}  // namespace

}  // namespace assay
