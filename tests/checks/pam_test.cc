// SPDX-License-Identifier: Apache-2.0
// PAM stacks: how files are read, what runs, and what the rules find in them.
#include <gtest/gtest.h>

#include "checks/formats/pam_paths.h"
#include "checks/formats/pam_stack.h"
#include "checks/predicates/forms.h"
#include "checks/predicates/predicate.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

Pam Rule(const std::string& yaml) {
  Pam pam;
  CompilePam(Form("rule.yaml", ParseYaml("rule.yaml", yaml).value()), pam);
  return pam;
}

Answer Judge(const std::string& yaml, const TempRoot& root) {
  Host host = root.OpenHost();
  return JudgePam(Rule(yaml), host);
}

struct Case {
  const char* why;
  std::string content;
  Result result;
};

// /etc/pam.d/common-auth, and what is thought of it.
void Expect(const std::string& yaml, const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    TempRoot root{{"etc/pam.d/common-auth", one.content}};
    Answer answer = Judge(yaml, root);
    EXPECT_EQ(answer.result, one.result) << one.why << ": " << answer.reason;
    EXPECT_EQ(answer.reason.empty(), answer.result == Result::kPass) << one.why;
  }
}

TEST(PamFile, IsReadAsLinuxPamReadsIt) {
  Expected<std::vector<PamStatement>> file = ParsePamFile(
      "# auth required pam_no.so\n"
      "\n"
      "-AUTH [success=1 default=ignore] pam_unix.so try_first_pass [a [b\\] c] # nullok\n"
      "session Required \\\n"
      "\n"
      "  # a comment does not end a continued line in Linux-PAM 1.5\n"
      "  /lib/security/pam_env.so readenv=1\n"
      "@include common-account\n"
      "password substack inner\n",
      "f");
  ASSERT_TRUE(file) << file.error().ToString();
  ASSERT_EQ(file->size(), 4u);
  const PamStatement& first = (*file)[0];
  EXPECT_EQ(first.line, 3);
  EXPECT_EQ(first.type, "auth");
  EXPECT_EQ(first.args, (std::vector<std::string>{"try_first_pass", "a [b] c"}));
  EXPECT_EQ(first.control.success, (PamAction{PamAction::Kind::kJump, 1}));
  EXPECT_EQ(first.control.failures, (std::vector<PamAction>{{PamAction::Kind::kIgnore, 0}}));
  EXPECT_EQ((*file)[1].line, 4);
  EXPECT_EQ((*file)[1].args, (std::vector<std::string>{"readenv=1"}));
  EXPECT_EQ(PamModuleName((*file)[1].target), "pam_env.so");
  EXPECT_EQ((*file)[2].type, "");
  EXPECT_EQ((*file)[2].kind, PamStatement::Kind::kInclude);
  EXPECT_EQ((*file)[3].kind, PamStatement::Kind::kSubstack);
}

TEST(PamFile, WhatPamWouldRefuseIsAnErrorWithItsLine) {
  for (const char* text :
       {"\nauth required\n", "\nauht required pam_unix.so\n", "\nauth sometimes pam_unix.so\n",
        "\nauth [success=0] pam_unix.so\n", "\nauth [succes=ok] pam_unix.so\n",
        "\nauth required pam_unix.so \\\n", "\n@include\n"}) {
    Expected<std::vector<PamStatement>> file = ParsePamFile(text, "f");
    ASSERT_FALSE(file) << text;
    EXPECT_TRUE(file.error().text.starts_with("f:2: ")) << file.error().text;
  }
  EXPECT_FALSE(ParsePamFile("auth required pam_unix.so " + std::string(2000, 'x'), "f"));
}

TEST(PamFile, OfALongLineTheRestWouldBeAStatement) {
  std::string comment = "#" + std::string(1021, 'x');
  EXPECT_TRUE(ParsePamFile(comment + "\n", "f"));
  EXPECT_FALSE(ParsePamFile(comment + "xauth sufficient pam_permit.so\n", "f"));
  EXPECT_FALSE(ParsePamFile("auth required \\\n" + comment + "\npam_unix.so\n", "f"));
}

