// SPDX-License-Identifier: Apache-2.0
// The predicate accounts: each root is a trap, the comment or the name says why.
#include <gtest/gtest.h>
#include <unistd.h>

#include "checks/predicates/account_invariants.h"
#include "checks/predicates/forms.h"
#include "checks/predicates/predicate.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

constexpr int64_t kDay = 24 * 60 * 60;
constexpr char kHash[] = "$y$j9T$salt$hash";

Accounts Wanted(const std::string& yaml) {
  Accounts wanted;
  CompileAccounts(Form("test", ParseYaml("test", yaml).value()), wanted);
  return wanted;
}

Answer Ask(const std::string& yaml, const TempRoot& root, int64_t day = 20'000) {
  Host host = root.OpenHost();
  host.UseClock([day] { return day * kDay; });
  return JudgeAccounts(Wanted(yaml), host);
}

// A root of root alone and of the lines that a test adds.
struct World {
  std::string passwd = "", shadow = "", group = "", gshadow = "";
};

Answer Ask(const std::string& yaml, const World& world, int64_t day = 20'000) {
  TempRoot root{{"etc/passwd", "root:x:0:0:root:/root:/bin/bash\n" + world.passwd},
                {"etc/shadow", "root:*:19000:0:99999:7:::\n" + world.shadow},
                {"etc/group", "root:x:0:\n" + world.group},
                {"etc/gshadow", world.gshadow},
                {"etc/shells", "# shells\n/bin/sh\n/bin/bash # the usual one\n"}};
  return Ask(yaml, root, day);
}

Result Of(const std::string& yaml, const World& world, int64_t day = 20'000) {
  Answer answer = Ask(yaml, world, day);
  EXPECT_TRUE(answer.result == Result::kPass || !answer.reason.empty());
  EXPECT_FALSE(answer.result == Result::kPass && answer.evidence.empty());
  return answer.result;
}

TEST(Accounts, EveryInvariantHoldsOfRootAlone) {
  for (const AccountInvariant& one : AccountInvariants()) {
    if (one.name == "home-directories") continue;  // needs a tree, below
    std::string yaml(one.name);
    if (one.demand) yaml = "{check: " + yaml + ", at-most: 365}";
    EXPECT_EQ(Of(yaml, {}), Result::kPass) << one.name;
  }
}

TEST(Accounts, UidZeroIsRootsAlone) {
  Answer answer = Ask("uid-0-only-root", World{.passwd = "toor:x:0:1::/:/bin/sh\n"});
  EXPECT_EQ(answer.result, Result::kFail);
  EXPECT_EQ(answer.reason, "toor has uid 0 (/etc/passwd:2), wanted is that uid 0 is root's alone");
  ASSERT_EQ(answer.evidence.size(), 1u);
  EXPECT_EQ(answer.evidence[0].line, 2);
  // "00" is zero to the C library too.
  EXPECT_EQ(Of("uid-0-only-root", {.passwd = "toor:x:00:1::/:/bin/sh\n"}), Result::kFail);
  TempRoot renamed{{"etc/passwd", "admin:x:7:0::/:/bin/sh\n"}, {"etc/group", ""}};
  EXPECT_EQ(Ask("uid-0-only-root", renamed).result, Result::kFail);
}

TEST(Accounts, GidZeroIsRootsAlone) {
  World sync{.passwd = "sync:x:4:0::/bin:/bin/sync\n"};
  EXPECT_EQ(Of("gid-0-users", sync), Result::kFail);
  EXPECT_EQ(Of("{check: gid-0-users, except: [sync]}", sync), Result::kPass);
  // A prefix of an excepted name is another account.
  World prefix{.passwd = "sync2:x:1004:0::/bin:/bin/sh\n"};
  EXPECT_EQ(Of("{check: gid-0-users, except: [sync]}", prefix), Result::kFail);
  EXPECT_EQ(Of("gid-0-group-only-root", {.group = "wheel:x:0:\n"}), Result::kFail);
}

