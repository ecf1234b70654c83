// SPDX-License-Identifier: Apache-2.0
// The walk over a whole root: what it finds, and what surprises it on the way.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>

#include "base/inode_walk.h"
#include "checks/predicates/predicate.h"
#include "checks/predicates/tree_facts.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

std::string Ids(unsigned id) { return "me:x:" + std::to_string(id) + ":0::/:\n"; }

// A root whose owner is known to it.
void Owned(const TempRoot& root) {
  root.Write("etc/passwd", Ids(getuid()));
  root.Write("etc/group", Ids(getgid()));
}

Answer Ask(const std::string& what, const TempRoot& root) {
  Host host = root.OpenHost();
  Walk walk;
  walk.set_what(what);
  return JudgeWalk(walk, host);
}

std::set<std::string> Sources(const Answer& answer) {
  std::set<std::string> sources;
  for (const EvidenceItem& item : answer.evidence) sources.insert(item.source);
  sources.erase("/");  // the count
  return sources;
}

using Names = std::set<std::string>;

TEST(Walk, FindsWhatEverybodyMayWrite) {
  TempRoot root{{"a/file", ""}, {"a/open", ""}, {"tmp/x", ""}, {"drop/x", ""}};
  Owned(root);
  EXPECT_EQ(Ask("world-writable", root).result, Result::kPass);
  root.Chmod("a/open", 0646);
  root.Chmod("tmp", 01777);
  root.Chmod("drop", 0777);
  root.Symlink("a/link", "/nowhere");  // its mode is 0777 and means nothing
  root.Fifo("a/fifo");
  root.Chmod("a/fifo", 0666);
  Answer answer = Ask("world-writable", root);
  EXPECT_EQ(answer.result, Result::kFail);
  EXPECT_EQ(Sources(answer), (Names{"/a/open", "/drop"}));
}

TEST(Walk, OwnersAreThoseOfTheRootsOwnFiles) {
  TempRoot root{{"a/file", ""}};
  Owned(root);
  EXPECT_EQ(Ask("unowned", root).result, Result::kPass) << Ask("unowned", root).reason;
  root.Write("etc/group", Ids(getgid() + 1));
  EXPECT_EQ(Ask("unowned", root).result, Result::kFail);
  root.Remove("etc/group");
  EXPECT_EQ(Ask("unowned", root).result, Result::kError);
  EXPECT_EQ(Ask("world-writable", root).result, Result::kPass);
}

TEST(Walk, ListsSetIdPrograms) {
  TempRoot root{{"usr/bin/su", ""}, {"usr/bin/wall", ""}, {"usr/bin/ls", ""}, {"var/mail/x", ""}};
  root.Chmod("usr/bin/su", 04755);
  root.Chmod("usr/bin/wall", 02755);
  root.Chmod("var/mail", 02775);  // a directory gives its group to new files, no rights
  EXPECT_EQ(Sources(Ask("set-id", root)), (Names{"/usr/bin/su", "/usr/bin/wall"}));
}

TEST(Walk, TheStoresOfContainersAreOfOtherRoots) {
  TempRoot root{{"var/lib/containerd/snap/1/fs/open", ""}, {"var/lib/other/open", ""}};
  Owned(root);
  root.Chmod("var/lib/containerd/snap/1/fs/open", 0666);
  EXPECT_EQ(Ask("world-writable", root).result, Result::kPass);
  root.Chmod("var/lib/other/open", 0666);
  EXPECT_EQ(Sources(Ask("world-writable", root)), Names{"/var/lib/other/open"});
}

TEST(Walk, TwentyAreNamedAndAllAreCounted) {
  TempRoot root;
  for (int i = 10; i < 40; i++) root.Write("d/" + std::to_string(i), "");
  for (int i = 10; i < 40; i++) root.Chmod("d/" + std::to_string(i), 0666);
  Answer answer = Ask("world-writable", root);
  EXPECT_EQ(answer.evidence.size(), 21u);
  EXPECT_TRUE(answer.reason.ends_with("(and 29 more)")) << answer.reason;
}

TEST(Walk, AllRulesShareOnePassAndItsInput) {
  TempRoot root;
  Host host = root.OpenHost();
  const auto* first = &TreeFactsOf(host);
  (void)host.TakeInputs();
  root.Write("late", "");
  EXPECT_EQ(first, &TreeFactsOf(host));
  EXPECT_TRUE(host.TakeInputs().contains({Input::Kind::kTree, "/"}));
  uint64_t before = (*first)->objects;
  host.Forget();
  EXPECT_EQ(TreeFactsOf(host)->objects, before + 1);
}

TEST(Walk, AQuestionFromTheFutureIsNotChecked) {
  EXPECT_EQ(Ask("haunted", TempRoot()).result, Result::kNotChecked);
}

