// SPDX-License-Identifier: Apache-2.0
// The predicates over files: inode, text, kmod, mount. Each row: content, expectation, why.
#include <gtest/gtest.h>
#include <unistd.h>

#include "checks/predicates/predicate.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

template <typename Expected, typename Judge>
Answer Ask(Judge judge, const Expected& expected, const TempRoot& root) {
  Host host = root.OpenHost();
  return judge(expected, host);
}

Inode WantedInode(const std::string& owner, const std::string& group, uint32_t mode) {
  Inode inode;
  inode.add_paths("/etc/f");
  if (!owner.empty()) inode.add_owners(owner);
  if (!group.empty()) inode.add_groups(group);
  inode.set_mode(mode);
  return inode;
}

TEST(InodePredicate, TheModeIsAMaskSoThatTighterPasses) {
  TempRoot root{{"etc/f", ""}};
  for (auto [mode, result] : {std::pair{0600u, Result::kPass},
                              {0640u, Result::kPass},
                              {0400u, Result::kPass},
                              {0644u, Result::kFail},
                              {04640u, Result::kFail}}) {
    root.Chmod("etc/f", mode);
    EXPECT_EQ(Ask(JudgeInode, WantedInode("", "", 0640), root).result, result) << std::oct << mode;
  }
}

TEST(InodePredicate, IdsAreThoseOfTheImage) {
  std::string uid = std::to_string(getuid()), gid = std::to_string(getgid());
  TempRoot root{{"etc/f", ""},
                {"etc/passwd", "mine:x:" + uid + ":" + gid + "::/:\nother:x:4711:4711::/:\n"},
                {"etc/group", "mine:x:" + gid + ":\nother:x:4711:\n"}};
  EXPECT_EQ(Ask(JudgeInode, WantedInode("mine", "mine", 0644), root).result, Result::kPass);
  EXPECT_EQ(Ask(JudgeInode, WantedInode("other", "", 0644), root).result, Result::kFail);
  EXPECT_EQ(Ask(JudgeInode, WantedInode("", "other", 0644), root).result, Result::kFail);
  EXPECT_EQ(Ask(JudgeInode, WantedInode(uid, gid, 0644), root).result, Result::kPass);
  EXPECT_EQ(Ask(JudgeInode, WantedInode("nobody-knows", "", 0644), root).result, Result::kError);
  EXPECT_EQ(Ask(JudgeInode, WantedInode("", "nobody-knows", 0644), root).result, Result::kError);
}

TEST(InodePredicate, WhereNoneOfTheGroupsIsKnownNothingCanBeTold) {
  TempRoot root{{"etc/f", ""}};
  Inode inode = WantedInode("", "adm", 0644);
  inode.add_groups("shadow");
  EXPECT_EQ(Ask(JudgeInode, inode, root).result, Result::kError);
  root.Write("etc/group", "shadow:x:4711:\n");
  EXPECT_EQ(Ask(JudgeInode, inode, root).result, Result::kFail);
}

TEST(InodePredicate, ADirectoryOrAFifoIsNoFile) {
  TempRoot root;
  Inode inode = WantedInode("", "", 0777);
  inode.set_type("file");
  root.Fifo("etc/f");
  EXPECT_EQ(Ask(JudgeInode, inode, root).result, Result::kFail);
  root.Remove("etc/f");
  root.MakeDirectory("etc/f");
  EXPECT_EQ(Ask(JudgeInode, inode, root).result, Result::kFail);
  inode.set_type("directory");
  EXPECT_EQ(Ask(JudgeInode, inode, root).result, Result::kPass);
  inode.set_type("door");
  EXPECT_EQ(Ask(JudgeInode, inode, root).result, Result::kError);
}

TEST(InodePredicate, AnAbsentFilePassesOnlyWhereTheRuleSaysSo) {
  TempRoot root;
  Inode inode = WantedInode("", "", 0644);
  EXPECT_EQ(Ask(JudgeInode, inode, root).result, Result::kFail);
  inode.set_absent("pass");
  EXPECT_EQ(Ask(JudgeInode, inode, root).result, Result::kPass);
}

