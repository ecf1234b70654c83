// SPDX-License-Identifier: Apache-2.0
// The inode predicate over many objects: lists, globs, recursion.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checks/predicates/predicate.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

Inode Wanted(const std::string& path, uint32_t mode) {
  Inode inode;
  inode.add_paths(path);
  inode.set_mode(mode);
  return inode;
}

Answer Ask(const Inode& inode, const TempRoot& root) {
  Host host = root.OpenHost();
  return JudgeInode(inode, host);
}

TEST(InodeMany, AGlobNamesEachOffender) {
  TempRoot root{{"etc/ssh/a_key", ""}, {"etc/ssh/b_key", ""}, {"etc/ssh/c_key.pub", ""}};
  for (const char* file : {"etc/ssh/a_key", "etc/ssh/b_key"}) root.Chmod(file, 0600);
  Inode inode = Wanted("/etc/ssh/*_key", 0600);
  EXPECT_EQ(Ask(inode, root).result, Result::kPass);
  root.Chmod("etc/ssh/b_key", 0644);
  Answer answer = Ask(inode, root);
  EXPECT_EQ(answer.result, Result::kFail);
  EXPECT_EQ(answer.reason, "/etc/ssh/b_key has mode 0644, wanted is no more than 0600");
  ASSERT_EQ(answer.evidence.size(), 1u);
  EXPECT_EQ(answer.evidence[0].source, "/etc/ssh/b_key");
}

TEST(InodeMany, ZeroMatchesAreWhatTheRuleSays) {
  TempRoot root;
  Inode inode = Wanted("/etc/ssh/*_key", 0600);
  EXPECT_EQ(Ask(inode, root).result, Result::kFail);
  inode.set_absent("pass");
  EXPECT_EQ(Ask(inode, root).result, Result::kPass);
  inode.set_absent("notapplicable");
  Answer answer = Ask(inode, root);
  EXPECT_EQ(answer.result, Result::kNotApplicable);
  EXPECT_FALSE(answer.reason.empty());
}

// A dangling link has no mode of its own that anybody could use.
TEST(InodeMany, ADanglingLinkIsNoMatch) {
  TempRoot root;
  root.Symlink("etc/ssh/a_key", "/nowhere");
  Inode inode = Wanted("/etc/ssh/*_key", 0600);
  inode.set_absent("pass");
  EXPECT_EQ(Ask(inode, root).result, Result::kPass);
}

TEST(InodeMany, AnOptionalFileOfAListMayBeAbsentButNotAllOfThem) {
  TempRoot root{{"etc/b", ""}};
  Inode inode = Wanted("/etc/a", 0644);
  inode.add_paths("/etc/b");
  EXPECT_EQ(Ask(inode, root).result, Result::kPass);
  root.Remove("etc/b");
  EXPECT_EQ(Ask(inode, root).result, Result::kFail);
}

TEST(InodeMany, RecursionJudgesWhatIsBelowAndFollowsNoLink) {
  TempRoot root{{"var/log/a", ""}, {"var/log/d/e/b", ""}, {"outside/open", ""}};
  root.Chmod("var/log/a", 0640);
  root.Chmod("var/log/d/e/b", 0640);
  root.Chmod("outside/open", 0666);
  root.Symlink("var/log/link", "/outside");
  root.Symlink("var/log/file", "/outside/open");
  root.Chmod("var/log", 0777);
  Inode inode = Wanted("/var/log", 0640);
  inode.set_recurse(true);
  inode.set_type("file");
  EXPECT_EQ(Ask(inode, root).result, Result::kPass) << Ask(inode, root).reason;
  root.Chmod("var/log/d/e/b", 0644);
  EXPECT_EQ(Ask(inode, root).reason, "/var/log/d/e/b has mode 0644, wanted is no more than 0640");
  inode.set_type("directory");
  inode.set_mode(0755);
  root.Chmod("var/log/d/e", 0775);
  EXPECT_EQ(Ask(inode, root).reason, "/var/log/d/e has mode 0775, wanted is no more than 0755");
}

TEST(InodeMany, NamesAndExceptionsDivideATree) {
  TempRoot root{{"var/log/wtmp", ""}, {"var/log/syslog", ""}, {"var/log/apt/term.log", ""}};
  root.Chmod("var/log/wtmp", 0664);
  root.Chmod("var/log/syslog", 0640);
  Inode rest = Wanted("/var/log", 0640), login = Wanted("/var/log", 0664);
  for (Inode* inode : {&rest, &login}) inode->set_recurse(true), inode->set_type("file");
  for (const char* name : {"wtmp", "wtmp.*", "apt"}) rest.add_except(name);
  for (const char* name : {"wtmp", "wtmp.*"}) login.add_names(name);
  EXPECT_EQ(Ask(rest, root).result, Result::kPass) << Ask(rest, root).reason;
  EXPECT_EQ(Ask(login, root).result, Result::kPass);
  root.Chmod("var/log/wtmp", 0666);
  EXPECT_EQ(Ask(rest, root).result, Result::kPass);
  EXPECT_EQ(Ask(login, root).result, Result::kFail);
}

TEST(InodeMany, TwentyOffendersAreNamedAndAllAreCounted) {
  TempRoot root;
  for (int i = 10; i < 40; i++) root.Write("d/" + std::to_string(i), "");
  Inode inode = Wanted("/d", 0600);
  inode.set_recurse(true);
  Answer answer = Ask(inode, root);
  EXPECT_EQ(answer.reason, "/d/10 has mode 0644, wanted is no more than 0600 (and 29 more)");
  ASSERT_EQ(answer.evidence.size(), 21u);
  EXPECT_EQ(answer.evidence[20].value, "30 objects");
}

TEST(InodeMany, OwnersMayBeARangeOfNumbers) {
  TempRoot root{{"f", ""}};
  Inode inode = Wanted("/f", 0644);
  inode.add_owners("nobody-knows");
  inode.add_owners("0-4294967294");
  EXPECT_EQ(Ask(inode, root).result, Result::kPass);
  inode.clear_owners();
  inode.add_owners(std::to_string(getuid() + 1) + "-4294967294");
  EXPECT_EQ(Ask(inode, root).result, Result::kFail);
}

TEST(InodeMany, ADirectoryThatCannotBeReadIsAnError) {
  if (geteuid() == 0) GTEST_SKIP() << "root reads every directory";
  TempRoot root{{"d/e/f", ""}};
  root.Chmod("d/e", 0);
  Inode inode = Wanted("/d", 0777);
  inode.set_recurse(true);
  EXPECT_EQ(Ask(inode, root).result, Result::kError);
  root.Chmod("d/e", 0755);
}

TEST(InodeMany, EveryDirectoryOnTheWayIsAnInput) {
  TempRoot root{{"d/e/f", ""}};
  Host host = root.OpenHost();
  Inode inode = Wanted("/d", 0777);
  inode.set_recurse(true);
  EXPECT_EQ(JudgeInode(inode, host).result, Result::kPass);
  std::set<Input> inputs = host.TakeInputs();
  EXPECT_TRUE(inputs.contains({Input::Kind::kDirectory, "/d/e"}));
  EXPECT_TRUE(inputs.contains({Input::Kind::kMetadata, "/d/e/f"}));
}

}  // namespace

}  // namespace assay
