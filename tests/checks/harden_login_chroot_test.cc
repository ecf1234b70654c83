// SPDX-License-Identifier: Apache-2.0
// Real logins on a hardened root: the right password opens, a wrong one does not, five lock. Needs
// a Debian 12 root with pamtester, libpam-pwquality, cracklib-runtime and sudo, such as
//   debootstrap --include=libpam-pwquality,cracklib-runtime,pamtester,sudo bookworm DIRECTORY
// in ASSAY_DEBIAN_ROOT; it is copied and not changed.
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>

#include "checks/harden/harden.h"
#include "checks/rules/rule_loader.h"
#include "tests/support/process.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

using testing::HasSubstr;

constexpr char kRight[] = "Right-horse-7-battery";
constexpr char kNew[] = "Quite-another-9-planet";
constexpr char kService[] =
    "@include common-auth\n@include common-account\n@include common-password\n"
    "session required pam_permit.so\n";

class HardenedRoot : public testing::Test {
 protected:
  void SetUp() override {
    const char* from = getenv("ASSAY_DEBIAN_ROOT");
    if (getuid() != 0 || !from) GTEST_SKIP() << "needs root and ASSAY_DEBIAN_ROOT";
    ASSERT_EQ(RunProgram({"/bin/cp", "-a", std::string(from) + "/.", root_.path()}).exit, 0);
    In("useradd -m -s /bin/bash ann");
    In("echo ann:" + std::string(kRight) + " | chpasswd");
    root_.Write("etc/pam.d/probe", kService);
    Harden();
  }

  void Harden() {
    Expected<Policy> policy = LoadPolicy(
        {ASSAY_SOURCE_DIR "/checks/benchmarks/cis-debian12", "cis-debian12-l2-server", "", ""});
    ASSERT_TRUE(policy);
    Host host = root_.OpenHost();
    Expected<HardenReport> report = assay::Harden(*policy, host, "2026-11-23", false);
    ASSERT_TRUE(report) << report.error().ToString();
    for (const Hardened& one : report->rules) {
      if (!one.rule.starts_with("pam-") && !one.rule.starts_with("su-")) continue;
      EXPECT_EQ(one.outcome, Hardened::Outcome::kFixed) << one.rule << ": " << one.reason;
    }
  }

  Ran In(const std::string& script) {
    return RunProgram({"/usr/sbin/chroot", root_.path(), "/bin/sh", "-c", script});
  }
  bool LogsIn(const std::string& password) {
    return In("echo '" + password + "' | pamtester probe ann authenticate acct_mgmt").exit == 0;
  }
  bool Changes(const std::string& password) {
    return In("printf '%s\\n%s\\n' '" + password + "' '" + password +
              "' | pamtester probe ann chauthtok")
               .exit == 0;
  }

  TempRoot root_;
};

TEST_F(HardenedRoot, TheRightPasswordOpensAndFiveWrongOnesLock) {
  EXPECT_TRUE(LogsIn(kRight));
  EXPECT_FALSE(LogsIn("wrong"));
  EXPECT_TRUE(LogsIn(kRight)) << "and this resets the count";
  for (int i = 0; i < 5; i++) EXPECT_FALSE(LogsIn("wrong"));
  EXPECT_FALSE(LogsIn(kRight)) << "locked";
  In("faillock --user ann --reset");
  EXPECT_TRUE(LogsIn(kRight));
  EXPECT_EQ(In("su ann -c true").exit, 0) << "root needs no password";
}

TEST_F(HardenedRoot, AWeakOrAnOldPasswordIsRefusedAndAStrongOneIsTaken) {
  EXPECT_FALSE(Changes("short"));
  EXPECT_TRUE(Changes(kNew));
  EXPECT_TRUE(LogsIn(kNew));
  EXPECT_FALSE(LogsIn(kRight));
  EXPECT_FALSE(Changes(kNew)) << "used before";
}

TEST_F(HardenedRoot, SudoReadsItsSettings) {
  EXPECT_THAT(In("visudo -c").out, HasSubstr("/etc/sudoers.d/zz-assay: parsed OK"));
}

}  // namespace

}  // namespace assay
