// SPDX-License-Identifier: Apache-2.0
// The predicate shell: umask, TMOUT and root's PATH of the start-up files.
#include <gtest/gtest.h>
#include <unistd.h>

#include "checks/predicates/forms.h"
#include "checks/predicates/predicate.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

constexpr char kProfile[] =
    "if [ -d /etc/profile.d ]; then\n"
    "  for i in /etc/profile.d/*.sh; do\n    if [ -r $i ]; then . $i; fi\n  done\nfi\n";
constexpr char kUmask[] = "{umask: \"0027\"}";

Answer Ask(const std::string& yaml, const TempRoot& root) {
  ShellEnvironment wanted;
  CompileShellEnvironment(Form("test", ParseYaml("test", yaml).value()), wanted);
  Host host = root.OpenHost();
  return JudgeShellEnvironment(wanted, host);
}

Result Of(const std::string& yaml, const TempRoot& root) {
  Answer answer = Ask(yaml, root);
  EXPECT_TRUE(answer.result == Result::kPass || !answer.reason.empty());
  return answer.result;
}

// A root whose /etc/profile reads profile.d, in which there is this one file.
Result With(const std::string& yaml, const std::string& script) {
  TempRoot root{{"etc/profile", kProfile}, {"etc/profile.d/a.sh", script}};
  return Of(yaml, root);
}

TEST(ShellUmask, TighterPassesAndAnyWiderOneFails) {
  EXPECT_EQ(With(kUmask, "umask 027\n"), Result::kPass);
  EXPECT_EQ(With(kUmask, "umask 0077\n"), Result::kPass);
  EXPECT_EQ(With(kUmask, "umask u=rwx,g=rx,o=\n"), Result::kPass);
  EXPECT_EQ(With(kUmask, "umask 022\n"), Result::kFail);
  EXPECT_EQ(With(kUmask, "umask 027\nif x; then umask 002; fi\n"), Result::kFail);
  EXPECT_EQ(With(kUmask, "umask 027\n(umask 022; mkdir x)\n"), Result::kPass);
  EXPECT_EQ(With(kUmask, "echo hello\n"), Result::kFail);
}

TEST(ShellUmask, WhatAConditionOrTheShellDecidesIsNotChecked) {
  EXPECT_EQ(With(kUmask, "if x; then umask 027; fi\n"), Result::kNotChecked);
  EXPECT_EQ(With(kUmask, "umask 027\numask $MASK\n"), Result::kNotChecked);
  EXPECT_EQ(With(kUmask, "umask 027\neval \"$X umask 0\"\n"), Result::kNotChecked);
  EXPECT_EQ(With(kUmask, "umask 027\neval 'umask 000'\n"), Result::kFail);
  EXPECT_EQ(With(kUmask, "umask 027\nif x; then\n"), Result::kError);
}

TEST(ShellUmask, AFileThatNobodyReadsSetsNothing) {
  TempRoot root{{"etc/profile", "#. /etc/profile.d/a.sh\n"}, {"etc/profile.d/a.sh", "umask 027\n"}};
  EXPECT_EQ(Of(kUmask, root), Result::kNotChecked);
  root.Write("etc/profile", ". /etc/conf/b\n");
  root.Write("etc/conf/b", "umask 022\n");
  EXPECT_EQ(Of(kUmask, root), Result::kFail);
  root.Write("etc/conf/b", "umask 027\n. /etc/conf/b\n");
  EXPECT_EQ(Of(kUmask, root), Result::kPass) << "a file that sources itself is read once";
}

TEST(ShellUmask, NothingBelowAReturnIsRead) {
  TempRoot root{{"etc/profile", std::string("return\n") + kProfile},
                {"etc/profile.d/a.sh", "umask 027\n"}};
  EXPECT_EQ(Of(kUmask, root), Result::kNotChecked) << "nobody reads the directory";
  root.Write("etc/profile", "umask 027\nreturn\numask 022\n");
  EXPECT_EQ(Of(kUmask, root), Result::kPass);
  root.Write("etc/profile", "umask 022\nexit 0\numask 027\n");
  EXPECT_EQ(Of(kUmask, root), Result::kFail);
}

