// SPDX-License-Identifier: Apache-2.0
// Keys and locks of dconf's system databases, from the files that they are compiled of.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "checks/formats/dconf_files.h"
#include "checks/formats/dconf_profile.h"
#include "checks/predicates/predicate.h"
#include "tests/support/process.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

constexpr char kKey[] = "/org/gnome/login-screen/banner-message-enable";
constexpr char kOn[] = "[org/gnome/login-screen]\nbanner-message-enable=true\n";
constexpr char kOff[] = "[org/gnome/login-screen]\nbanner-message-enable=false\n";

Dconf Value(const std::string& kind, const std::string& value) {
  Dconf dconf;
  dconf.set_key(kKey);
  dconf.mutable_wanted()->set_kind(kind);
  dconf.mutable_wanted()->add_values(value);
  return dconf;
}

Dconf Locked() {
  Dconf dconf;
  dconf.set_key(kKey);
  dconf.set_locked(true);
  return dconf;
}

Answer Ask(const Dconf& dconf, const TempRoot& root) {
  Host host = root.OpenHost();
  return JudgeDconf(dconf, host);
}

// A profile of two databases, compiled after their files were written.
struct Desktop : TempRoot {
  Desktop() {
    Write("etc/dconf/profile/user", "user-db:user\nsystem-db:local\nsystem-db:site # weaker\n");
  }
  void Compile() const {
    Write("etc/dconf/db/local", "GVariant");
    Write("etc/dconf/db/site", "GVariant");
  }
};

TEST(Dconf, TheStrongestDatabaseAndTheLastFileNameWin) {
  struct Case {
    const char* why;
    std::vector<std::pair<std::string, std::string>> files;
    Result result;
  };
  for (const Case& one : std::vector<Case>{
           {"it is set", {{"local.d/00", kOn}}, Result::kPass},
           {"of file names the later wins",
            {{"local.d/00", kOff}, {"local.d/10", kOn}},
            Result::kPass},
           {"of file names the later wins",
            {{"local.d/00", kOn}, {"local.d/10", kOff}},
            Result::kFail},
           {"the first database of the profile wins",
            {{"local.d/00", kOff}, {"site.d/00", kOn}},
            Result::kFail},
           {"unless a weaker one locks the key",
            {{"local.d/00", kOff},
             {"site.d/00", kOn},
             {"site.d/locks/a", std::string(kKey) + "\n"}},
            Result::kPass},
           {"a hidden file is not read", {{"local.d/.00", kOn}}, Result::kFail},
           {"a comment sets nothing",
            {{"local.d/00", "[org/gnome/login-screen]\n#banner-message-enable=true\n"}},
            Result::kFail},
           {"a database that the profile does not name is not read",
            {{"gdm.d/00", kOn}},
            Result::kFail},
           {"another group is another key",
            {{"local.d/00", "[org/gnome/other]\nbanner-message-enable=true\n"}},
            Result::kFail},
           {"a text without quotes makes dconf refuse the database",
            {{"local.d/00", std::string(kOn) + "banner-message-text=Hello\n"}},
            Result::kError},
       }) {
    Desktop desktop;
    for (const auto& [file, text] : one.files) desktop.Write("etc/dconf/db/" + file, text);
    desktop.Compile();
    Answer answer = Ask(Value("equals", "true"), desktop);
    EXPECT_EQ(answer.result, one.result) << one.why << ": " << answer.reason;
  }
}

TEST(Dconf, AKeyIsLockedByItsWholePathOnly) {
  Desktop desktop;
  desktop.Write("etc/dconf/db/local.d/locks/a", "# x\n/org/gnome/login-screen/\n");
  desktop.Compile();
  EXPECT_EQ(Ask(Locked(), desktop).result, Result::kFail);
  desktop.Write("etc/dconf/db/local.d/locks/a", " " + std::string(kKey) + "\n");
  EXPECT_EQ(Ask(Locked(), desktop).result, Result::kFail) << "dconf wants the '/' first";
  desktop.Write("etc/dconf/db/local.d/locks/a", "\n" + std::string(kKey) + "\n");
  desktop.Compile();
  Answer answer = Ask(Locked(), desktop);
  EXPECT_EQ(answer.result, Result::kPass) << answer.reason;
  ASSERT_EQ(answer.evidence.size(), 1u);
  EXPECT_EQ(answer.evidence[0].line, 2);
}

TEST(Dconf, WhatWasNotCompiledDoesNotHold) {
  Desktop desktop;
  desktop.Write("etc/dconf/db/local.d/00", kOn);
  Answer answer = Ask(Value("equals", "true"), desktop);
  EXPECT_EQ(answer.result, Result::kFail);
  EXPECT_TRUE(answer.reason.contains("dconf update")) << answer.reason;
  desktop.Compile();
  EXPECT_EQ(Ask(Value("equals", "true"), desktop).result, Result::kPass);
  timespec old[2] = {{1000, 0}, {1000, 0}};
  ASSERT_EQ(utimensat(AT_FDCWD, desktop.Path("etc/dconf/db/local").c_str(), old, 0), 0);
  EXPECT_EQ(Ask(Value("equals", "true"), desktop).result, Result::kFail);
}