TEST(PamStack, FollowsIncludesOfTheTypeAndTheVendorsDirectory) {
  TempRoot root{
      {"etc/pam.d/login", "auth required pam_a.so\n@include shared\naccount required x\n"},
      {"usr/lib/pam.d/shared", "auth substack inner\nsession required pam_s.so\n"},
      {"etc/pam.d/inner", "auth include last\n"},
      {"etc/pam.d/last", "auth required pam_b.so\naccount required pam_c.so\n"}};
  Host host = root.OpenHost();
  Expected<PamStack> stack = ReadPamStack(host, "login", "auth");
  ASSERT_TRUE(stack) << stack.error().ToString();
  ASSERT_EQ(stack->size(), 3u);
  EXPECT_TRUE((*stack)[1].marks_substack);
  EXPECT_EQ((*stack)[2].file, "/etc/pam.d/last");
  EXPECT_EQ((*stack)[2].level, 1);
}

TEST(PamStack, ACircleOfIncludesAndAMissingFileAreErrors) {
  TempRoot root{{"etc/pam.d/a", "@include b\n"},
                {"etc/pam.d/b", "@include a\n"},
                {"etc/pam.d/c", "\nauth include nowhere\n"}};
  Host host = root.OpenHost();
  Expected<PamStack> circle = ReadPamStack(host, "a", "auth");
  ASSERT_FALSE(circle);
  EXPECT_EQ(circle.error().code, ErrorCode::kInvalid);
  Expected<PamStack> missing = ReadPamStack(host, "c", "auth");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kInvalid);
  EXPECT_TRUE(missing.error().text.starts_with("/etc/pam.d/c:2")) << missing.error().text;
}

constexpr char kPreauth[] =
    "{type: auth, module: pam_faillock.so, args: [preauth], before: pam_unix.so, role: gate}";
constexpr char kAuthfail[] =
    "{type: auth, module: pam_faillock.so, args: [authfail], after: pam_unix.so, "
    "role: sees-failures}";

constexpr char kDebianHardened[] =
    "auth requisite pam_faillock.so preauth\n"
    "auth [success=2 default=ignore] pam_unix.so\n"
    "auth [default=die] pam_faillock.so authfail\n"
    "auth requisite pam_deny.so\n"
    "auth required pam_permit.so\n"
    "auth optional pam_cap.so\n";

constexpr char kRedHat[] =
    "auth required pam_env.so\n"
    "auth required pam_faillock.so preauth silent\n"
    "auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular\n"
    "auth [default=1 ignore=ignore success=ok] pam_localuser.so\n"
    "auth sufficient pam_unix.so\n"
    "auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular\n"
    "auth sufficient pam_sss.so forward_pass\n"
    "auth required pam_faillock.so authfail\n"
    "auth required pam_deny.so\n";

TEST(PamPredicate, AGateIsOneThatNobodyGetsPast) {
  Expect(kPreauth,
         {{"as the benchmark has it", kDebianHardened, Result::kPass},
          {"as authselect has it", kRedHat, Result::kPass},
          {"after pam_unix it is too late",
           "auth [success=1 default=ignore] pam_unix.so\nauth requisite pam_faillock.so preauth\n"
           "auth required pam_permit.so\n",
           Result::kFail},
          {"what fails and is ignored stops nobody",
           "auth optional pam_faillock.so preauth\nauth required pam_unix.so\n", Result::kFail},
          {"a module before it may let people in",
           "auth sufficient pam_u2f.so\nauth required pam_faillock.so preauth\n"
           "auth required pam_unix.so\n",
           Result::kFail},
          {"a jump leaves it out",
           "auth [success=1 default=ignore] pam_x.so\nauth required pam_faillock.so preauth\n"
           "auth required pam_unix.so\n",
           Result::kFail},
          {"a comment is no module",
           "# auth requisite pam_faillock.so preauth\nauth required pam_unix.so\n", Result::kFail},
          {"another argument is another job",
           "auth requisite pam_faillock.so authsucc\nauth required pam_unix.so\n", Result::kFail},
          {"what cannot be read cannot be judged",
           "auth requisit pam_faillock.so preauth\nauth required pam_unix.so\n", Result::kError}});
}

