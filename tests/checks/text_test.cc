// SPDX-License-Identifier: Apache-2.0
// The text predicate where systemd reads: sections, defaults, several places of the main file.
#include <gtest/gtest.h>

#include "checks/predicates/predicate.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

// journald.conf(5), as the rules ask of it.
Text Storage(const std::string& wanted) {
  Text text;
  text.add_paths("/etc/systemd/journald.conf");
  text.add_paths("/usr/lib/systemd/journald.conf");
  text.add_drop_ins("/etc/systemd/journald.conf.d");
  text.add_drop_ins("/usr/lib/systemd/journald.conf.d");
  text.set_section("Journal");
  text.set_separator("=");
  text.set_key("Storage");
  text.set_default_("auto");
  text.mutable_demand()->set_kind("equals");
  text.mutable_demand()->add_values(wanted);
  return text;
}

Answer Ask(const Text& text, const TempRoot& root) {
  Host host = root.OpenHost();
  return JudgeText(text, host);
}

TEST(TextSections, AreReadAsSystemdDoes) {
  const std::string main = "etc/systemd/journald.conf", vendor = "usr/lib/systemd/journald.conf";
  const std::string own = "etc/systemd/journald.conf.d/a.conf";
  const std::string vendors = "usr/lib/systemd/journald.conf.d/";
  struct Case {
    const char* why;
    std::vector<std::pair<std::string, std::string>> files;
    std::string value;
  };
  for (const Case& one : std::vector<Case>{
           {"nobody sets it", {}, "auto"},
           {"a commented default is no assignment", {{main, "[Journal]\n#Storage=none\n"}}, "auto"},
           {"';' begins a comment", {{main, "[Journal]\n;Storage=none\n"}}, "auto"},
           {"in its section", {{main, "[Journal]\nStorage=persistent\n"}}, "persistent"},
           {"before any section", {{main, "Storage=persistent\n[Journal]\n"}}, "auto"},
           {"in another section", {{main, "[Journal]\n[Other]\nStorage=persistent\n"}}, "auto"},
           {"a section comes twice",
            {{main, "[Journal]\n[Other]\n[Journal]\nStorage=persistent\n"}},
            "persistent"},
           {"a name has case", {{main, "[journal]\nStorage=persistent\n"}}, "auto"},
           {"blanks around '='", {{main, "[Journal]\n Storage = persistent \n"}}, "persistent"},
           {"the last wins", {{main, "[Journal]\nStorage=none\nStorage=volatile\n"}}, "volatile"},
           {"an empty value is no assignment",
            {{main, "[Journal]\nStorage=none\nStorage=\n"}},
            "none"},
           {"a line goes on",
            {{main, "[Journal]\nStorage=\\\n# between\npersistent\n"}},
            "persistent"},
           {"a comment does not go on",
            {{main, "[Journal]\n# old \\\nStorage=persistent\n"}},
            "persistent"},
           {"a drop-in comes after the file",
            {{main, "[Journal]\nStorage=none\n"}, {own, "[Journal]\nStorage=persistent\n"}},
            "persistent"},
           {"a drop-in without its section says nothing",
            {{main, "[Journal]\nStorage=none\n"}, {own, "Storage=persistent\n"}},
            "none"},
           {"a drop-in without the file", {{own, "[Journal]\nStorage=persistent\n"}}, "persistent"},
           {"the vendor's file where there is no other",
            {{vendor, "[Journal]\nStorage=none\n"}},
            "none"},
           {"the own file hides the vendor's, whatever is in it",
            {{main, "# empty\n"}, {vendor, "[Journal]\nStorage=none\n"}},
            "auto"},
           {"the own drop-in masks the vendor's of its name",
            {{own, "[Journal]\n"}, {vendors + "a.conf", "[Journal]\nStorage=none\n"}},
            "auto"},
           {"drop-ins go by name, not by directory",
            {{own, "[Journal]\nStorage=persistent\n"},
             {vendors + "z.conf", "[Journal]\nStorage=none\n"}},
            "none"}}) {
    TempRoot root;
    for (const auto& [path, text] : one.files) root.Write(path, text);
    Answer answer = Ask(Storage(one.value), root);
    EXPECT_EQ(ResultName(answer.result), "pass") << one.why << ": " << answer.reason;
    EXPECT_EQ(Ask(Storage("x"), root).result, Result::kFail) << one.why;
  }
}

TEST(TextSections, AFileThatIsALinkToDevNullHidesTheNextOne) {
  TempRoot root{{"usr/lib/systemd/journald.conf", "[Journal]\nStorage=none\n"}};
  root.Symlink("etc/systemd/journald.conf", "/dev/null");
  EXPECT_EQ(Ask(Storage("auto"), root).result, Result::kPass);
}

TEST(TextSections, TheReasonSaysThatItIsTheDefault) {
  TempRoot root;
  EXPECT_EQ(Ask(Storage("persistent"), root).reason,
            "[Journal] Storage is auto by default, wanted is persistent");
}

// Each was tried with the program: useradd -D, chgpasswd.
TEST(TextReadBy, AProgramsOwnReadingCounts) {
  Text inactive;
  inactive.add_paths("/etc/f");
  inactive.set_key("INACTIVE");
  inactive.set_separator("=");
  inactive.set_read_by("useradd");
  inactive.mutable_demand()->set_kind("at-most");
  inactive.mutable_demand()->add_values("45");
  Text method;
  method.add_paths("/etc/f");
  method.set_key("ENCRYPT_METHOD");
  method.set_separator(" ");
  method.set_read_by("login.defs");
  method.mutable_demand()->add_values("SHA512");
  for (auto [text, line, result] : std::vector<std::tuple<Text, const char*, Result>>{
           {inactive, "INACTIVE=45\n", Result::kPass},
           {inactive, "INACTIVE = 45\n", Result::kFail},
           {inactive, " INACTIVE=45\n", Result::kFail},
           {inactive, "INACTIVE=30\nINACTIVE =99\n", Result::kPass},
           {method, "ENCRYPT_METHOD SHA512\n", Result::kPass},
           {method, "ENCRYPT_METHOD\t\"SHA512\" \n", Result::kPass},
           {method, "ENCRYPT_METHOD sha512\n", Result::kFail}}) {
    TempRoot root{{"etc/f", line}};
    EXPECT_EQ(Ask(text, root).result, result) << line;
  }
}

TEST(TextCase, OfTheValueIsIgnoredOnlyWhereTheRuleSaysSo) {
  TempRoot root{{"etc/systemd/journald.conf", "[Journal]\nStorage=Persistent\n"}};
  Text text = Storage("persistent");
  EXPECT_EQ(Ask(text, root).result, Result::kFail);
  text.mutable_demand()->set_ignore_case(true);
  EXPECT_EQ(Ask(text, root).result, Result::kPass);
}

}  // namespace

}  // namespace assay
