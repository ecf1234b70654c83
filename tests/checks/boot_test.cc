// SPDX-License-Identifier: Apache-2.0
// What the next boot may start, and how the running kernel was booted.
#include <gtest/gtest.h>

#include "checks/predicates/predicate.h"
#include "tests/checks/grub_cfg_sample.h"
#include "tests/support/process.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

Boot Parameter(const std::string& name, const std::string& kind, const std::string& value) {
  Boot boot;
  boot.set_parameter(name);
  boot.mutable_wanted()->set_kind(kind);
  boot.mutable_wanted()->add_values(value);
  return boot;
}

Boot Apparmor() { return Parameter("apparmor", "equals", "1"); }

Boot Password() {
  Boot boot;
  boot.set_password(true);
  return boot;
}

Answer Ask(const Boot& boot, const TempRoot& root, bool live = false) {
  Expected<Host> host = Host::Open(root.path(), live);
  EXPECT_TRUE(host);
  return JudgeBoot(boot, *host);
}

constexpr char kSuperuser[] =
    "set superusers=\"root\"\npassword_pbkdf2 root grub.pbkdf2.sha512.10000.AB.CD\n";

TEST(Boot, TheFixtureIsWhatGrubReads) {
  TempRoot root{{"grub.cfg", DebianGrubCfg("apparmor=1", "apparmor=1", kSuperuser)}};
  if (RunProgram({"grub-script-check", "--version"}).exit != 0)
    GTEST_SKIP() << "grub-common is not installed";
  EXPECT_EQ(RunProgram({"grub-script-check", root.Path("grub.cfg")}).exit, 0);
}

TEST(Boot, EveryEntryCountsTheRecoveryEntryTooAndMemtestDoesNot) {
  TempRoot root{{"boot/grub/grub.cfg", DebianGrubCfg("apparmor=1 quiet", "apparmor=1")}};
  Answer answer = Ask(Apparmor(), root);
  EXPECT_EQ(answer.result, Result::kPass) << answer.reason;
  EXPECT_EQ(answer.evidence.size(), 2u);
  root.Write("boot/grub/grub.cfg", DebianGrubCfg("apparmor=1 quiet", ""));
  answer = Ask(Apparmor(), root);
  EXPECT_EQ(answer.result, Result::kFail);
  EXPECT_TRUE(answer.reason.contains("recovery mode")) << answer.reason;
  EXPECT_TRUE(answer.reason.contains("1 of 2 boot entries")) << answer.reason;
  ASSERT_EQ(answer.evidence.size(), 1u);
  EXPECT_EQ(answer.evidence[0].source, "/boot/grub/grub.cfg");
  EXPECT_GT(answer.evidence[0].line, 40);
  EXPECT_EQ(answer.evidence[0].value, "no apparmor");
  EXPECT_EQ(answer.evidence[0].expected, "apparmor=1");
}

TEST(Boot, ReadsACommandLineAsTheKernelDoes) {
  struct Case {
    const char* why;
    std::string options;
    Boot wanted;
    Result result;
  };
  for (const Case& one : std::vector<Case>{
           {"the last one wins", "apparmor=1 apparmor=0", Apparmor(), Result::kFail},
           {"the last one wins", "apparmor=0 apparmor=1", Apparmor(), Result::kPass},
           {"part of a word is not the word", "noapparmor=1", Apparmor(), Result::kFail},
           {"behind -- it is for init", "quiet -- apparmor=1", Apparmor(), Result::kFail},
           {"inside a quoted value it is no parameter", "'dyndbg=\"file x apparmor=1\"'",
            Apparmor(), Result::kFail},
           {"a dash is an underscore", "audit-backlog-limit=8192",
            Parameter("audit_backlog_limit", "at-least", "8192"), Result::kPass},
           {"numbers are compared as numbers", "audit_backlog_limit=64",
            Parameter("audit_backlog_limit", "at-least", "8192"), Result::kFail},
           {"what is absent has no unwanted value", "quiet", Parameter("selinux", "differs", "0"),
            Result::kPass},
           {"what must not be, is", "selinux=0", Parameter("selinux", "differs", "0"),
            Result::kFail},
       }) {
    TempRoot root{{"boot/grub/grub.cfg", DebianGrubCfg(one.options, one.options)}};
    Answer answer = Ask(one.wanted, root);
    EXPECT_EQ(answer.result, one.result) << one.why << ": " << answer.reason;
  }
}