TEST(Accounts, PasswordFieldsAreReadAsLoginReadsThem) {
  EXPECT_EQ(Of("shadowed-passwords", {.passwd = "a:$1$a$b:5:0::/:/bin/sh\n"}), Result::kFail);
  EXPECT_EQ(Of("no-empty-passwords", {.shadow = "a::1::::::\n"}), Result::kFail);
  // Without shadow an empty field of passwd opens the account.
  EXPECT_EQ(Of("no-empty-passwords", {.passwd = "a::5:0::/:/bin/sh\n"}), Result::kFail);
  for (auto [field, result] : {std::pair<const char*, Result>{"*", Result::kPass},
                               {"!", Result::kPass},
                               {"!!", Result::kPass},
                               {"!*", Result::kPass},
                               {"!$6$a$b", Result::kPass},
                               {kHash, Result::kPass},
                               {"abJnggxhB/yWI", Result::kPass},
                               {"", Result::kFail},
                               {"x", Result::kFail},
                               {"secret", Result::kFail}}) {
    TempRoot root{{"etc/passwd", "root:x:0:0::/root:/bin/sh\n"},
                  {"etc/group", ""},
                  {"etc/shadow", "root:" + std::string(field) + ":1::::::\n"}};
    EXPECT_EQ(Ask("root-password", root).result, result) << field;
  }
}

TEST(Accounts, WithoutShadowNoPasswordRuleHolds) {
  TempRoot root{{"etc/passwd", "root:x:0:0::/root:/bin/sh\n"}, {"etc/group", "root:x:0:\n"}};
  EXPECT_EQ(Ask("no-empty-passwords", root).result, Result::kFail);
  EXPECT_EQ(Ask("root-password", root).result, Result::kFail);
  EXPECT_EQ(Ask("unique-uids", root).result, Result::kPass);
}

TEST(Accounts, GroupsAreJoined) {
  EXPECT_EQ(Of("primary-groups-exist", {.passwd = "a:x:5:77::/:/bin/sh\n"}), Result::kFail);
  EXPECT_EQ(Of("shadow-group-empty", {.group = "shadow:x:42:\n"}), Result::kPass);
  EXPECT_EQ(Of("shadow-group-empty", {.group = "shadow:x:42:eve\n"}), Result::kFail);
  EXPECT_EQ(
      Of("shadow-group-empty", {.passwd = "eve:x:5:42::/:/bin/sh\n", .group = "shadow:x:42:\n"}),
      Result::kFail);
  EXPECT_EQ(Of("shadow-group-empty", {.group = "shadow:x:42:\n", .gshadow = "shadow:*::eve\n"}),
            Result::kFail);
}

TEST(Accounts, WhatStandsTwiceIsNamedTwice) {
  Answer answer = Ask("unique-uids", World{.passwd = "a:x:5:0::/:/bin/sh\nb:x:5:0::/:/bin/sh\n"});
  EXPECT_EQ(answer.result, Result::kFail);
  EXPECT_EQ(answer.evidence.size(), 2u);
  EXPECT_EQ(Of("unique-gids", {.group = "a:x:5:\nb:x:5:\n"}), Result::kFail);
  EXPECT_EQ(Of("unique-user-names", {.passwd = "a:x:5:0::/:/x\na:x:6:0::/:/x\n"}), Result::kFail);
  EXPECT_EQ(Of("unique-group-names", {.group = "a:x:5:\na:x:6:\n"}), Result::kFail);
}

TEST(Accounts, TheFirstTwentyOffendersAreEvidenceAndTheRestIsCounted) {
  World many;
  for (int i = 0; i < 100; i++) many.passwd += "u" + std::to_string(i) + ":x:0:0::/:/bin/sh\n";
  Answer answer = Ask("uid-0-only-root", many);
  EXPECT_EQ(answer.evidence.size(), 20u);
  EXPECT_NE(answer.reason.find("and 99 more"), std::string::npos) << answer.reason;
}

TEST(Accounts, SystemAccountsHaveNoShell) {
  auto shell = [](const std::string& uid, const std::string& path) {
    return Of("system-accounts-no-shell", {.passwd = "a:x:" + uid + ":0::/:" + path + "\n"});
  };
  for (const char* none : {"/usr/sbin/nologin", "/sbin/nologin", "/bin/false", "/usr/bin/false"})
    EXPECT_EQ(shell("5", none), Result::kPass) << none;
  // An empty field is /bin/sh.
  for (const char* some : {"/bin/sh", "", "/opt/tool", "nologin", "/bin/notnologin"})
    EXPECT_EQ(shell("5", some), Result::kFail) << some;
  EXPECT_EQ(shell("1000", "/bin/sh"), Result::kPass);
  EXPECT_EQ(shell("65534", "/bin/sh"), Result::kFail);
}