TEST(PamPredicate, FailuresAreSeenOnlyWhereTheWayOfAFailureLeads) {
  Expect(
      kAuthfail,
      {{"as the benchmark has it", kDebianHardened, Result::kPass},
       {"as authselect has it: pam_sss may still let the person in", kRedHat, Result::kPass},
       {"requisite ends the stack before it",
        "auth requisite pam_unix.so\nauth [default=die] pam_faillock.so authfail\n", Result::kFail},
       {"the jump of the failure goes past it",
        "auth [success=ok default=1] pam_unix.so\nauth [default=die] pam_faillock.so authfail\n"
        "auth requisite pam_deny.so\n",
        Result::kFail},
       {"pam_deny stands in between",
        "auth [success=2 default=ignore] pam_unix.so\nauth requisite pam_deny.so\n"
        "auth [default=die] pam_faillock.so authfail\nauth required pam_permit.so\n",
        Result::kFail}});
}

TEST(PamPredicate, AModuleThatNeverRunsIsNotThere) {
  const char* rule = "{type: auth, module: pam_unix.so}";
  Expect(rule, {{"it runs", "auth required pam_unix.so\n", Result::kPass},
                {"pam_permit has let everybody in before",
                 "auth sufficient pam_permit.so\nauth required pam_unix.so\n", Result::kFail},
                {"pam_deny has refused everybody before",
                 "auth requisite pam_deny.so\nauth required pam_unix.so\n", Result::kFail},
                {"of another type", "account required pam_unix.so\n", Result::kFail}});
}

TEST(PamPredicate, ASubstackIsOneStepOfAJumpAndKeepsItsDieToItself) {
  TempRoot root{{"etc/pam.d/common-auth",
                 "auth [success=1 default=ignore] pam_localuser.so\nauth substack inner\n"
                 "auth required pam_after.so\nauth required pam_unix.so\n"},
                {"etc/pam.d/inner", "auth required pam_in.so\nauth requisite pam_deny.so\n"}};
  const char* after = "{type: auth, module: pam_after.so, role: gate}";
  EXPECT_EQ(Judge(after, root).result, Result::kPass);
  EXPECT_EQ(Judge("{type: auth, module: pam_in.so}", root).result, Result::kFail)
      << "pam_localuser succeeds for the person that rules are about";
  root.Write("etc/pam.d/common-auth", "auth substack inner\nauth required pam_after.so\n");
  EXPECT_EQ(Judge("{type: auth, module: pam_after.so}", root).result, Result::kPass)
      << "die ends the substack only";
  root.Write("etc/pam.d/common-auth", "auth include inner\nauth required pam_after.so\n");
  EXPECT_EQ(Judge("{type: auth, module: pam_after.so}", root).result, Result::kFail)
      << "die of an included line ends the stack";
}

TEST(PamPredicate, AResetInASubstackBringsBackWhatWasBefore) {
  TempRoot root{{"etc/pam.d/common-auth",
                 "auth required pam_a.so\nauth substack inner\n"
                 "auth optional pam_b.so\n"},
                {"etc/pam.d/inner", "auth [default=reset] pam_gate.so\n"}};
  EXPECT_EQ(Judge("{type: auth, module: pam_gate.so, role: gate}", root).result, Result::kFail);
}

TEST(PamPredicate, AnotherFileOfLocalUsersIsNotThatOfEverybody) {
  const char* rule = "{type: auth, module: pam_gate.so, role: gate}";
  Expect(rule, {{"its own",
                 "auth [success=ok default=1] pam_localuser.so\n"
                 "auth required pam_gate.so\nauth required pam_permit.so\n",
                 Result::kPass},
                {"another",
                 "auth [success=ok default=1] pam_localuser.so file=/etc/some\n"
                 "auth required pam_gate.so\nauth required pam_permit.so\n",
                 Result::kFail}});
}

