// SPDX-License-Identifier: Apache-2.0
// `assay harden` of PAM, su, sudo and accounts: it passes then, and the real pam-auth-update
// agrees.
#include <gmock/gmock.h>
#include <unistd.h>

#include "checks/harden/harden.h"
#include "checks/harden/pam_profiles.h"
#include "tests/checks/debian_pam_root.h"
#include "tests/support/process.h"

namespace assay {

namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr char kToday[] = "2026-11-23";
constexpr char kFaillockConf[] = "/etc/security/faillock.conf";
constexpr char kQualityConf[] = "/etc/security/pwquality.conf";

Pam Module(std::vector<std::string> types, const std::string& module) {
  Pam pam;
  for (const std::string& type : types) pam.add_types(type);
  pam.set_module(module);
  return pam;
}

Pam Placed(Pam pam, const std::string& before, const std::string& after, const std::string& role) {
  pam.set_before(before);
  pam.set_after(after);
  pam.set_role(role);
  return pam;
}

Pam Arg(Pam pam, const std::string& arg) {
  pam.add_args(arg);
  return pam;
}

Pam Without(Pam pam, const std::string& arg) {
  pam.add_without(arg);
  return pam;
}

Pam IsSet(Pam pam, const std::string& option, const std::string& conf = "") {
  pam.set_option(option);
  pam.set_conf(conf);
  pam.set_set(true);
  return pam;
}

Pam Bound(Pam pam, const std::string& option, const std::string& conf, const std::string& kind,
          std::vector<std::string> values) {
  pam.set_option(option);
  pam.set_conf(conf);
  pam.set_builtin("0");
  pam.mutable_demand()->set_kind(kind);
  for (const std::string& value : values) pam.mutable_demand()->add_values(value);
  return pam;
}

Pam EmptyGroup(const std::string& service) {
  Pam pam = Arg(Module({"auth"}, "pam_wheel.so"), "use_uid");
  pam.set_service(service);
  pam.set_option("group");
  pam.set_empty_group(true);
  pam.set_role("gate");
  return pam;
}

// What chapter 5.3 of the benchmark asks, and su of 5.2.
std::vector<Pam> Wanted() {
  const char *local = "pam_unix.so", *locks = "pam_faillock.so", *quality = "pam_pwquality.so";
  Pam history = Module({"password"}, "pam_pwhistory.so");
  return {
      Placed(Arg(Module({"auth"}, locks), "preauth"), local, "", "gate"),
      Placed(Arg(Module({"auth"}, locks), "authfail"), "", local, "sees-failures"),
      Module({"account"}, locks),
      Placed(Module({"password"}, quality), local, "", "gate"),
      Placed(history, local, "", "gate"),
      Bound(Module({"auth"}, locks), "deny", kFaillockConf, "within", {"1", "5"}),
      IsSet(Module({"auth"}, locks), "even_deny_root", kFaillockConf),
      Bound(Module({"password"}, quality), "minlen", kQualityConf, "at-least", {"14"}),
      IsSet(Module({"password"}, quality), "enforce_for_root", kQualityConf),
      Bound(history, "remember", "", "at-least", {"24"}),
      IsSet(history, "enforce_for_root"),
      IsSet(history, "use_authtok"),
      Without(Module({"auth", "account", "password", "session"}, local), "nullok"),
      Without(Module({"auth", "account", "password", "session"}, local), "remember"),
      IsSet(Module({"password"}, local), "sha512"),
      IsSet(Module({"password"}, local), "use_authtok"),
      EmptyGroup("su"),
      EmptyGroup("su-l"),
  };
}

Policy PolicyOf(const std::vector<Pam>& wanted) {
  Policy policy;
  for (size_t i = 0; i < wanted.size(); i++) {
    Rule& rule = *policy.add_rules();
    rule.set_id("rule-" + std::to_string(i) + "-" + wanted[i].module() + wanted[i].option());
    *rule.mutable_expect()->mutable_pam() = wanted[i];
  }
  return policy;
}

HardenReport HardenRoot(const Policy& policy, const TempRoot& root, bool dry_run = false) {
  Host host = root.OpenHost();
  Expected<HardenReport> report = Harden(policy, host, kToday, dry_run);
  EXPECT_TRUE(report) << report.error().ToString();
  return report ? std::move(*report) : HardenReport{{}, Plan(host)};
}

void ExpectAllFixed(const HardenReport& report) {
  EXPECT_GT(report.failed, 0u);
  for (const Hardened& one : report.rules)
    EXPECT_EQ(one.outcome, Hardened::Outcome::kFixed) << one.rule << ": " << one.reason;
}

std::vector<PamProfile> Profiles(const std::vector<std::string>& ids) {
  std::vector<PamProfile> profiles;
  for (const std::string& id : ids)
    profiles.push_back(*ParsePamProfile(id, PamSample("pam-configs/" + id)));
  SortPamProfiles(profiles);
  return profiles;
}

TEST(PamProfiles, MakeTheStacksThatPamAuthUpdateMade) {
  std::vector<PamProfile> enabled = Profiles({"unix", "systemd", "capability"});
  for (const std::string stack : kPamStacks) {
    EXPECT_EQ(PamStackText(stack, PamSample("pam/common-" + stack), enabled),
              PamSample("pam.d/common-" + stack));
    EXPECT_EQ(PamStateText(stack, enabled), PamSample("var/" + stack));
  }
}

TEST(PamProfiles, AreTheSameAfterWritingAndReading) {
  for (const PamProfile& profile : Profiles({"unix", "mkhomedir", "pwquality", "capability"})) {
    std::optional<PamProfile> again = ParsePamProfile(profile.id, PamProfileText(profile));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->fields, profile.fields);
    EXPECT_EQ(again->conflicts, profile.conflicts);
    EXPECT_EQ(again->priority, profile.priority);
  }
}

