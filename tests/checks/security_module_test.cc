// SPDX-License-Identifier: Apache-2.0
// AppArmor and SELinux: what the kernel says, and what the files say of the next boot.
#include <gtest/gtest.h>

#include "checks/formats/apparmor.h"
#include "checks/formats/selinux_config.h"
#include "checks/predicates/predicate.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

Answer Ask(const std::string& state, const TempRoot& root, bool live) {
  Expected<Host> host = Host::Open(root.path(), live);
  EXPECT_TRUE(host);
  SecurityModule module;
  module.set_state(state);
  return JudgeSecurityModule(module, *host);
}

// A running machine: one confined man, one shell without profile, one kernel thread.
struct Machine : TempRoot {
  Machine() {
    Write("sys/module/apparmor/parameters/enabled", "Y\n");
    Profiles("man_filter (enforce)\n/usr/bin/man (enforce)\n");
    Process("10", "/usr/bin/man (enforce)\n", "/usr/bin/man");
    Process("11", "unconfined\n", "/usr/bin/bash");
    Write("proc/2/attr/apparmor/current", "unconfined\n");
    Write("proc/meminfo", "");
  }
  void Profiles(const std::string& text) const {
    Write("sys/kernel/security/apparmor/profiles", text);
  }
  void Process(const std::string& pid, const std::string& label, const std::string& exe) const {
    Write("proc/" + pid + "/attr/apparmor/current", label);
    Symlink("proc/" + pid + "/exe", exe);
  }
};

TEST(Apparmor, LoadedProfilesAndNobodyUnconfinedWhoHasOne) {
  Machine machine;
  for (const char* state : {"apparmor-loaded", "apparmor-enforcing"}) {
    Answer answer = Ask(state, machine, true);
    EXPECT_EQ(answer.result, Result::kPass) << answer.reason;
    EXPECT_EQ(answer.evidence.size(), 1u);
  }
}

TEST(Apparmor, ComplainingIsLoadedAndNotEnforcing) {
  Machine machine;
  for (auto [mode, loaded, enforcing] : {std::tuple{"complain", Result::kPass, Result::kFail},
                                         {"kill", Result::kPass, Result::kPass},
                                         {"unconfined", Result::kFail, Result::kFail},
                                         {"prompt", Result::kPass, Result::kFail},
                                         {"newer-than-this-assay", Result::kFail, Result::kFail}}) {
    machine.Profiles(std::string("/usr/bin/man (") + mode + ")\n");
    EXPECT_EQ(Ask("apparmor-loaded", machine, true).result, loaded) << mode;
    EXPECT_EQ(Ask("apparmor-enforcing", machine, true).result, enforcing) << mode;
  }
}

TEST(Apparmor, AProcessThatStartedBeforeItsProfileWasLoadedIsUnconfined) {
  Machine machine;
  machine.Process("12", "unconfined\n", "/usr/bin/man (deleted)");
  Answer answer = Ask("apparmor-loaded", machine, true);
  EXPECT_EQ(answer.result, Result::kFail);
  EXPECT_TRUE(answer.reason.contains("process 12 (/usr/bin/man)")) << answer.reason;
}

TEST(Apparmor, AProfileOfAnotherNameAttachesWhereTheKernelSays) {
  Machine machine;
  machine.Profiles("shell (enforce)\n");
  EXPECT_EQ(Ask("apparmor-loaded", machine, true).result, Result::kPass);
  machine.Write("sys/kernel/security/apparmor/policy/profiles/shell.3/attach",
                "/{,usr/}bin/{,ba}sh\n");
  EXPECT_EQ(Ask("apparmor-loaded", machine, true).result, Result::kFail);
  machine.Write("sys/kernel/security/apparmor/policy/profiles/shell.3/attach", "<unknown>\n");
  EXPECT_EQ(Ask("apparmor-loaded", machine, true).result, Result::kPass);
}