TEST(InodePredicate, ALinkIsFollowedInsideTheRoot) {
  TempRoot root{{"usr/f", ""}};
  root.Symlink("etc/f", "/usr/f");
  root.Chmod("usr/f", 0666);
  EXPECT_EQ(Ask(JudgeInode, WantedInode("", "", 0644), root).result, Result::kFail);
  root.Chmod("usr/f", 0600);
  EXPECT_EQ(Ask(JudgeInode, WantedInode("", "", 0644), root).result, Result::kPass);
}

Text WantedText(const std::string& comparison, const std::string& value) {
  Text text;
  text.add_paths("/etc/c");
  text.add_drop_ins("/etc/c.d");
  text.set_key("Key");
  text.set_separator("=");
  text.mutable_demand()->set_kind(comparison);
  text.mutable_demand()->add_values(value);
  return text;
}

TEST(TextPredicate, ReadsKeysAsTheProgramsDo) {
  struct Case {
    const char* why;
    Files files;
    std::string comparison, value;
    bool first_wins, ignore_case;
    Result result;
  };
  for (const Case& one : std::vector<Case>{
           {"login.defs(5): the last wins",
            {{"etc/c", "Key=1\nKey=2\n"}},
            "equals",
            "2",
            false,
            false,
            Result::kPass},
           {"sshd_config(5): the first wins",
            {{"etc/c", "Key=1\nKey=2\n"}},
            "equals",
            "1",
            true,
            false,
            Result::kPass},
           {"the directory after the file",
            {{"etc/c", "Key=1\n"}, {"etc/c.d/a.conf", "Key=2\n"}},
            "equals",
            "2",
            false,
            false,
            Result::kPass},
           {"a directory without the file",
            {{"etc/c.d/a.conf", "Key=2\n"}},
            "equals",
            "2",
            false,
            false,
            Result::kPass},
           {"only *.conf",
            {{"etc/c", "Key=1\n"}, {"etc/c.d/a.conf~", "Key=2\n"}},
            "equals",
            "1",
            false,
            false,
            Result::kPass},
           {"keys have case", {{"etc/c", "key=1\n"}}, "equals", "1", false, false, Result::kFail},
           {"auditd.conf(5): keys have none",
            {{"etc/c", "kEY=1\n"}},
            "equals",
            "1",
            false,
            true,
            Result::kPass},
           {"comments", {{"etc/c", "  # Key=1\n"}}, "equals", "1", false, false, Result::kFail},
           {"a longer key is another",
            {{"etc/c", "Keys=1\n"}},
            "equals",
            "1",
            false,
            false,
            Result::kFail},
           {"at least", {{"etc/c", "Key = 14\n"}}, "at-least", "14", false, false, Result::kPass},
           {"at least, less",
            {{"etc/c", "Key = 9\n"}},
            "at-least",
            "14",
            false,
            false,
            Result::kFail},
           {"at most, negative",
            {{"etc/c", "Key = -1\n"}},
            "at-most",
            "0",
            false,
            false,
            Result::kPass},
           {"no number", {{"etc/c", "Key = 14x\n"}}, "at-least", "14", false, false, Result::kFail},
           {"no value", {{"etc/c", "Key =\n"}}, "at-most", "14", false, false, Result::kFail},
           {"CRLF, no last newline",
            {{"etc/c", "a=1\r\nKey=1"}},
            "equals",
            "1",
            false,
            false,
            Result::kPass},
           {"a NUL byte",
            {{"etc/c", std::string("Key=1\n\0", 7)}},
            "equals",
            "1",
            false,
            false,
            Result::kError},
           {"20 MB",
            {{"etc/c", "Key=1\n" + std::string(20 << 20, '\n')}},
            "equals",
            "1",
            false,
            false,
            Result::kError},
           {"absent", {}, "equals", "1", false, false, Result::kFail}}) {
    TempRoot root;
    for (const auto& [path, text] : one.files) root.Write(path, text);
    Text text = WantedText(one.comparison, one.value);
    text.set_first_wins(one.first_wins);
    text.set_ignore_case(one.ignore_case);
    Answer answer = Ask(JudgeText, text, root);
    EXPECT_EQ(ResultName(answer.result), ResultName(one.result)) << one.why << answer.reason;
  }
}

