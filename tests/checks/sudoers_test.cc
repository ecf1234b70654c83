// SPDX-License-Identifier: Apache-2.0
// The sudoers tree: how it is read, and what the rules find in it.
#include "checks/formats/sudoers.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "checks/predicates/forms.h"
#include "checks/predicates/predicate.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

Sudoers Rule(const std::string& yaml) {
  Sudoers sudoers;
  CompileSudoers(Form("rule.yaml", ParseYaml("rule.yaml", yaml).value()), sudoers);
  return sudoers;
}

Answer Judge(const std::string& yaml, const TempRoot& root) {
  Host host = root.OpenHost();
  return JudgeSudoers(Rule(yaml), host);
}

struct Case {
  const char* why;
  std::string content;
  Result result;
};

void Expect(const std::string& yaml, const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    TempRoot root{{"etc/sudoers", one.content}};
    Answer answer = Judge(yaml, root);
    EXPECT_EQ(ResultName(answer.result), ResultName(one.result))
        << one.why << ": " << answer.reason;
    EXPECT_EQ(answer.reason.empty(), answer.result == Result::kPass) << one.why;
  }
}

TEST(Sudoers, AnOptionIsOnForEverybodyOrItIsNotOn) {
  Expect("{default: use_pty}",
         {{"on", "Defaults use_pty\n", Result::kPass},
          {"among others", "Defaults\tenv_reset, use_pty,!insults # so\n", Result::kPass},
          {"nobody says it", "Defaults env_reset\n", Result::kFail},
          {"a comment", "# Defaults use_pty\n", Result::kFail},
          {"a longer name", "Defaults use_pty_x\n", Result::kFail},
          {"the last line wins", "Defaults use_pty\nDefaults !use_pty\n", Result::kFail},
          {"the last line wins", "Defaults !use_pty\nDefaults use_pty\n", Result::kPass},
          {"twice not is on", "Defaults !!use_pty\n", Result::kPass},
          {"only for some", "Defaults:eve use_pty\n", Result::kFail},
          {"not for some", "Defaults use_pty\nDefaults:eve, bob !use_pty\n", Result::kFail},
          {"undone for all after it", "Defaults:eve !use_pty\nDefaults use_pty\n", Result::kPass},
          {"commands come last", "Defaults!/bin/x !use_pty\nDefaults use_pty\n", Result::kFail},
          {"undone for the same", "Defaults use_pty\nDefaults@h !use_pty\nDefaults@h use_pty\n",
           Result::kPass},
          {"continued", "Defaults env_reset, \\\n  use_pty\n", Result::kPass},
          {"in a quoted value", "Defaults badpass_message=\"a, use_pty\"\n", Result::kFail},
          {"a flag takes no value", "Defaults use_pty=yes\n", Result::kError},
          {"no comma", "Defaults env_reset use_pty\n", Result::kError}});
}

TEST(Sudoers, ATextIsSetToAPath) {
  Expect("{default: logfile, set: true}",
         {{"plain", "Defaults logfile=/var/log/sudo.log\n", Result::kPass},
          {"quoted", "Defaults logfile = \"/var/log/su do.log\"\n", Result::kPass},
          {"none", "Defaults use_pty\n", Result::kFail},
          {"off", "Defaults logfile=/a\nDefaults !logfile\n", Result::kFail},
          {"not set for root's commands", "Defaults logfile=/a\nDefaults>root !logfile\n",
           Result::kFail},
          {"relative", "Defaults logfile=sudo.log\n", Result::kError},
          {"no value", "Defaults logfile\n", Result::kError},
          {"no list", "Defaults logfile+=/a\n", Result::kError}});
}

TEST(Sudoers, MinutesMayHaveAFractionAndANegativeNumberNeverEnds) {
  Expect("{default: timestamp_timeout, builtin: \"15\", within: [0, 15]}",
         {{"built in", "\n", Result::kPass},
          {"least", "Defaults timestamp_timeout=0\n", Result::kPass},
          {"most", "Defaults timestamp_timeout=15\n", Result::kPass},
          {"a fraction", "Defaults timestamp_timeout=2.5\n", Result::kPass},
          {"a little more", "Defaults timestamp_timeout=15.1\n", Result::kFail},
          {"never", "Defaults timestamp_timeout=-1\n", Result::kFail},
          {"hardly ever", "Defaults timestamp_timeout=-.5\n", Result::kFail},
          {"off is 0", "Defaults !timestamp_timeout\n", Result::kPass},
          {"no number", "Defaults timestamp_timeout=1h\n", Result::kFail},
          {"for some", "Defaults:%wheel timestamp_timeout=60\n", Result::kFail}});
}