TEST(Boot, AStubOnTheSystemPartitionIsNoMenu) {
  TempRoot root{{"boot/efi/EFI/debian/grub.cfg",
                 "search.fs_uuid 6b root\nset prefix=($root)'/boot/grub'\n"
                 "configfile $prefix/grub.cfg\n"},
                {"boot/grub/grub.cfg", DebianGrubCfg("apparmor=1", "apparmor=1", kSuperuser)}};
  EXPECT_EQ(Ask(Apparmor(), root).result, Result::kPass);
  EXPECT_EQ(Ask(Password(), root).result, Result::kPass);
}

TEST(Boot, ACustomMenuBesideGrubCfgIsAMenuToo) {
  TempRoot root{{"boot/grub/grub.cfg", DebianGrubCfg("apparmor=1", "apparmor=1")},
                {"boot/grub/custom.cfg", "menuentry mine {\n linux /vmlinuz root=/dev/sda\n}\n"}};
  Answer answer = Ask(Apparmor(), root);
  EXPECT_EQ(answer.result, Result::kFail);
  EXPECT_TRUE(answer.reason.contains("'mine'")) << answer.reason;
}

TEST(Boot, ConditionsAreNotJudgedSoThatEveryBranchCounts) {
  TempRoot root{{"boot/grub/grub.cfg",
                 "menuentry a {\nif [ x = y ]; then linux /vmlinuz apparmor=1\n"
                 "else linux /vmlinuz; fi\n}\n"}};
  EXPECT_EQ(Ask(Apparmor(), root).result, Result::kFail);
}

TEST(Boot, LoaderEntriesTakeKernelOptsFromTheEnvironmentBlock) {
  TempRoot root{{"boot/grub2/grub.cfg",
                 "load_env\nif [ -z \"${kernelopts}\" ]; then\n set kernelopts=\"ro\"\nfi\n"
                 "insmod blscfg\nblscfg\n"},
                {"boot/grub2/grubenv",
                 "# GRUB Environment Block\nkernelopts=root=/dev/sda ro apparmor=1\n####"},
                {"boot/loader/entries/a-6.1.conf",
                 "title Linux\nlinux /vmlinuz-6.1\noptions $kernelopts $tuned_params\n"},
                {"boot/loader/entries/b.conf", "title Memtest\nefi /memtest.efi\n"}};
  Answer answer = Ask(Apparmor(), root);
  EXPECT_EQ(answer.result, Result::kPass) << answer.reason;
  EXPECT_EQ(answer.evidence.size(), 1u);
  root.Write("boot/loader/entries/c.conf", "title Old\nlinux /vmlinuz-5\noptions ro\n");
  EXPECT_EQ(Ask(Apparmor(), root).result, Result::kFail);
  EXPECT_EQ(Ask(Password(), root).result, Result::kFail);
  root.Write("boot/grub2/user.cfg", "GRUB2_PASSWORD=grub.pbkdf2.sha512.10000.AB.CD\n");
  root.Append("boot/grub2/grub.cfg",
              "if [ -n \"${GRUB2_PASSWORD}\" ]; then\nset superusers=\"root\"\n"
              "password_pbkdf2 root ${GRUB2_PASSWORD}\nfi\n");
  EXPECT_EQ(Ask(Password(), root).result, Result::kPass);
}

