// SPDX-License-Identifier: Apache-2.0
// Globs, held against fnmatch(3) of libc.
#include "checks/formats/glob.h"

#include <fnmatch.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/support/temp_root.h"

namespace assay {

namespace {

using Paths = std::vector<std::string>;

bool Libc(const std::string& pattern, const std::string& name) {
  return fnmatch(pattern.c_str(), name.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0;
}

TEST(Glob, SaysWhatFnmatchSays) {
  for (const char* pattern :
       {"*",      "*.conf",       "a*b*c", "?",     "??",       "[abc]",    "[!abc]",
        "[^abc]", "[a-c]x",       "[]a]",  "[!]a]", "[a-]",     ".*",       "\\*",
        "\\.*",   "[[:digit:]]*", "[.]a",  "*a",    "auth.log", "[",        "a[",
        "[a",     "[[:alpha:]-]", "",      "**",    "*?*",      "sys\\log", "[\\]]"})
    for (const char* name :
         {"",  "a", "b", "ab", "abc", "aXbXc", ".a", "*",        "x.conf", ".conf",
          "-", "]", "[", "a[", "[a",  "9",     "ax", "auth.log", "syslog", "."})
      EXPECT_EQ(GlobMatches(pattern, name), Libc(pattern, name)) << pattern << " " << name;
}

TEST(Glob, AgreesWithFnmatchOnRandomPatterns) {
  std::mt19937 random(4711);
  const std::string letters = "ab.*?[]!-";
  auto text = [&](size_t most) {
    std::string made;
    for (size_t n = random() % most; n > 0; n--) made += letters[random() % letters.size()];
    return made;
  };
  for (int i = 0; i < 20'000; i++) {
    std::string pattern = text(8), name = text(6);
    // libc reads a range that ends before it begins, and an open bracket, in ways of its own.
    if (pattern.contains('[') && (pattern.contains('-') || !pattern.contains(']'))) continue;
    EXPECT_EQ(GlobMatches(pattern, name), Libc(pattern, name)) << pattern << "   " << name;
  }
}

TEST(Glob, ManyStarsDoNotTakeForever) {
  std::string pattern, name(4000, 'a');
  for (int i = 0; i < 500; i++) pattern += "*a";
  EXPECT_FALSE(GlobMatches(pattern + "b", name));
  EXPECT_TRUE(GlobMatches(pattern, name));
}

TEST(Glob, PathsMatchInEveryComponent) {
  TempRoot root{{"etc/a.d/x.conf", ""},
                {"etc/b.d/y.conf", ""},
                {"etc/b.d/.hidden.conf", ""},
                {"etc/file", ""}};
  Host host = root.OpenHost();
  EXPECT_EQ(*GlobPaths(host, "/etc/*.d/*.conf", 10), (Paths{"/etc/a.d/x.conf", "/etc/b.d/y.conf"}));
  EXPECT_EQ(*GlobPaths(host, "/etc/nothing/*.conf", 10), Paths());
  EXPECT_EQ(*GlobPaths(host, "/etc/file/*", 10), Paths());
  EXPECT_EQ(*GlobPaths(host, "/etc/nothing", 10), Paths{"/etc/nothing"});
  EXPECT_EQ(GlobPaths(host, "/etc/*", 2).error().code, ErrorCode::kInvalid);
}

}  // namespace

}  // namespace assay