TEST(Accounts, WhoIsASystemAccountIsSaidByLoginDefs) {
  TempRoot root{{"etc/passwd", "root:x:0:0::/root:/bin/sh\na:x:700:0::/:/bin/sh\n"},
                {"etc/group", ""},
                {"etc/login.defs", "UID_MIN 1000\nUID_MIN\t500\n"}};
  EXPECT_EQ(Ask("system-accounts-no-shell", root).result, Result::kPass);
  root.Write("etc/login.defs", "#UID_MIN 500\n");
  EXPECT_EQ(Ask("system-accounts-no-shell", root).result, Result::kFail);
  root.Write("etc/login.defs", "UID_MIN many\n");
  EXPECT_EQ(Ask("system-accounts-no-shell", root).result, Result::kError);
}

TEST(Accounts, NologinIsNoListedShell) {
  TempRoot root{{"etc/passwd", "root:x:0:0::/root:/bin/sh\n"},
                {"etc/group", ""},
                {"etc/shells", "/bin/sh\n#/sbin/nologin\n/bin/nologin2\n"}};
  EXPECT_EQ(Ask("shells-without-nologin", root).result, Result::kPass);
  root.Append("etc/shells", "/usr/sbin/nologin\n");
  EXPECT_EQ(Ask("shells-without-nologin", root).result, Result::kFail);
}

TEST(Accounts, WhoHasNoShellIsLocked) {
  auto with = [](const std::string& shell, const std::string& password) {
    return Of("no-shell-accounts-locked",
              {.passwd = "a:x:5:0::/:" + shell + "\n", .shadow = "a:" + password + ":1::::::\n"});
  };
  EXPECT_EQ(with("/usr/sbin/nologin", "!*"), Result::kPass);
  EXPECT_EQ(with("/usr/sbin/nologin", kHash), Result::kFail);
  EXPECT_EQ(with("/usr/sbin/nologin", ""), Result::kFail);
  EXPECT_EQ(with("/opt/not-in-shells", kHash), Result::kFail);
  EXPECT_EQ(with("/bin/bash", kHash), Result::kPass);
  EXPECT_EQ(with("", kHash), Result::kPass);
  // No line of shadow: no password opens it. A hash in passwd does.
  EXPECT_EQ(Of("no-shell-accounts-locked", {.passwd = "a:x:5:0::/:/bin/false\n"}), Result::kPass);
  EXPECT_EQ(Of("no-shell-accounts-locked", {.passwd = "a:$1$a$b:5:0::/:/bin/false\n"}),
            Result::kFail);
}

TEST(Accounts, AgingIsAskedOfThoseWithAPassword) {
  const std::string rule = "{check: password-max-days, within: [1, 365]}";
  auto aging = [&](const std::string& fields) {
    return Of(rule, {.shadow = "a:" + fields + "\n"});
  };
  std::string hash = kHash;
  EXPECT_EQ(aging(hash + ":19000:0:365:7:30::"), Result::kPass);
  EXPECT_EQ(aging(hash + ":19000:0:99999:7:30::"), Result::kFail);
  EXPECT_EQ(aging(hash + ":19000:0:0:7:30::"), Result::kFail);
  EXPECT_EQ(aging(hash + ":19000:0::7:30::"), Result::kFail);
  // shadow(5): without a date of the last change nothing ages.
  EXPECT_EQ(aging(hash + "::0:365:7:30::"), Result::kFail);
  EXPECT_EQ(aging("!:19000:0:99999:7:::"), Result::kPass);
  EXPECT_EQ(aging("!" + hash + ":19000:0:99999:7:::"), Result::kPass);
  EXPECT_EQ(Of("{check: password-inactive-days, within: [0, 45]}",
               {.shadow = "a:" + hash + ":19000:0:365:7:-1::\n"}),
            Result::kFail);
  EXPECT_EQ(Of("{check: password-warn-days, at-least: 7}",
               {.shadow = "a:" + hash + ":19000:0:365::::\n"}),
            Result::kFail);
}