TEST(PamProfiles, RefuseATemplateWithoutItsMarks) {
  EXPECT_FALSE(PamStackText("auth", "auth required pam_deny.so\n", Profiles({"unix"})));
  PamProfile broken = *ParsePamProfile("x", "Auth-Type: Primary\nAuth:\n\tlonely\n");
  EXPECT_FALSE(PamStackText("auth", PamSample("pam/common-auth"), {broken}));
}

TEST(HardenPam, AStockDebianPassesAfterwards) {
  TempRoot root;
  WriteDebianPam(root);
  ExpectAllFixed(HardenRoot(PolicyOf(Wanted()), root));
  EXPECT_THAT(root.ReadBack("etc/pam.d/common-auth"), Not(HasSubstr("nullok")));
  EXPECT_THAT(root.ReadBack("etc/pam.d/su"),
              HasSubstr("auth       required   pam_wheel.so use_uid"));
  EXPECT_THAT(root.ReadBack("etc/group"), HasSubstr("\nsugroup:x:998:\n"));
  EXPECT_THAT(root.ReadBack("etc/gshadow"), HasSubstr("\nsugroup:!::\n"));
  EXPECT_EQ(root.ReadBack(kFaillockConf), "# deny = 3\ndeny = 5\neven_deny_root\n");
  EXPECT_EQ(root.ReadBack("usr/share/pam-configs/unix"), PamSample("pam-configs/unix"));
}

TEST(HardenPam, ASecondRunChangesNothing) {
  TempRoot root;
  WriteDebianPam(root);
  HardenRoot(PolicyOf(Wanted()), root);
  auto files = FilesOf(root);
  HardenReport again = HardenRoot(PolicyOf(Wanted()), root);
  EXPECT_EQ(again.failed, 0u);
  EXPECT_EQ(FilesOf(root), files);
}

TEST(HardenPam, ADryRunWritesNothing) {
  TempRoot root;
  WriteDebianPam(root);
  auto files = FilesOf(root);
  HardenReport report = HardenRoot(PolicyOf(Wanted()), root, true);
  EXPECT_GT(report.count(Hardened::Outcome::kPlanned), 10u);
  EXPECT_EQ(FilesOf(root), files);
}

TEST(HardenPam, AStackThatSomebodyChangedIsLetBe) {
  for (const std::string stack : kPamStacks) {
    TempRoot root;
    WriteDebianPam(root);
    root.Append("etc/pam.d/common-" + stack, "# ours\n");
    auto files = FilesOf(root);
    HardenReport report =
        HardenRoot(PolicyOf({Without(Module({"auth"}, "pam_unix.so"), "nullok")}), root);
    ASSERT_THAT(report.rules, SizeIs(1));
    EXPECT_EQ(report.rules[0].outcome, Hardened::Outcome::kByHand);
    EXPECT_THAT(report.rules[0].reason, HasSubstr("somebody changed it"));
    EXPECT_EQ(FilesOf(root), files);
  }
}