TEST(Walk, ADirectoryThatCannotBeReadIsAnErrorThatNamesIt) {
  if (geteuid() == 0) GTEST_SKIP() << "root reads every directory";
  TempRoot root{{"a/closed/x", ""}};
  root.Chmod("a/closed", 0);
  Answer answer = Ask("world-writable", root);
  root.Chmod("a/closed", 0755);
  EXPECT_EQ(answer.result, Result::kError);
  EXPECT_NE(answer.reason.find("'/a/closed'"), std::string::npos) << answer.reason;
}

// Calls back for each object.
class Watching : public InodeVisitor {
 public:
  explicit Watching(std::function<void(const std::string&)> see) : see_(std::move(see)) {}
  bool Wants(const WalkedInode&) override { return true; }
  void See(const WalkedInode&, std::string_view path) override { see_(std::string(path)); }

 private:
  std::function<void(const std::string&)> see_;
};

class Everywhere : public WalkBorder {
 public:
  bool Enters(const MountRoot&) override { return true; }
  bool IsForeign(std::string_view) override { return false; }
};

Expected<WalkTotal> WalkAll(const TempRoot& root, std::function<void(const std::string&)> see) {
  Watching visitor(std::move(see));
  Everywhere border;
  return root.OpenHost().Walk({{&visitor}, &border, {}});
}

// More levels than fds are kept open, names beyond PATH_MAX, and something behind each level.
TEST(Walk, ComesBackFromAnyDepth) {
  TempRoot root;
  std::string name(40, 'd');
  int fd = open(root.path().c_str(), O_PATH | O_DIRECTORY);
  for (int i = 0; i < 200; i++) {
    ASSERT_EQ(mkdirat(fd, "a", 0755) | mkdirat(fd, name.c_str(), 0755) | mkdirat(fd, "z", 0755), 0);
    int next = openat(fd, name.c_str(), O_PATH | O_DIRECTORY);
    close(fd);
    fd = next;
  }
  close(fd);
  size_t longest = 0, beside = 0;
  Expected<WalkTotal> total = WalkAll(root, [&](const std::string& path) {
    longest = std::max(longest, path.size());
    beside += path.ends_with("/a") || path.ends_with("/z");
  });
  ASSERT_TRUE(total) << total.error().ToString();
  EXPECT_EQ(total->objects, 601u);
  EXPECT_EQ(beside, 400u);
  EXPECT_EQ(longest, 200u * 41);
}

TEST(Walk, PassesOverWhatVanishesMeanwhile) {
  TempRoot root{{"a/x/1", ""}, {"a/y/1", ""}, {"a/z/1", ""}};
  Expected<WalkTotal> total = WalkAll(root, [&](const std::string& path) {
    if (path != "/a/x" && path != "/a/y" && path != "/a/z") return;
    for (const char* one : {"a/x", "a/y", "a/z"})
      if (path != std::string("/") + one) root.Remove(one);
  });
  EXPECT_TRUE(total) << total.error().ToString();
}

TEST(Walk, ADirectoryThatBecomesALinkIsNotFollowed) {
  TempRoot root{{"outside/secret", ""}, {"in/a/x", ""}};
  bool seen_through_link = false;
  Expected<WalkTotal> total = WalkAll(root, [&](const std::string& path) {
    if (path == "/in/a") {
      root.Remove("in/a");
      root.Symlink("in/a", "/outside");
    }
    seen_through_link |= path == "/in/a/secret";
  });
  EXPECT_TRUE(total) << total.error().ToString();
  EXPECT_FALSE(seen_through_link);
}

// The way back goes through "..": it must not lead to another place.
TEST(Walk, ADirectoryThatIsMovedOnTheWayBackIsAnError) {
  TempRoot root;
  std::string deep;
  for (int i = 0; i < 70; i++) deep += "/d";
  root.MakeDirectory(deep);
  std::string third = "/d/d/d";
  Expected<WalkTotal> total = WalkAll(root, [&](const std::string& path) {
    if (path != deep) return;
    EXPECT_EQ(rename(root.Path(third).c_str(), root.Path("elsewhere").c_str()), 0);
  });
  ASSERT_FALSE(total);
  EXPECT_EQ(total.error().code, ErrorCode::kUnavailable) << total.error().ToString();
}

TEST(Walk, CountsARealRootAsFindWould) {
  TempRoot root{{"a/b/c", ""}, {"a/b/d", ""}, {"e", ""}};
  root.Symlink("a/link", "b");
  std::multiset<std::string> seen;
  ASSERT_TRUE(WalkAll(root, [&](const std::string& path) { seen.insert(path); }));
  EXPECT_EQ(seen,
            (std::multiset<std::string>{"/", "/a", "/a/b", "/a/b/c", "/a/b/d", "/a/link", "/e"}));
}

}  // namespace

}  // namespace assay