// pwquality.conf(5): "first reads all *.conf files from the directory".
TEST(TextPredicate, TheFileOverridesADirectoryThatIsReadFirst) {
  TempRoot root{{"etc/c", "Key=8\n"}, {"etc/c.d/a.conf", "Key=14\n"}};
  Text text = WantedText("at-least", "14");
  EXPECT_EQ(Ask(JudgeText, text, root).result, Result::kPass);
  text.set_drop_ins_first(true);
  EXPECT_EQ(Ask(JudgeText, text, root).result, Result::kFail);
}

TEST(TextPredicate, AnEarlierDirectoryMasksTheSameName) {
  TempRoot root{{"etc/c.d/a.conf", "Key=1\n"}, {"usr/c.d/a.conf", "Key=2\n"}};
  Text text = WantedText("equals", "1");
  text.add_drop_ins("/usr/c.d");
  EXPECT_EQ(Ask(JudgeText, text, root).result, Result::kPass);
  root.Write("usr/c.d/b.conf", "Key=2\n");
  EXPECT_EQ(Ask(JudgeText, text, root).result, Result::kFail);
}

TEST(TextPredicate, AComparisonFromTheFutureIsNotChecked) {
  TempRoot root{{"etc/c", "Key=1\n"}};
  EXPECT_EQ(Ask(JudgeText, WantedText("resembles", "1"), root).result, Result::kNotChecked);
}

TEST(TextPredicate, ALinkToDevNullMasksADropInAndADirectoryIsAnError) {
  TempRoot root{{"etc/c", "Key=1\n"}};
  root.Symlink("etc/c.d/a.conf", "/dev/null");
  EXPECT_EQ(Ask(JudgeText, WantedText("equals", "1"), root).result, Result::kPass);
  root.MakeDirectory("etc/c.d/b.conf");
  EXPECT_EQ(Ask(JudgeText, WantedText("equals", "1"), root).result, Result::kError);
}

TEST(KmodPredicate, WantsAModuleThatNoKernelCanUse) {
  const std::string dep = "usr/lib/modules/6.1/modules.dep", conf = "etc/modprobe.d/a.conf";
  const std::string has = "kernel/net/a-b.ko.xz: kernel/c.ko\n";
  const std::string install = "install a_b /bin/false\n", black = "blacklist a-b\n";
  struct Case {
    const char* why;
    Files files;
    Result result;
  };
  for (const Case& one : std::vector<Case>{
           {"in no kernel", {{dep, "kernel/c.ko:\n"}}, Result::kPass},
           {"only as another's need", {{dep, "kernel/c.ko: kernel/x.ko\n"}}, Result::kPass},
           {"no kernel at all", {}, Result::kNotApplicable},
           {"what a removed kernel left", {{dep, ""}}, Result::kNotApplicable},
           {"no kernel yet, and refused to whichever comes",
            {{conf, install + black}},
            Result::kPass},
           {"modules without depmod's index: nothing can be told",
            {{"usr/lib/modules/6.1/kernel/c.ko", ""}},
            Result::kError},
           {"loadable", {{dep, has}}, Result::kFail},
           {"an unrelated /usr/lib/modules hides nothing",
            {{"usr/lib/modules/5/modules.dep", ""}, {"lib/modules/6.1/modules.dep", has}},
            Result::kFail},
           {"in the second kernel",
            {{dep, ""}, {"usr/lib/modules/6.2/modules.dep", has}},
            Result::kFail},
           {"/lib without usrmerge", {{"lib/modules/6.1/modules.dep", has}}, Result::kFail},
           {"built in",
            {{"usr/lib/modules/6.1/modules.builtin", "kernel/net/a_b.ko\n"},
             {conf, install + black}},
            Result::kFail},
           {"install and blacklist", {{dep, has}, {conf, install + black}}, Result::kPass},
           {"install only", {{dep, has}, {conf, install}}, Result::kFail},
           {"blacklist only", {{dep, has}, {conf, black}}, Result::kFail},
           {"an install that loads",
            {{dep, has}, {conf, "install a-b /bin/false || modprobe -i a-b\n" + black}},
            Result::kFail},
           {"an earlier install that loads",
            {{dep, has}, {conf, "install a-b /sbin/modprobe -i a-b\n" + install + black}},
            Result::kFail},
           {"commented out", {{dep, has}, {conf, "#" + install + black}}, Result::kFail},
           {"an index that depmod did not write", {{dep, "xxxx\n"}}, Result::kError},
           {"a NUL byte", {{dep, std::string("\0", 1)}}, Result::kError}}) {
    TempRoot root;
    for (const auto& [path, text] : one.files) root.Write(path, text);
    Kmod kmod;
    kmod.set_name("a-b");
    Answer answer = Ask(JudgeKmod, kmod, root);
    EXPECT_EQ(ResultName(answer.result), ResultName(one.result)) << one.why << answer.reason;
  }
}