TEST(Sudoers, ATagCountsWhereItIsOne) {
  Expect(
      "{no-tag: NOPASSWD}",
      {{"none", "root ALL=(ALL:ALL) ALL\n", Result::kPass},
       {"there", "eve ALL=(ALL) NOPASSWD: ALL\n", Result::kFail},
       {"with a blank", "eve ALL = NOPASSWD : /bin/ls\n", Result::kFail},
       {"second command", "eve ALL = /bin/ls -l, (root) SETENV:NOPASSWD: /bin/x\n", Result::kFail},
       {"second host", "eve a = /bin/ls : b = NOPASSWD: ALL\n", Result::kFail},
       {"continued", "eve ALL = \\\n NOPASSWD: ALL\n", Result::kFail},
       {"behind a user id", "#1000 ALL = NOPASSWD: ALL\n", Result::kFail},
       {"behind a chroot", "eve ALL = CHROOT=/srv NOPASSWD: ALL\n", Result::kFail},
       {"behind a digest", "eve ALL = sha224:abc/= /bin/ls, NOPASSWD: ALL\n", Result::kFail},
       {"an argument", "eve ALL = /bin/echo NOPASSWD\\: x\n", Result::kPass},
       {"a comment", "# eve ALL = NOPASSWD: ALL\n", Result::kPass},
       {"a comment behind", "eve ALL = ALL # NOPASSWD: ALL\n", Result::kPass},
       {"a comment is not continued", "# a \\\neve ALL = NOPASSWD: ALL\n", Result::kFail},
       {"PASSWD", "eve ALL = PASSWD: ALL\n", Result::kPass},
       {"an alias", "Cmnd_Alias NOPASSWD = /bin/ls\n", Result::kPass},
       {"no '='", "eve ALL NOPASSWD: ALL\n", Result::kError},
       {"a quote", "\"eve ALL = ALL\n", Result::kError}});
}

TEST(Sudoers, NoScopeMayTurnAuthenticationOff) {
  Expect("{no-default: \"!authenticate\"}",
         {{"none", "Defaults authenticate\n", Result::kPass},
          {"everybody", "Defaults !authenticate\n", Result::kFail},
          {"some", "Defaults:eve ! authenticate\n", Result::kFail},
          {"undone", "Defaults !authenticate\nDefaults authenticate\n", Result::kFail},
          {"a comment", "#Defaults !authenticate\n", Result::kPass}});
}

TEST(Sudoers, IncludesAreFollowedWhereTheyStand) {
  TempRoot root{{"etc/sudoers",
                 "#include /etc/first\n"
                 "Defaults !use_pty\n"
                 "@includedir sudoers.d\n"
                 "#includedirs are a comment\n"
                 "@include \"/etc/with blank\"\n"
                 "@include /etc/with\\ blank\n"},
                {"etc/first", "Defaults use_pty\n"},
                {"etc/with blank", "Defaults logfile=/l\n"},
                {"etc/sudoers.d/10", "Defaults use_pty\n"},
                {"etc/sudoers.d/20.bak", "Defaults !use_pty\n"},
                {"etc/sudoers.d/30~", "Defaults !use_pty\n"}};
  root.MakeDirectory("etc/sudoers.d/sub");
  Host host = root.OpenHost();
  Expected<SudoersTree> tree = ReadSudoers(host, "/etc/sudoers");
  ASSERT_TRUE(tree) << tree.error().ToString();
  ASSERT_EQ(tree->defaults.size(), 5u);
  EXPECT_EQ(tree->defaults[0].file, "/etc/first");
  EXPECT_EQ(tree->defaults[2].file, "/etc/sudoers.d/10");
  EXPECT_EQ(tree->defaults[4].file, "/etc/with blank");
  EXPECT_EQ(Judge("{default: use_pty}", root).result, Result::kPass);
}

TEST(Sudoers, WhatCannotBeFollowedIsAnErrorWithItsLine) {
  for (const char* text : {"\n@include /etc/sudoers\n", "\n@include /etc/none\n",
                           "\n@include /etc/%h\n", "\n@include \n", "\n@include /a b\n"}) {
    TempRoot root{{"etc/sudoers", text}};
    Host host = root.OpenHost();
    Expected<SudoersTree> tree = ReadSudoers(host, "/etc/sudoers");
    ASSERT_FALSE(tree) << text;
    EXPECT_EQ(tree.error().code, ErrorCode::kInvalid) << text;
    EXPECT_TRUE(tree.error().text.starts_with("/etc/sudoers:2: ")) << tree.error().text;
  }
}

