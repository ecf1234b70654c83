// SPDX-License-Identifier: Apache-2.0
// Options of PAM modules: arguments, the module's own file, what is built in.
#include <gtest/gtest.h>

#include "checks/formats/pam_options.h"
#include "checks/predicates/forms.h"
#include "checks/predicates/predicate.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

Answer Judge(const std::string& yaml, const TempRoot& root) {
  Pam pam;
  CompilePam(Form("rule.yaml", ParseYaml("rule.yaml", yaml).value()), pam);
  Host host = root.OpenHost();
  return JudgePam(pam, host);
}

constexpr char kDeny[] =
    "{type: auth, module: pam_faillock.so, option: deny, conf: /etc/security/faillock.conf, "
    "default: 3, within: [1, 5]}";
constexpr char kMinlen[] =
    "{type: password, module: pam_pwquality.so, option: minlen, "
    "conf: /etc/security/pwquality.conf, default: 8, at-least: 14}";
constexpr char kRemember[] =
    "{type: password, module: pam_pwhistory.so, option: remember, "
    "conf: /etc/security/pwhistory.conf, default: 10, at-least: 24}";

struct Case {
  const char* why;
  std::string args, conf;
  Result result;
};

void ExpectFaillock(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    TempRoot root{{"etc/pam.d/common-auth", "auth required pam_faillock.so preauth " + one.args +
                                                "\nauth required pam_unix.so\n"},
                  {"etc/security/faillock.conf", one.conf},
                  {"etc/strict", "deny = 2\n"}};
    Answer answer = Judge(kDeny, root);
    EXPECT_EQ(answer.result, one.result) << one.why << ": " << answer.reason;
  }
}

TEST(PamOption, FaillockTakesArgumentThenItsFileThenWhatIsBuiltIn) {
  ExpectFaillock({{"built in is 3", "", "", Result::kPass},
                  {"the file", "", "deny = 9\n", Result::kFail},
                  {"the last line of the file", "", "deny=9\n  deny 5 # so\n", Result::kPass},
                  {"a comment is no setting", "", "# deny = 9\n", Result::kPass},
                  {"the argument wins over the file", "deny=9", "deny = 3\n", Result::kFail},
                  {"also where it is better", "deny=4", "deny = 9\n", Result::kPass},
                  {"0 never locks", "", "deny = 0\n", Result::kFail},
                  {"no number", "", "deny = some\n", Result::kFail},
                  {"conf= names another file", "conf=/etc/strict", "deny = 9\n", Result::kPass},
                  {"conf= of nothing breaks the module", "conf=/etc/none", "", Result::kError}});
}

TEST(PamOption, WithoutTheModuleAnOptionMeansNothing) {
  TempRoot root{{"etc/pam.d/common-auth", "auth required pam_unix.so\n"},
                {"etc/security/faillock.conf", "deny = 3\n"}};
  Answer answer = Judge(kDeny, root);
  EXPECT_EQ(answer.result, Result::kFail);
  EXPECT_NE(answer.reason.find("has no pam_faillock.so"), std::string::npos) << answer.reason;
}

TEST(PamOption, EveryEntryOfTheModuleMustComply) {
  TempRoot root{{"etc/pam.d/common-auth",
                 "auth required pam_faillock.so preauth deny=3\nauth required pam_unix.so\n"
                 "auth required pam_faillock.so authfail deny=50\n"}};
  EXPECT_EQ(Judge(kDeny, root).result, Result::kFail);
}

TEST(PamOption, PwqualityReadsItsDirectoryFirstSoThatTheFileWins) {
  TempRoot root{{"etc/pam.d/common-password", "password requisite pam_pwquality.so retry=3\n"},
                {"etc/security/pwquality.conf.d/50-a.conf", "minlen = 8\n"},
                {"etc/security/pwquality.conf.d/60-b.conf", "MinLen = 14\n"}};
  EXPECT_EQ(Judge(kMinlen, root).result, Result::kPass) << "the last file of the directory";
  root.Write("etc/security/pwquality.conf.d/70-c.conf.bak", "minlen = 8\n");
  EXPECT_EQ(Judge(kMinlen, root).result, Result::kPass);
  root.Write("etc/security/pwquality.conf", "minlen = 8\n");
  EXPECT_EQ(Judge(kMinlen, root).result, Result::kFail) << "settings.c: the file comes last";
  root.Write("etc/pam.d/common-password", "password requisite pam_pwquality.so minlen=15\n");
  EXPECT_EQ(Judge(kMinlen, root).result, Result::kPass) << "the argument wins over both";
}