TEST(ShellUmask, LoginDefsCountsOnlyWherePamReadsIt) {
  TempRoot root{{"etc/profile", kProfile}, {"etc/login.defs", "UMASK\t\t022\nUMASK 027\n"}};
  EXPECT_EQ(Of(kUmask, root), Result::kFail);
  root.Write("etc/pam.d/common-session", "#session optional pam_umask.so\n");
  EXPECT_EQ(Of(kUmask, root), Result::kFail);
  root.Write("etc/pam.d/common-session", "session\toptional\tpam_umask.so\n");
  EXPECT_EQ(Of(kUmask, root), Result::kPass);
  // Its own option comes before login.defs.
  root.Write("etc/pam.d/common-session", "session optional pam_umask.so umask=022\n");
  EXPECT_EQ(Of(kUmask, root), Result::kFail);
  root.Write("etc/profile.d/a.sh", "umask 027\n");
  EXPECT_EQ(Of(kUmask, root), Result::kPass) << "the shell comes after PAM";
}

TEST(ShellUmask, RootsFilesNeedNotSetIt) {
  const std::string rule = "{umask: \"0027\", files: [/root/.bashrc], unset: pass}";
  TempRoot root;
  EXPECT_EQ(Of(rule, root), Result::kPass);
  root.Write("root/.bashrc", "if x; then umask 077; fi\n");
  EXPECT_EQ(Of(rule, root), Result::kPass);
  root.Write("root/.bashrc", "umask 022\n");
  EXPECT_EQ(Of(rule, root), Result::kFail);
  root.Write("root/.more", "umask 000\n");
  for (const char* source :
       {". ~/.more\n", "source \"$HOME/.more\"\n", "[ -f ~/.more ] && . ${HOME}/.more\n"}) {
    root.Write("root/.bashrc", source);
    EXPECT_EQ(Of(rule, root), Result::kFail) << source;
  }
  root.Write("root/.bashrc", "return\n. ~/.more\n");
  EXPECT_EQ(Of(rule, root), Result::kPass);
  root.Write("root/.bashrc", ". ~/.absent\n. ~/$x\n");
  EXPECT_EQ(Of(rule, root), Result::kPass);
}

TEST(ShellTimeout, IsSetReadonlyAndExported) {
  const char* rule = "{timeout: 900}";
  for (const char* good :
       {"TMOUT=900\nreadonly TMOUT\nexport TMOUT\n", "readonly TMOUT=900 ; export TMOUT\n",
        "typeset -xr TMOUT=600\n", "declare -xr TMOUT=900 # idle\n",
        "TMOUT='900';export TMOUT\nreadonly TMOUT"})
    EXPECT_EQ(With(rule, good), Result::kPass) << good;
  for (const char* bad :
       {"", "TMOUT=900\n", "export TMOUT=900\n", "readonly TMOUT=900\n", "typeset -xr TMOUT=901\n",
        "typeset -xr TMOUT=0\n", "typeset -xr TMOUT=\n", "typeset -xr TMOUT=-1\n",
        "typeset -xr TMOUT=900\nTMOUT=600\n", "typeset -x TMOUT=900\nunset TMOUT\nreadonly TMOUT\n",
        "typeset -xr TMOUT=900\nif x; then TMOUT=0; fi\n", "# typeset -xr TMOUT=900\n",
        "(typeset -xr TMOUT=900)\n"})
    EXPECT_EQ(With(rule, bad), Result::kFail) << bad;
  for (const char* open :
       {"if x; then typeset -xr TMOUT=900; fi\n", "typeset -xr TMOUT=$((15*60))\n",
        "export TMOUT=${TMOUT:-900}; readonly TMOUT\n", "f() { typeset -xr TMOUT=900; }\n"})
    EXPECT_EQ(With(rule, open), Result::kNotChecked) << open;
}