// sudo.conf(5), sudoers(5): the plugin's arguments say which file counts.
TEST(Sudoers, TheFileIsTheOneThatSudoConfNames) {
  constexpr char kRule[] = "{no-tag: NOPASSWD}";
  TempRoot root{{"etc/sudoers", "ann ALL=(ALL) ALL\n"},
                {"etc/other", "ann ALL=(ALL) NOPASSWD: ALL\n"}};
  struct {
    const char* conf;
    Result result;
  } cases[] = {
      {"Path askpass /bin/askpass\n", Result::kPass},
      {"Plugin sudoers_policy sudoers.so sudoers_file=/etc/other\n", Result::kFail},
      {"plugin sudoers_policy /usr/libexec/sudo/sudoers.so sudoers_file=/etc/other", Result::kFail},
      {"# a note \\\nPlugin sudoers_policy sudoers.so sudoers_file=/etc/other\n", Result::kFail},
      {"Plugin sudoers_policy \\\n sudoers.so sudoers_file=/etc/other\n", Result::kError},
      {"#Plugin sudoers_policy sudoers.so sudoers_file=/etc/other\n", Result::kPass},
      {"Plugin sudoers_io sudoers.so sudoers_file=/etc/other\n", Result::kPass},
      {"Plugin sudoers_policy sudoers.so sudoers_file=other\n", Result::kError},
      {"Plugin my_policy my.so\n", Result::kError},
      {"Plugin sudoers_policy my.so\n", Result::kError},
      {"Plugin sudoers_policy sudoers.so sudoers_file=/etc/none\n", Result::kNotApplicable}};
  for (const auto& one : cases) {
    root.Write("etc/sudo.conf", one.conf);
    Answer answer = Judge(kRule, root);
    EXPECT_EQ(ResultName(answer.result), ResultName(one.result)) << one.conf << answer.reason;
    if (one.result == Result::kError) {
      EXPECT_TRUE(answer.reason.contains("/etc/sudo.conf:1")) << answer.reason;
    }
  }
}

TEST(Sudoers, WhatOthersMayWriteToSudoLeavesOut) {
  TempRoot root{{"etc/sudoers", "@includedir /etc/sudoers.d\n"},
                {"etc/sudoers.d/a", "Defaults use_pty\n"}};
  EXPECT_EQ(Judge("{default: use_pty}", root).result, Result::kPass);
  root.Chmod("etc/sudoers.d/a", 0666);
  EXPECT_EQ(Judge("{default: use_pty}", root).result, Result::kError);
  root.Chmod("etc/sudoers.d/a", 0440);
  root.Chmod("etc/sudoers.d", 0777);
  EXPECT_EQ(Judge("{default: use_pty}", root).result, Result::kError);
}

TEST(Sudoers, WithoutSudoNothingApplies) {
  TempRoot root;
  EXPECT_EQ(Judge("{default: use_pty}", root).result, Result::kNotApplicable);
}

TEST(Sudoers, VisudoAcceptsAndRefusesTheSame) {
  if (access("/usr/sbin/visudo", X_OK) != 0) GTEST_SKIP() << "visudo is not installed";
  for (const char* text :
       {"Defaults use_pty\n", "Defaults:eve, bob !use_pty, timestamp_timeout = 2.5\n",
        "Defaults!/bin/ls,/bin/x !use_pty\n", "Defaults badpass_message=\"a, b \\\" c\"\n",
        "Defaults env_keep += \"A B\" # so\n", "Defaults use_pty env_reset\n", "Defaults\n",
        "Defaults =x\n", "Defaults: use_pty\n", "eve ALL = SETENV:NOPASSWD: /bin/ls -l, ALL\n",
        "#1000 ALL = (root : #5) NOPASSWD : ALL\n", "eve ALL = CWD=/srv NOPASSWD: ALL\n",
        "eve ALL = /bin/x a=b \\: \\, : b = ALL\n", "eve ALL NOPASSWD: ALL\n",
        "eve ALL = (root ALL\n", "\"eve ALL = ALL\n", "User_Alias X = eve\nX ALL = ALL\n",
        "eve ALL = \\\n NOPASSWD: ALL\n", "# c \\\neve ALL = ALL\n"}) {
    TempRoot root{{"sudoers", text}};
    std::string command = "/usr/sbin/visudo -c -q -f " + root.Path("sudoers") + " 2>/dev/null";
    bool accepted = std::system(command.c_str()) == 0;
    EXPECT_EQ(bool(ParseSudoers(text, "f")), accepted) << text;
  }
}

TEST(SudoersForm, RefusesWhatCannotBeJudged) {
  for (const char* yaml :
       {"{}", "{default: use_pty, no-tag: NOPASSWD}", "{no-default: authenticate}",
        "{no-tag: NOPASSWD, set: true}", "{default: x, set: true, equals: 1}",
        "{default: x, within: [a, 15]}", "{colour: red}"})
    EXPECT_THROW(Rule(yaml), FormMistake) << yaml;
}

}  // namespace

}  // namespace assay