TEST(Boot, APasswordThatCanBeReadOrIsOfNobodyWhoCountsIsNone) {
  for (auto [header, result] : std::vector<std::pair<std::string, Result>>{
           {kSuperuser, Result::kPass},
           {"", Result::kFail},
           {"set superusers=\"root\"\n", Result::kFail},
           {"set superusers=\"root\"\npassword root secret\n", Result::kFail},
           {"set superusers=\"root\"\npassword_pbkdf2 guest grub.pbkdf2.sha512.1.A.B\n",
            Result::kFail},
           {"set superusers=\"root\"\npassword_pbkdf2 root ${GRUB2_PASSWORD}\n", Result::kFail},
           {"# set superusers=\"root\"\npassword_pbkdf2 root grub.pbkdf2.sha512.1.A.B\n",
            Result::kFail},
           {"set superusers=\"a,root\"\npassword_pbkdf2 root grub.pbkdf2.sha512.1.A.B\n",
            Result::kPass}}) {
    TempRoot root{{"boot/grub/grub.cfg", DebianGrubCfg("", "", header)}};
    EXPECT_EQ(Ask(Password(), root).result, result) << header;
  }
}

TEST(Boot, WithoutABootConfigurationTheNextBootIsUnknown) {
  TempRoot root{{"proc/cmdline", "root=/dev/vda apparmor=1\n"}};
  for (bool live : {false, true}) {
    EXPECT_EQ(Ask(Apparmor(), root, live).result, Result::kNotChecked);
    EXPECT_EQ(Ask(Password(), root, live).result, Result::kNotChecked);
  }
  root.Write("proc/cmdline", "root=/dev/vda\n");
  EXPECT_EQ(Ask(Apparmor(), root, true).result, Result::kFail);
}

TEST(Boot, TheRunningKernelMustHaveItToo) {
  TempRoot root{{"boot/grub/grub.cfg", DebianGrubCfg("apparmor=1", "apparmor=1")},
                {"proc/cmdline", "root=UUID=6b ro\n"}};
  EXPECT_EQ(Ask(Apparmor(), root, true).result, Result::kFail);
  root.Write("proc/cmdline", "root=UUID=6b ro apparmor=1\n");
  EXPECT_EQ(Ask(Apparmor(), root, true).result, Result::kPass);
  root.Remove("proc/cmdline");
  EXPECT_EQ(Ask(Apparmor(), root, true).result, Result::kError);
}

TEST(Boot, WhatGrubCannotReadIsAnErrorWithItsLine) {
  for (const char* text :
       {"\nset a='b\n", "\nset a=\"b\n", "menuentry a {\n", "\n}\n", "\nset a=${b\n"}) {
    TempRoot root{{"boot/grub/grub.cfg", text}};
    Answer answer = Ask(Apparmor(), root);
    EXPECT_EQ(answer.result, Result::kError) << text;
    EXPECT_TRUE(answer.reason.contains("/boot/grub/grub.cfg")) << answer.reason;
  }
}

TEST(Boot, AUnifiedImageIsReadAndSystemdBootKnowsNoPassword) {
  std::string image(0x200, '\0');
  image.replace(0, 2, "MZ");
  image[0x3c] = 0x40;
  image.replace(0x40, 2, "PE");
  image[0x46] = 1;  // one section, no optional header
  image.replace(0x58, 8, ".cmdline");
  image[0x60] = image[0x68] = 16;  // both sizes
  image[0x6c] = char(0x80);        // its place
  image.replace(0x80, 13, "ro apparmor=1");
  TempRoot root{{"efi/EFI/Linux/a.efi", image}};
  EXPECT_EQ(Ask(Apparmor(), root).result, Result::kPass) << Ask(Apparmor(), root).reason;
  EXPECT_EQ(Ask(Password(), root).result, Result::kNotApplicable);
  root.Write("efi/EFI/Linux/a.efi", image.substr(0, 0x88));
  EXPECT_EQ(Ask(Apparmor(), root).result, Result::kError);
}

TEST(Boot, VariablesThatDoubleThemselvesEndInAnError) {
  std::string text = "set a=aaaaaaaaaaaaaaaa\n";
  for (int i = 0; i < 30; i++) text += "set a=$a$a\n";
  TempRoot root{{"boot/grub/grub.cfg", text}};
  EXPECT_EQ(Ask(Apparmor(), root).result, Result::kError);
}

}  // namespace

}  // namespace assay