TEST(Apparmor, AbsentDisabledEmptyAndUnlistedAreFourThings) {
  Machine machine;
  machine.Profiles("");
  EXPECT_EQ(Ask("apparmor-loaded", machine, true).result, Result::kFail);
  machine.Profiles("no mode here\n");
  EXPECT_EQ(Ask("apparmor-loaded", machine, true).result, Result::kError);
  machine.Remove("sys/kernel/security/apparmor/profiles");
  EXPECT_EQ(Ask("apparmor-loaded", machine, true).result, Result::kError);
  machine.Write("sys/module/apparmor/parameters/enabled", "N\n");
  EXPECT_EQ(Ask("apparmor-loaded", machine, true).result, Result::kFail);
  machine.Remove("sys/module/apparmor/parameters/enabled");
  EXPECT_EQ(Ask("apparmor-loaded", machine, true).result, Result::kFail);
  TempRoot without_sys;
  EXPECT_EQ(Ask("apparmor-loaded", without_sys, true).result, Result::kError);
}

TEST(Apparmor, AnImageTellsOnlyWhatItsFilesSpeakAgainst) {
  TempRoot root{{"etc/apparmor.d/usr.bin.man", "/usr/bin/man {\n}\n"}};
  EXPECT_EQ(Ask("apparmor-loaded", root, false).result, Result::kNotChecked);
  EXPECT_EQ(Ask("apparmor-enforcing", root, false).result, Result::kNotChecked);
  root.Symlink("etc/apparmor.d/force-complain/usr.bin.man", "/etc/apparmor.d/usr.bin.man");
  EXPECT_EQ(Ask("apparmor-loaded", root, false).result, Result::kNotChecked);
  EXPECT_EQ(Ask("apparmor-enforcing", root, false).result, Result::kFail);
  root.Remove("etc/apparmor.d/force-complain/usr.bin.man");
  root.Write("etc/apparmor.d/usr.bin.man", "profile man /usr/bin/man flags=(complain) {\n}\n");
  Answer answer = Ask("apparmor-enforcing", root, false);
  EXPECT_EQ(answer.result, Result::kFail);
  ASSERT_EQ(answer.evidence.size(), 1u);
  EXPECT_EQ(answer.evidence[0].line, 1);
  root.Symlink("etc/apparmor.d/disable/usr.bin.man", "/etc/apparmor.d/usr.bin.man");
  EXPECT_EQ(Ask("apparmor-enforcing", root, false).result, Result::kNotChecked)
      << "what is not loaded does not complain";
  root.Write("etc/apparmor.d/other", "profile x flags=(unconfined) {\n}\n");
  EXPECT_EQ(Ask("apparmor-loaded", root, false).result, Result::kFail);
}

TEST(Apparmor, TheNextBootCountsOnARunningMachineToo) {
  Machine machine;
  machine.Write("etc/apparmor.d/usr.bin.man", "/usr/bin/man {\n}\n");
  machine.Symlink("etc/apparmor.d/force-complain/usr.bin.man", "/etc/apparmor.d/usr.bin.man");
  EXPECT_EQ(Ask("apparmor-enforcing", machine, true).result, Result::kFail);
  EXPECT_EQ(Ask("apparmor-loaded", machine, true).result, Result::kPass);
}

TEST(Apparmor, FlagsAreReadWhereTheyStand) {
  EXPECT_TRUE(FindApparmorFlags("# flags=(complain)\n/x { # flags=(complain)\n}\n").empty());
  auto flags = FindApparmorFlags("\nprofile a /b flags=( attach_disconnected, complain ) {\n");
  ASSERT_EQ(flags.size(), 1u);
  EXPECT_EQ(flags[0].line, 2);
  EXPECT_TRUE(flags[0].has("complain"));
  EXPECT_FALSE(flags[0].has("attach"));
  EXPECT_FALSE(IsApparmorFile("usr.bin.man.dpkg-old"));
  EXPECT_TRUE(IsApparmorFile("usr.bin.man"));
}

