// SPDX-License-Identifier: Apache-2.0
// The lines predicate, its patterns and os-release.
#include <gtest/gtest.h>

#include "checks/formats/line_pattern.h"
#include "checks/formats/os_release.h"
#include "checks/predicates/predicate.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

Lines Wanted(const std::string& pattern, bool none) {
  Lines lines;
  lines.add_paths("/etc/f");
  lines.add_paths("/etc/f.d/*.conf");
  lines.set_pattern(pattern);
  lines.set_none(none);
  lines.set_comment("#");
  return lines;
}

Answer Ask(const Lines& lines, const TempRoot& root) {
  Host host = root.OpenHost();
  return JudgeLines(lines, host);
}

TEST(LinesPredicate, SomeLineOrNoLineOfAllFilesMatches) {
  TempRoot root{{"etc/f", "a\n# mode 0640\n"}, {"etc/f.d/x.conf", "b\nmode 0640\n"}};
  Answer found = Ask(Wanted("^mode[[:space:]]+0640$", false), root);
  EXPECT_EQ(found.result, Result::kPass) << found.reason;
  EXPECT_EQ(found.evidence.at(0).source, "/etc/f.d/x.conf");
  EXPECT_EQ(found.evidence.at(0).line, 2);
  EXPECT_EQ(Ask(Wanted("^mode", true), root).result, Result::kFail);
  EXPECT_EQ(Ask(Wanted("^code", true), root).result, Result::kPass);
  Answer missing = Ask(Wanted("^code", false), root);
  EXPECT_EQ(missing.reason, "no line of /etc/f, /etc/f.d/*.conf says what is wanted");
}

TEST(LinesPredicate, ACommentIsNoLineAndCaseMattersUnlessSaid) {
  TempRoot root{{"etc/f", "  # secret\n"}};
  EXPECT_EQ(Ask(Wanted("secret", true), root).result, Result::kPass);
  root.Append("etc/f", "SECRET\r\n");
  EXPECT_EQ(Ask(Wanted("secret$", true), root).result, Result::kPass);
  Lines lines = Wanted("secret$", true);
  lines.set_ignore_case(true);
  EXPECT_EQ(Ask(lines, root).reason, "/etc/f line 2 is 'SECRET', which must not be there");
}

TEST(LinesPredicate, NoFileAtAllIsWhatTheRuleSays) {
  TempRoot root;
  Lines lines = Wanted("x", true);
  EXPECT_EQ(Ask(lines, root).result, Result::kFail);
  lines.set_absent("pass");
  EXPECT_EQ(Ask(lines, root).result, Result::kPass);
  lines.set_absent("notapplicable");
  EXPECT_EQ(Ask(lines, root).result, Result::kNotApplicable);
  root.Write("etc/f.d/a.conf", "x\n");
  EXPECT_EQ(Ask(lines, root).result, Result::kFail);
}

TEST(LinesPredicate, WhatIsNoTextIsAnErrorThatNamesTheLine) {
  TempRoot root{{"etc/f", "a\n" + std::string((64 << 10) + 1, 'x') + "\n"}};
  EXPECT_EQ(Ask(Wanted("x", true), root).reason, "/etc/f line 2 is longer than 64 KiB");
  root.Write("etc/f", std::string_view("a\0b\n", 4));
  EXPECT_EQ(Ask(Wanted("x", true), root).result, Result::kError);
  root.Write("etc/f", "caf\xe9\n");  // Latin-1 is a line as any other
  EXPECT_EQ(Ask(Wanted("^caf.$", false), root).result, Result::kPass);
}

// agetty(8): \m \r \s \v; the banner rules of chapter 1.6.
TEST(LinesPredicate, ABannerDoesNotNameTheSystem) {
  const std::string pattern = "\\\\[mrsv]|\\b<os-release:ID>\\b";
  struct Case {
    const char* why;
    std::string os_release, banner;
    Result result;
  };
  for (const Case& one : std::vector<Case>{
           {"plain", "ID=debian\n", "Authorized use only\n", Result::kPass},
           {"an escape", "ID=debian\n", "Kernel \\r on \\m\n", Result::kFail},
           {"\\S is the pretty name", "ID=debian\n", "\\S\n", Result::kFail},
           {"\\l and \\n name no system", "ID=debian\n", "\\n \\l\n", Result::kPass},
           {"the ID in any case", "ID=debian\n", "Debian GNU/Linux\n", Result::kFail},
           {"the ID in quotes", "ID=\"rhel\"\n", "RHEL 9\n", Result::kFail},
           {"a short ID inside of a word", "ID=ol\n", "under control\n", Result::kPass},
           {"a dot in an ID is a dot", "ID=a.b\n", "a-b\n", Result::kPass},
           {"another system", "ID=debian\n", "Fedora\n", Result::kPass},
           {"os-release(5): ID is linux by default", "NAME=x\n", "Linux\n", Result::kFail}}) {
    TempRoot root{{"etc/os-release", one.os_release}, {"etc/f", one.banner}};
    Lines lines = Wanted(pattern, true);
    lines.clear_comment();
    lines.set_ignore_case(true);
    EXPECT_EQ(Ask(lines, root).result, one.result) << one.why << Ask(lines, root).reason;
  }
}

TEST(LinePattern, RefusesWhatHasNoBound) {
  for (const char* pattern :
       {"(", "[", "*{", "(a)\\1", "a{10001}", "((a{40}){40}){9}", "a++++++++++++++++++++",
        "((((((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+", "[]+{]a{99999}", "a{3,99999}",
        "\\\\{99999}"})
    EXPECT_FALSE(LinePattern::Compile(pattern, false)) << pattern;
  for (const char* pattern :
       {"a{3}", "\\\\1", "[0-9]{1,3}(\\.[0-9]{1,3})?", "^$", "a|b", "a\\{99999\\}", "[{99999}]",
        "[[:digit:]{99999}]+", "(a|b)+c+d+e+f+g+h+i+j+k+l+m+n+"})
    EXPECT_TRUE(LinePattern::Compile(pattern, false)) << pattern;
}

TEST(LinePattern, AnEmptyLineIsALine) {
  EXPECT_TRUE(*LinePattern::Compile("^$", false)->Matches(""));
  EXPECT_FALSE(*LinePattern::Compile("b", false)->Matches(std::string_view("ab").substr(0, 1)));
}

TEST(OsRelease, ReadsQuotesAndTheSecondPlace) {
  auto values = ParseOsRelease("# c\nID=\"a\\\"b\"\nNAME='x y'\nID_LIKE=p\nbad\nID_LIKE=q\n");
  EXPECT_EQ(values["ID"], "a\"b");
  EXPECT_EQ(values["NAME"], "x y");
  EXPECT_EQ(values["ID_LIKE"], "q");
  TempRoot root{{"usr/lib/os-release", "ID=amzn\n"}};
  Host host = root.OpenHost();
  EXPECT_EQ(*OsId(host), "amzn");
  root.Write("etc/os-release", "ID=\"debian\"\n");
  EXPECT_EQ(*OsId(host), "debian");
}

}  // namespace

}  // namespace assay