TEST(Dconf, WithoutAProfileNoSystemDatabaseIsRead) {
  TempRoot root{{"etc/dconf/db/local.d/00", kOn}, {"etc/dconf/db/local", ""}};
  EXPECT_EQ(Ask(Value("equals", "true"), root).result, Result::kFail);
  root.Write("usr/share/dconf/profile/user", "user-db:user\nsystem-db:local\n");
  EXPECT_EQ(Ask(Value("equals", "true"), root).result, Result::kPass);
  root.Write("etc/dconf/profile/user", "user-db:user\n");
  EXPECT_EQ(Ask(Value("equals", "true"), root).result, Result::kFail);
}

TEST(Dconf, DebiansGreeterIsCompiledWhenItStarts) {
  TempRoot root{{"usr/share/dconf/profile/gdm",
                 "user-db:user\nfile-db:/var/lib/gdm3/greeter-dconf-defaults\n"},
                {"usr/share/gdm/dconf/00-upstream-settings", kOff},
                {"etc/gdm3/greeter.dconf-defaults", kOn}};
  root.Symlink("usr/share/gdm/dconf/90-debian-settings", "/etc/gdm3/greeter.dconf-defaults");
  Dconf wanted = Value("equals", "true");
  wanted.set_profile("gdm");
  EXPECT_EQ(Ask(wanted, root).result, Result::kPass);
}

TEST(Dconf, ValuesAreComparedWithoutTypeAndQuotes) {
  for (auto [text, plain] :
       std::vector<std::pair<const char*, std::optional<std::string>>>{{"true", "true"},
                                                                       {" uint32 900 ", "900"},
                                                                       {"@u 900", "900"},
                                                                       {"-5", "-5"},
                                                                       {"0x10", "0x10"},
                                                                       {"'a b'", "a b"},
                                                                       {"\"it's\"", "it's"},
                                                                       {"'it\\'s'", "it's"},
                                                                       {"['a', 'b']", "['a', 'b']"},
                                                                       {"@as []", "[]"},
                                                                       {"Hello", std::nullopt},
                                                                       {"'open", std::nullopt},
                                                                       {"'a' b", std::nullopt},
                                                                       {"[1", std::nullopt},
                                                                       {"uint32", std::nullopt},
                                                                       {"", std::nullopt}})
    EXPECT_EQ(PlainGvariant(text), plain) << text;
}

TEST(Dconf, WithoutADemandAnyTextWillDoButNone) {
  Desktop desktop;
  Dconf wanted;
  wanted.set_key(kKey);
  for (auto [text, result] : {std::pair{"'Hello'", Result::kPass}, {"''", Result::kFail}}) {
    desktop.Write("etc/dconf/db/local.d/00",
                  std::string("[org/gnome/login-screen]\nbanner-message-enable=") + text + "\n");
    desktop.Compile();
    EXPECT_EQ(Ask(wanted, desktop).result, result) << text;
  }
}

TEST(Dconf, BoundsAreOnNumbers) {
  Desktop desktop;
  desktop.Write("etc/dconf/db/local.d/00",
                "[org/gnome/login-screen]\nbanner-message-enable=uint32 900\n");
  desktop.Compile();
  EXPECT_EQ(Ask(Value("at-most", "900"), desktop).result, Result::kPass);
  EXPECT_EQ(Ask(Value("at-most", "899"), desktop).result, Result::kFail);
}

TEST(Dconf, ASlashInAKeyIsWhatVersionsDisagreeOn) {
  EXPECT_FALSE(ParseDconfKeyfile("[a]\nb/c=1\n", "f")) << "0.40 takes it, later ones refuse all";
}

TEST(Dconf, AgreesWithTheProgram) {
  if (RunProgram({"dconf", "help"}).exit != 0) GTEST_SKIP() << "dconf-cli is not installed";
  TempRoot root{{"d/00", "[a/b]\nx=1\ny = 'it\\'s'\nz=uint32 7\nx=2\n[c]\nk=true\n"},
                {"d/10", "# more\n\n[a/b]\nz=@u 8\n[c]\n[a/b]\nw=\"q\"\n"},
                {"d/.hidden", "[a/b]\nz=uint32 9\n"},
                {"d/locks/l", "/a/b/x\n /a/b/y\n#/a/b/z\n"}};
  ASSERT_EQ(RunProgram({"dconf", "compile", root.Path("db"), root.Path("d")}).exit, 0);
  root.Write("profile", "file-db:" + root.Path("db") + "\n");
  std::map<std::string, DconfValue> values;
  for (const char* file : {"d/00", "d/10"}) {
    auto parsed = ParseDconfKeyfile(root.ReadBack(file), file);
    ASSERT_TRUE(parsed) << parsed.error().ToString();
    for (auto& [key, value] : *parsed) values[key] = value;
  }
  for (const char* key : {"/a/b/x", "/a/b/y", "/a/b/z", "/a/b/w", "/c/k"}) {
    Ran read = RunProgram({"env", "DCONF_PROFILE=" + root.Path("profile"), "dconf", "read", key});
    ASSERT_EQ(read.exit, 0) << read.err;
    read.out.resize(read.out.find('\n'));
    EXPECT_EQ(PlainGvariant(read.out), values[key].text) << key;
  }
  EXPECT_EQ(ParseDconfLocks(root.ReadBack("d/locks/l")).size(), 1u);
  for (const char* bad : {"[a]\nx=hello\n", "x=1\n", "[a]\nx\n", "[/a]\nx=1\n"}) {
    root.Write("d/20", bad);
    EXPECT_NE(RunProgram({"dconf", "compile", root.Path("db"), root.Path("d")}).exit, 0) << bad;
    EXPECT_FALSE(ParseDconfKeyfile(bad, "f")) << bad;
  }
}

}  // namespace

}  // namespace assay