TEST(MountPredicate, ReadsFstabAndThenMountUnits) {
  struct Case {
    const char* why;
    Files files;
    std::vector<std::string> options;
    Result result;
  };
  const std::string fstab = "etc/fstab", unit = "etc/systemd/system/var-tmp.mount",
                    wanted = "etc/systemd/system/local-fs.target.wants/var-tmp.mount";
  for (const Case& one : std::vector<Case>{
           {"all options",
            {{fstab, "tmpfs /var/tmp tmpfs nodev,nosuid 0 0\n"}},
            {"nosuid", "nodev"},
            Result::kPass},
           {"one is missing",
            {{fstab, "tmpfs /var/tmp tmpfs nodev 0 0\n"}},
            {"nosuid", "nodev"},
            Result::kFail},
           {"whole words",
            {{fstab, "tmpfs /var/tmp tmpfs nodevx 0 0\n"}},
            {"nodev"},
            Result::kFail},
           {"a comment",
            {{fstab, "# tmpfs /var/tmp tmpfs nodev 0 0\n"}},
            {"nodev"},
            Result::kNotApplicable},
           {"a unit",
            {{unit, "[Mount]\nWhat=t\nOptions=mode=1777,nodev\n"}, {wanted, ""}},
            {"nodev"},
            Result::kPass},
           {"a unit that nothing wants is not mounted at boot",
            {{unit, "[Mount]\nWhat=t\nOptions=mode=1777,nodev\n"}},
            {"nodev"},
            Result::kNotApplicable},
           {"a unit without options",
            {{unit, "[Mount]\nWhat=t\n"}, {wanted, ""}},
            {"nodev"},
            Result::kFail},
           {"a unit that systemd does not load",
            {{unit, "[Mount]\nOptions=nodev\n[Unit]\nWhat=t\n"}, {wanted, ""}},
            {"nodev"},
            Result::kError},
           {"fstab(5) noauto: not mounted at boot",
            {{fstab, "tmpfs /var/tmp tmpfs nodev,noauto 0 0\n"}},
            {"nodev"},
            Result::kNotApplicable},
           {"a trailing slash is the same place",
            {{fstab, "tmpfs /var/tmp/ tmpfs nodev 0 0\n"}},
            {"nodev"},
            Result::kPass},
           {"another's unit",
            {{"etc/systemd/system/x-var-tmp.mount", "Options=nodev\n"}},
            {"nodev"},
            Result::kNotApplicable},
           {"no partition", {}, {}, Result::kFail},
           {"no partition, no options", {}, {"nodev"}, Result::kNotApplicable},
           {"a NUL byte", {{fstab, std::string("\0", 1)}}, {"nodev"}, Result::kError}}) {
    TempRoot root;
    for (const auto& [path, text] : one.files) root.Write(path, text);
    Mount mount;
    mount.set_point("/var/tmp");
    for (const std::string& option : one.options) mount.add_options(option);
    Answer answer = Ask(JudgeMount, mount, root);
    EXPECT_EQ(ResultName(answer.result), ResultName(one.result)) << one.why << answer.reason;
    EXPECT_EQ(answer.reason.empty(), one.result == Result::kPass) << one.why;
  }
}

TEST(MountPredicate, FindsProcOnTheRunningMachine) {
  Expected<Host> host = Host::Open("/", true);
  ASSERT_TRUE(host);
  Mount mount;
  mount.set_point("/proc");
  EXPECT_EQ(JudgeMount(mount, *host).result, Result::kPass);
  mount.set_point("/no/such/mount");
  EXPECT_EQ(JudgeMount(mount, *host).result, Result::kFail);
}

}  // namespace

}  // namespace assay