TEST(PamPredicate, WithoutIsAboutEveryEntryOfTheModule) {
  const char* rule = "{type: auth, module: pam_unix.so, without: [nullok, remember]}";
  Expect(rule,
         {{"it never runs, and is told nothing",
           "auth sufficient pam_permit.so\nauth required pam_unix.so\n", Result::kPass},
          {"it never runs, and is told it",
           "auth sufficient pam_permit.so\nauth required pam_unix.so nullok\n", Result::kFail}});
  Expect(
      rule,
      {{"none", "auth required pam_unix.so try_first_pass\n", Result::kPass},
       {"no module, no argument", "auth required pam_sss.so\n", Result::kPass},
       {"there", "auth required pam_unix.so nullok\n", Result::kFail},
       {"with a value", "auth required pam_unix.so remember=5\n", Result::kFail},
       {"only a comment", "auth required pam_unix.so # nullok\n", Result::kPass},
       {"what pam_unix takes for it", "auth required pam_unix.so nullok_secure\n", Result::kFail},
       {"a longer word is another", "auth required pam_unix.so nullresetok\n", Result::kPass},
       {"in the second entry, continued",
        "auth required pam_unix.so\nauth required pam_unix.so \\\n  nullok\n", Result::kFail}});
}

TEST(PamPredicate, RedHatsTwoSharedStacksMustBothComply) {
  TempRoot root{{"etc/pam.d/system-auth", kRedHat}, {"etc/authselect/password-auth", kRedHat}};
  root.Symlink("etc/pam.d/password-auth", "/etc/authselect/password-auth");
  EXPECT_EQ(Judge(kPreauth, root).result, Result::kPass);
  root.Write("etc/authselect/password-auth", "auth required pam_unix.so\n");
  EXPECT_EQ(Judge(kPreauth, root).result, Result::kFail);
}

TEST(PamPredicate, AServiceWithoutItsOwnLinesIsUnderOther) {
  const char* rule = "{stack: su, type: auth, module: pam_wheel.so, role: gate}";
  TempRoot root{{"etc/pam.d/other", "auth required pam_unix.so\n"}};
  EXPECT_EQ(Judge(rule, root).result, Result::kFail);
  root.Write("etc/pam.d/su", "auth sufficient pam_rootok.so\nauth required pam_wheel.so\n");
  EXPECT_EQ(Judge(rule, root).result, Result::kPass) << "pam_rootok lets nobody else in";
  root.Write("etc/pam.d/su", "session required pam_unix.so\n");
  EXPECT_EQ(Judge(rule, root).result, Result::kFail);
}

TEST(PamPredicate, WithoutPamNothingApplies) {
  TempRoot root;
  EXPECT_EQ(Judge(kPreauth, root).result, Result::kNotApplicable);
  root.MakeDirectory("etc/pam.d");
  EXPECT_EQ(Judge(kPreauth, root).result, Result::kFail);
}

TEST(PamPredicate, ARoleThatIsNotKnownIsNotJudged) {
  Pam pam = Rule(kPreauth);
  pam.set_role("oracle");
  TempRoot root{{"etc/pam.d/common-auth", kDebianHardened}};
  Host host = root.OpenHost();
  EXPECT_EQ(JudgePam(pam, host).result, Result::kNotChecked);
}

TEST(PamForm, RefusesWhatCannotBeJudged) {
  for (const char* yaml :
       {"{type: auth}", "{module: pam_unix.so}", "{type: login, module: pam_unix.so}",
        "{type: auth, module: unix}", "{type: auth, module: pam_unix.so, role: gait}",
        "{type: auth, module: pam_faillock.so, role: sees-failures}",
        "{type: auth, module: pam_faillock.so, option: deny}",
        "{type: auth, module: pam_faillock.so, within: [1, 5]}",
        "{type: auth, module: pam_faillock.so, option: deny, set: true, equals: 3}",
        "{type: auth, module: pam_unix.so, option: deny, conf: /etc/x, equals: 3}",
        "{type: auth, module: pam_faillock.so, colour: red}"})
    EXPECT_THROW(Rule(yaml), FormMistake) << yaml;
}

}  // namespace

}  // namespace assay