TEST(HardenPam, RedHatsStacksAreAuthselects) {
  TempRoot root{{"etc/pam.d/system-auth", "auth required pam_unix.so nullok\n"}};
  HardenReport report =
      HardenRoot(PolicyOf({Without(Module({"auth"}, "pam_unix.so"), "nullok")}), root);
  ASSERT_THAT(report.rules, SizeIs(1));
  EXPECT_THAT(report.rules[0].reason, HasSubstr("authselect"));
}

TEST(HardenPam, AModuleThatIsNotInstalledIsNotBroughtIn) {
  TempRoot root;
  WriteDebianPam(root);
  root.Remove("usr/lib/x86_64-linux-gnu/security/pam_pwquality.so");
  auto files = FilesOf(root);
  HardenReport report = HardenRoot(PolicyOf({Module({"password"}, "pam_pwquality.so")}), root);
  EXPECT_TRUE(report.plan.install().contains("libpam-pwquality"));
  EXPECT_EQ(FilesOf(root), files);
}

TEST(HardenPam, WithoutADictionaryNoPasswordIsTested) {
  TempRoot root;
  WriteDebianPam(root);
  root.Remove("var/cache/cracklib/cracklib_dict.pwd");
  auto files = FilesOf(root);
  HardenReport report = HardenRoot(PolicyOf({Module({"password"}, "pam_pwquality.so")}), root);
  ASSERT_THAT(report.rules, SizeIs(1));
  EXPECT_THAT(report.rules[0].reason, HasSubstr("cracklib-runtime"));
  EXPECT_EQ(FilesOf(root), files);
}

TEST(HardenPam, TheFirstModuleIsNotToldToTakeAPasswordFromOneBefore) {
  TempRoot root;
  WriteDebianPam(root);
  HardenReport report =
      HardenRoot(PolicyOf({IsSet(Module({"password"}, "pam_unix.so"), "use_authtok")}), root);
  ASSERT_THAT(report.rules, SizeIs(1));
  EXPECT_EQ(report.rules[0].outcome, Hardened::Outcome::kByHand);
  EXPECT_EQ(root.ReadBack("etc/pam.d/common-password"), PamSample("pam.d/common-password"));
}

TEST(HardenPam, AGroupWithMembersOrAnotherWheelIsLetBe) {
  for (bool members : {true, false}) {
    TempRoot root;
    WriteDebianPam(root);
    if (members) root.Append("etc/group", "sugroup:x:77:ann\n");
    if (!members) root.Append("etc/pam.d/su", "auth required pam_wheel.so group=ssl\n");
    auto files = FilesOf(root);
    HardenReport report = HardenRoot(PolicyOf({EmptyGroup("su")}), root);
    ASSERT_THAT(report.rules, SizeIs(1));
    EXPECT_EQ(report.rules[0].outcome, Hardened::Outcome::kByHand);
    EXPECT_EQ(FilesOf(root), files);
  }
}

// Its own answers to debconf, so that this machine's stay as they are.
Ran RunPamAuthUpdate(const TempRoot& root, const TempRoot& answers) {
  std::string at = answers.path();
  answers.Write("debconf.conf",
                "Config: c\nTemplates: t\n\nName: c\nDriver: File\nFilename: " + at +
                    "/c.dat\n\nName: t\nDriver: File\nFilename: " + at + "/t.dat\n");
  return RunProgram({"/usr/bin/env", "DEBIAN_FRONTEND=noninteractive",
                     "DEBCONF_SYSTEMRC=" + at + "/debconf.conf", "/usr/sbin/pam-auth-update",
                     "--package", "--root", root.path()});
}

TEST(HardenPam, TheRealPamAuthUpdateChangesNothingAfterwards) {
  if (getuid() != 0) GTEST_SKIP() << "debconf wants root";
  if (access("/usr/sbin/pam-auth-update", X_OK) != 0) GTEST_SKIP() << "no pam-auth-update here";
  TempRoot root, answers;
  WriteDebianPam(root);
  HardenRoot(PolicyOf(Wanted()), root);
  auto files = FilesOf(root);
  // pam_mkhomedir is off here: seen and not wanted.
  Ran ran = RunPamAuthUpdate(root, answers);
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.err, Not(HasSubstr("Local modifications")));
  EXPECT_EQ(FilesOf(root), files);
}

}  // namespace

}  // namespace assay