TEST(Apparmor, PatternsMatchAsTheManualSays) {
  struct Case {
    const char *pattern, *path;
    bool matches;
  };
  for (const Case& one : std::vector<Case>{{"/usr/bin/*", "/usr/bin/x", true},
                                           {"/usr/bin/*", "/usr/bin/x/y", false},
                                           {"/usr/**", "/usr/bin/x/y", true},
                                           {"/{,usr/}bin/p{i,o}ng", "/usr/bin/pong", true},
                                           {"/{,usr/}bin/p{i,o}ng", "/bin/ping", true},
                                           {"/{,usr/}bin/p{i,o}ng", "/bin/png", false},
                                           {"/a?c", "/a/c", false},
                                           {"/a[bx]c", "/axc", true},
                                           {"/a.c", "/abc", false},
                                           {"/a\\*c", "/a*c", true},
                                           {"/a\\*c", "/abc", false}}) {
    Expected<bool> matches = ApparmorGlobMatches(one.pattern, one.path);
    ASSERT_TRUE(matches) << matches.error().ToString();
    EXPECT_EQ(*matches, one.matches) << one.pattern << " " << one.path;
  }
  EXPECT_FALSE(ApparmorGlobMatches("/{a", "/a"));
  EXPECT_FALSE(ApparmorGlobMatches("/a}", "/a"));
  EXPECT_FALSE(ApparmorGlobMatches(std::string(20, '{') + std::string(20, '}'), "/a"));
}

TEST(Selinux, IsAskedOfTheKernelAndOfTheFile) {
  TempRoot root{{"etc/selinux/config", "# SELINUX=disabled\n\nSELINUX=enforcing\n"},
                {"sys/fs/selinux/enforce", "1"}};
  EXPECT_EQ(Ask("selinux-enforcing", root, true).result, Result::kPass);
  EXPECT_EQ(Ask("selinux-enforcing", root, false).result, Result::kPass);
  root.Write("sys/fs/selinux/enforce", "0");
  EXPECT_EQ(Ask("selinux-enforcing", root, true).result, Result::kFail);
  EXPECT_EQ(Ask("selinux-enabled", root, true).result, Result::kPass);
  root.Remove("sys/fs/selinux/enforce");
  EXPECT_EQ(Ask("selinux-enabled", root, true).result, Result::kFail);
  root.Write("etc/selinux/config", "SELINUX=permissive\n");
  EXPECT_EQ(Ask("selinux-enforcing", root, false).result, Result::kFail);
  EXPECT_EQ(Ask("selinux-enabled", root, false).result, Result::kPass);
  root.Remove("etc/selinux/config");
  EXPECT_EQ(Ask("selinux-enabled", root, false).result, Result::kFail);
  TempRoot without_sys;
  EXPECT_EQ(Ask("selinux-enabled", without_sys, true).result, Result::kError);
}

TEST(Selinux, TheFirstLineThatNamesAModeWins) {
  for (auto [text, mode] : {std::pair{"SELINUX=Enforcing\nSELINUX=disabled\n", "enforcing"},
                            {"SELINUX=nonsense\nSELINUX= permissive # yes\n", "permissive"},
                            {" SELINUX=enforcing\n", "not set"},
                            {"SELINUXTYPE=targeted\n", "not set"}})
    EXPECT_EQ(ParseSelinuxConfig(text).mode, mode) << text;
}

TEST(Selinux, AServiceWithoutADomainIsNamed) {
  TempRoot root{{"sys/fs/selinux/enforce", "1"},
                {"proc/7/attr/current", std::string("system_u:system_r:sshd_t:s0\0", 28)}};
  root.Symlink("proc/7/exe", "/usr/sbin/sshd");
  EXPECT_EQ(Ask("selinux-confined", root, true).result, Result::kPass);
  EXPECT_EQ(Ask("selinux-confined", root, false).result, Result::kNotChecked);
  root.Write("proc/8/attr/current", "system_u:system_r:unconfined_service_t:s0\n");
  root.Symlink("proc/8/exe", "/opt/x");
  Answer answer = Ask("selinux-confined", root, true);
  EXPECT_EQ(answer.result, Result::kFail);
  EXPECT_TRUE(answer.reason.contains("process 8 (/opt/x)")) << answer.reason;
  root.Remove("sys/fs/selinux/enforce");
  EXPECT_TRUE(Ask("selinux-confined", root, true).reason.contains("SELinux is disabled"));
}

TEST(SecurityModule, AStateFromTheFutureIsNotChecked) {
  EXPECT_EQ(Ask("smack-enforcing", TempRoot(), false).result, Result::kNotChecked);
}

}  // namespace

}  // namespace assay