TEST(ShellTimeout, IsAlsoReadWhereTheShellAsksForATerminal) {
  TempRoot root{{"etc/bash.bashrc", "[ -z \"${PS1-}\" ] && return\ntypeset -xr TMOUT=900\n"}};
  EXPECT_EQ(Of("{timeout: 900}", root), Result::kPass);
}

// The owner of the tree is whoever runs the test: root of this image.
TempRoot& PathRoot(TempRoot& root) {
  root.Write("etc/passwd", "root:x:" + std::to_string(getuid()) + ":0::/root:/bin/sh\n");
  root.Write("etc/group", "root:x:0:\n");
  root.Write("etc/login.defs", "ENV_SUPATH PATH=/usr/sbin:/usr/bin\n");
  for (const char* directory : {"usr/sbin", "usr/bin", "opt/wide", "root/bin"}) {
    root.MakeDirectory(directory);
    root.Chmod(directory, 0755);
  }
  root.Chmod("opt/wide", 0775);
  return root;
}

TEST(ShellRootPath, EveryEntryIsADirectoryOfRootAlone) {
  TempRoot root;
  PathRoot(root);
  EXPECT_EQ(Of("root-path", root), Result::kPass);
  for (auto [script, result] :
       {std::pair<const char*, Result>{"PATH=$PATH:/usr/bin", Result::kPass},
        {"PATH=/usr/bin${PATH:+:${PATH}}", Result::kPass},
        {"PATH=\"$HOME/bin:$PATH\"", Result::kPass},
        {"PATH=~/bin:$PATH", Result::kPass},
        {"if x; then PATH=/usr/games; fi", Result::kPass},
        {"pathmunge() { PATH=$1:$PATH; }\npathmunge /usr/sbin", Result::kPass},
        {"PATH=\"~/bin:$PATH\"", Result::kFail},
        {"PATH=$PATH:", Result::kFail},
        {"PATH=:$PATH", Result::kFail},
        {"PATH=$PATH::/usr/bin", Result::kFail},
        {"PATH=", Result::kFail},
        {"PATH=.:$PATH", Result::kFail},
        {"export PATH=bin:$PATH", Result::kFail},
        {"if x; then PATH=$PATH:/opt/wide; fi", Result::kFail},
        {"pathmunge /opt/wide", Result::kFail},
        {"PATH=$PATH:/etc/passwd", Result::kFail},
        {"PATH=${X:-/usr}:$PATH", Result::kNotChecked},
        {"PATH=$JAVA/bin:$PATH", Result::kNotChecked},
        {"eval \"$(x PATH)\"", Result::kNotChecked}}) {
    root.Write("root/.bashrc", std::string(script) + "\n");
    EXPECT_EQ(Of("root-path", root), result) << script << ": " << Ask("root-path", root).reason;
  }
}

TEST(ShellRootPath, WhatLoginSetsMustExist) {
  TempRoot root;
  PathRoot(root);
  root.Write("etc/login.defs", "ENV_SUPATH PATH=/usr/sbin:/nowhere\n");
  EXPECT_EQ(Of("root-path", root), Result::kFail);
  root.Write("etc/login.defs", "ENV_SUPATH PATH=/usr/sbin\n");
  root.Write("etc/environment", "PATH=\"/usr/bin:/snap/bin\"\n");
  EXPECT_EQ(Of("root-path", root), Result::kPass);
  root.Write("etc/environment", "PATH=\"/usr/bin:snap\"\n");
  EXPECT_EQ(Of("root-path", root), Result::kFail);
}

TEST(ShellForm, TakesOneQuestion) {
  for (const char* wrong :
       {"umask", "{}", "{umask: \"0027\", timeout: 900}", "{timeout: 0}", "{umask: \"9\"}",
        "{timeout: 900, unset: pass}", "{umask: \"0027\", files: [/a/*/b]}",
        "{umask: \"0027\", files: [a]}"}) {
    ShellEnvironment wanted;
    EXPECT_THROW(CompileShellEnvironment(Form("test", ParseYaml("test", wrong).value()), wanted),
                 FormMistake)
        << wrong;
  }
}

}  // namespace

}  // namespace assay