TEST(Accounts, AChangeLiesInThePastOrIsToday) {
  World world{.shadow = "a:" + std::string(kHash) + ":20000:0:365:7:::\n"};
  EXPECT_EQ(Of("last-change-in-past", world, 20'000), Result::kPass);
  EXPECT_EQ(Of("last-change-in-past", world, 19'999), Result::kFail);
}

TEST(Accounts, AMalformedLineIsAnErrorThatNamesIt) {
  for (const char* line :
       {"a:x:5:0::/", "a:x:5:0::/:/bin/sh:", "a:x::0::/:/bin/sh", ":x:5:0::/:/bin/sh",
        "a:x:-1:0::/:/bin/sh", "a:x:4294967295:0::/:/bin/sh", " a:x:5:0::/:/bin/sh",
        "a:x:5:0::/:/bin/sh\r", "a:x:5x:0::/:/bin/sh"}) {
    Answer answer = Ask("unique-uids", World{.passwd = std::string(line) + "\n"});
    EXPECT_EQ(answer.result, Result::kError) << line;
    EXPECT_NE(answer.reason.find("/etc/passwd:2"), std::string::npos) << answer.reason;
  }
  EXPECT_EQ(Of("unique-uids", {.shadow = "a:*:x::::::\n"}), Result::kError);
  EXPECT_EQ(Of("unique-uids", {.passwd = "\n# old\n"}), Result::kPass);
  TempRoot none;
  EXPECT_EQ(Ask("unique-uids", none).result, Result::kError);
}

TEST(Accounts, LinesOfNisMatterOnlyWhereNsswitchReadsThem) {
  TempRoot root{{"etc/passwd", "root:x:0:0::/root:/bin/sh\n+::::::\n+@admins\n"},
                {"etc/group", "root:x:0:\n"},
                {"etc/nsswitch.conf", "passwd: files\n"}};
  EXPECT_EQ(Ask("unique-uids", root).result, Result::kPass);
  root.Write("etc/nsswitch.conf", "passwd:\tcompat # old\n");
  EXPECT_EQ(Ask("unique-uids", root).result, Result::kNotChecked);
}

std::string Me(const std::string& home, const std::string& shell = "/bin/bash") {
  return "me:x:" + std::to_string(getuid()) + ":" + std::to_string(getgid()) + "::" + home + ":" +
         shell + "\n";
}

TEST(Accounts, AHomeExistsAndIsTheUsersOwn) {
  const std::string rule = "{check: home-directories, mode: \"0750\"}";
  TempRoot root{{"etc/passwd", Me("/home/me")}, {"etc/group", ""}};
  EXPECT_EQ(Ask(rule, root).result, Result::kFail) << "absent";
  root.MakeDirectory("home/me");
  for (auto [mode, result] : {std::pair{0750u, Result::kPass},
                              {0700u, Result::kPass},
                              {02750u, Result::kPass},
                              {0755u, Result::kFail},
                              {0770u, Result::kFail}}) {
    root.Chmod("home/me", mode);
    EXPECT_EQ(Ask(rule, root).result, result) << std::oct << mode;
  }
  root.Chmod("home/me", 0750);
  root.Write("etc/passwd", "other:x:4711:4711::/home/me:/bin/bash\n");
  EXPECT_EQ(Ask(rule, root).result, Result::kFail);
  root.Write("etc/passwd", "other:x:4711:4711::/nonexistent:/usr/sbin/nologin\n");
  EXPECT_EQ(Ask(rule, root).result, Result::kPass);
  root.Write("etc/passwd", Me(""));
  EXPECT_EQ(Ask(rule, root).result, Result::kFail);
}

TEST(Accounts, DotFilesAreClosed) {
  TempRoot root{{"etc/passwd", Me("/home/me")}, {"etc/group", ""}};
  EXPECT_EQ(Ask("dot-files", root).result, Result::kPass) << "no home has no dot files";
  root.Write("home/me/.profile", "");
  root.Write("home/me/notes", "");
  root.Chmod("home/me/notes", 0666);
  EXPECT_EQ(Ask("dot-files", root).result, Result::kPass);
  for (auto [name, mode, result] : {std::tuple{".profile", 0664u, Result::kFail},
                                    {".bash_history", 0644u, Result::kFail},
                                    {".bash_history", 0600u, Result::kPass},
                                    {".netrc", 0640u, Result::kFail},
                                    {".rhosts", 0600u, Result::kFail},
                                    {".forward", 0600u, Result::kFail}}) {
    std::string path = std::string("home/me/") + name;
    root.Write(path, "");
    root.Chmod(path, mode);
    EXPECT_EQ(Ask("dot-files", root).result, result) << name << std::oct << mode;
    root.Remove(path);
  }
}

TEST(Accounts, TheFormTakesTheClosedSetOnly) {
  for (const char* wrong : {"no-such-check", "password-max-days", "home-directories",
                            "{check: unique-uids, at-most: 3}", "{check: password-max-days}",
                            "{check: home-directories, mode: wide}", "[unique-uids]"})
    EXPECT_THROW(Wanted(wrong), FormMistake) << wrong;
  Accounts newer;
  newer.set_check("of-a-later-assay");
  TempRoot root;
  Host host = root.OpenHost();
  EXPECT_EQ(JudgeAccounts(newer, host).result, Result::kNotChecked);
}

}  // namespace

}  // namespace assay