TEST(PamOption, AMistakeInPwqualitysFilesIsNamedForTheRestIsNotRead) {
  TempRoot root{{"etc/pam.d/common-password", "password requisite pam_pwquality.so\n"},
                {"etc/security/pwquality.conf", "minlen = 14\nminlem = 15\n"}};
  Answer answer = Judge(kMinlen, root);
  EXPECT_EQ(answer.result, Result::kError);
  EXPECT_NE(answer.reason.find("pwquality.conf:2"), std::string::npos) << answer.reason;
  root.Write("etc/security/pwquality.conf", "minlen = fourteen\n");
  EXPECT_EQ(Judge(kMinlen, root).result, Result::kError);
}

TEST(PamOption, PwhistoryTakesTheFirstLineOfItsFile) {
  TempRoot root{{"etc/pam.d/common-password", "password requisite pam_pwhistory.so\n"},
                {"etc/security/pwhistory.conf", "remember = 5\nremember = 24\n"}};
  EXPECT_EQ(Judge(kRemember, root).result, Result::kFail);
  root.Write("etc/security/pwhistory.conf", "Remember = 24\nremember = 5\n");
  EXPECT_EQ(Judge(kRemember, root).result, Result::kPass);
  root.Remove("etc/security/pwhistory.conf");
  EXPECT_EQ(Judge(kRemember, root).result, Result::kFail) << "built in is 10";
}

TEST(PamOption, AFlagIsSetByBeingThere) {
  const char* rule =
      "{type: auth, module: pam_faillock.so, option: even_deny_root, "
      "conf: /etc/security/faillock.conf, set: true}";
  TempRoot root{{"etc/pam.d/common-auth", "auth required pam_faillock.so preauth\n"}};
  EXPECT_EQ(Judge(rule, root).result, Result::kFail);
  root.Write("etc/security/faillock.conf", "even_deny_root\n");
  EXPECT_EQ(Judge(rule, root).result, Result::kPass);
  root.Remove("etc/security/faillock.conf");
  root.Write("etc/pam.d/common-auth", "auth required pam_faillock.so preauth even_deny_root\n");
  EXPECT_EQ(Judge(rule, root).result, Result::kPass);
}

TEST(PamOption, TheGroupOfSuMustExistAndHaveNoMembers) {
  const char* rule =
      "{stack: su, type: auth, module: pam_wheel.so, args: [use_uid], option: group, "
      "empty-group: true, role: gate}";
  TempRoot root{{"etc/pam.d/su",
                 "auth sufficient pam_rootok.so\n"
                 "auth required pam_wheel.so use_uid group=sugroup\n"},
                {"etc/passwd", "root:x:0:0::/:\n"},
                {"etc/group", "root:x:0:\nsugroup:x:999:\n"}};
  EXPECT_EQ(Judge(rule, root).result, Result::kPass);
  root.Write("etc/group", "sugroup:x:999:eve\n");
  EXPECT_EQ(Judge(rule, root).result, Result::kFail);
  root.Write("etc/group", "root:x:0:\n");
  EXPECT_EQ(Judge(rule, root).result, Result::kFail) << "no such group";
  root.Write("etc/group", "sugroup:x:999:\n");
  root.Write("etc/passwd", "eve:x:1000:999::/:\n");
  EXPECT_EQ(Judge(rule, root).result, Result::kFail) << "a member by her own group";
  root.Write("etc/pam.d/su", "auth required pam_wheel.so use_uid\n");
  EXPECT_EQ(Judge(rule, root).result, Result::kFail) << "no group named";
}

TEST(PamOption, WhatTheModuleDoesNotReadDoesNotCount) {
  TempRoot root{{"etc/pam.d/common-password", "password requisite pam_pwquality.so\n"},
                {"etc/security/pwquality.conf.d/a.conf.conf", "minlen = 14\n"}};
  EXPECT_EQ(Judge(kMinlen, root).result, Result::kFail) << "libpwquality leaves this name out";
  root.Write("etc/security/pwquality.conf", "#" + std::string(1022, 'x') + "\nminlen = 14\n");
  EXPECT_EQ(Judge(kMinlen, root).result, Result::kError) << "it stops at a long line";
}

TEST(PamOption, ALookupWatchesAbsentFilesToo) {
  TempRoot root{{"etc/pam.d/common-password", "password requisite pam_pwquality.so\n"}};
  Host host = root.OpenHost();
  Pam pam;
  CompilePam(Form("rule.yaml", ParseYaml("rule.yaml", kMinlen).value()), pam);
  (void)JudgePam(pam, host);
  std::set<Input> inputs = host.TakeInputs();
  EXPECT_TRUE(inputs.contains({Input::Kind::kFile, "/etc/security/pwquality.conf"}));
  EXPECT_TRUE(inputs.contains({Input::Kind::kDirectory, "/etc/security/pwquality.conf.d"}));
}

}  // namespace

}  // namespace assay
