// SPDX-License-Identifier: Apache-2.0
// The shell's language as far as start-up files need it.
#include "checks/formats/shell_settings.h"

#include <gtest/gtest.h>

#include "checks/formats/shell_words.h"

namespace assay {

namespace {

// "umask=027", "X=1?" where it is uncertain, "X=$(y)~" where it is not literal.
std::string Show(const std::string& text) {
  Expected<std::vector<ShellSetting>> settings = ParseShellSettings(text);
  if (!settings) return "error: " + settings.error().text;
  std::string shown;
  for (const ShellSetting& one : *settings) {
    constexpr const char* kKinds[] = {"",       "export ", "unexport ", "readonly ", "unset ",
                                      "umask ", "source ", "eval ",     "path ",     "leave"};
    bool valued = one.kind == ShellSetting::Kind::kAssign;
    bool named = one.kind <= ShellSetting::Kind::kUnset;
    shown += (shown.empty() ? "" : ", ") + std::string(kKinds[int(one.kind)]) +
             (named ? one.name : one.value) + (valued ? "=" + one.value : "") +
             (one.literal ? "" : "~") + (one.certain ? "" : "?");
  }
  return shown;
}

TEST(ShellSettings, ReadsPlainCommands) {
  EXPECT_EQ(Show("umask 027\n"), "umask 027");
  EXPECT_EQ(Show("X=1; export X # Y=2\nreadonly X"), "X=1, export X, readonly X");
  EXPECT_EQ(Show("typeset -xr T=900"), "T=900, export T, readonly T");
  EXPECT_EQ(Show("declare -x -r T=900"), "T=900, export T, readonly T");
  EXPECT_EQ(Show("readonly T=900 ; export T"), "T=900, readonly T, export T");
  EXPECT_EQ(Show("export -n T\nunset T"), "unexport T, unset T");
  EXPECT_EQ(Show("umask -S u=rwx,g=rx,o="), "umask u=rwx,g=rx,o=");
  EXPECT_EQ(Show("builtin umask '0'27\n\"umask\" 0\\\n77"), "umask 027, umask 077");
  EXPECT_EQ(Show(". /etc/x\nsource \"$y\""), "source /etc/x, source $y~");
  EXPECT_EQ(Show("umask"), "");
}

TEST(ShellSettings, WhatAConditionDecidesIsUncertain) {
  EXPECT_EQ(Show("if a; then umask 022; else umask 027; fi; umask 077"),
            "umask 022?, umask 027?, umask 077");
  EXPECT_EQ(Show("a && umask 022 || umask 2\numask 3"), "umask 022?, umask 2?, umask 3");
  EXPECT_EQ(Show("a &&\n\n umask 022"), "umask 022?");
  EXPECT_EQ(Show("umask 022 && a"), "umask 022");
  EXPECT_EQ(Show("case $x in a|b) umask 1;; (*) umask 2 ;; esac\numask 3"),
            "umask 1?, umask 2?, umask 3");
  EXPECT_EQ(Show("f() { umask 1; }\nfunction g { umask 2; }\nfunction h()\n{\numask 3\n}"),
            "umask 1?, umask 2?, umask 3?");
  EXPECT_EQ(Show("for i in a b; do umask 1; done; while x; do umask 2; done < f; umask 3"),
            "i=~?, umask 1?, umask 2?, umask 3");
  EXPECT_EQ(Show("{ umask 1; }"), "umask 1?");
  EXPECT_EQ(Show("case x\nin a) umask 1 ;; esac\nf() (\numask 2\n)\numask 3"), "umask 1?, umask 3");
  EXPECT_EQ(Show("if [[ a ]]; then umask 1; fi"), "umask 1?");
}

TEST(ShellSettings, WhatASubshellDoesStaysThere) {
  EXPECT_EQ(Show("(umask 022; mkdir x)\numask 022 | cat\ncat | umask 1\numask 022 &\numask 2"),
            "umask 2");
  EXPECT_EQ(Show("x=$(umask 022)"), "x=$(umask 022)~");
}

TEST(ShellSettings, TextIsNoCommand) {
  EXPECT_EQ(Show("# umask 1\necho 'umask 2' \"; umask 3\" a#b; umask 4"), "umask 4");
  EXPECT_EQ(Show("cat <<EOF\numask 1\n'\nEOF\numask 2"), "umask 2");
  EXPECT_EQ(Show("cat <<-'E F' > x\n\tumask 1\n\tE F\numask 2"), "umask 2");
  EXPECT_EQ(Show("cat <<< umask; umask 2 2>/dev/null >&2"), "umask 2");
  EXPECT_EQ(Show("(( x = 1 << 2 ))\numask 2"), "umask 2");
  EXPECT_EQ(Show("[[ $a =~ ^(x|y)$ && $b < c ]] && umask 1\numask 2"), "umask 1?, umask 2");
  EXPECT_EQ(Show("a=(b 'c d' e)\numask 2"), "a=(b 'c d' e)~, umask 2");
  EXPECT_EQ(Show("for ((i=0; i<3; i++)); do x; done\numask 2"), "umask 2");
}

TEST(ShellSettings, NothingAfterAReturnIsCertainUnlessItAsksForATerminal) {
  EXPECT_EQ(Show("[ -f x ] && return\numask 1"), "umask 1?");
  EXPECT_EQ(Show("return\numask 1"), "leave, umask 1?");
  EXPECT_EQ(Show("[ -z \"$PS1\" ] && return\numask 1"), "umask 1");
  EXPECT_EQ(Show("case $- in\n *i*) ;;\n *) return;;\nesac\numask 1"), "umask 1");
  EXPECT_EQ(Show("if [ -z \"${PS1-}\" ]; then\n return\nfi\numask 1"), "umask 1");
  EXPECT_EQ(Show("f() { return; }\numask 1"), "umask 1");
}

TEST(ShellSettings, WhatIsComputedIsNotKnown) {
  EXPECT_EQ(Show("umask $X"), "umask $X~");
  EXPECT_EQ(Show("T=$((15*60))"), "T=$((15*60))~");
  EXPECT_EQ(Show("T+=5"), "T=+=5~");
  EXPECT_EQ(Show(": \"${T:=900}\""), "T=:=900}~?");
  EXPECT_EQ(Show("read -r T"), "T=~?");
  EXPECT_EQ(Show("printf 'T is %s' x"), "");
  EXPECT_EQ(Show("eval 'umask 022'"), "umask 022");
  EXPECT_EQ(Show("eval \"$x umask\""), "eval $x umask ~");
  EXPECT_EQ(Show("T=1 cmd"), "");
  EXPECT_EQ(Show("T=1 export T"), "T=1?, export T");
  EXPECT_EQ(Show("PATH=~/bin:'~/x':\"~/y\""), "PATH=$HOME/bin:~/x:~/y~");
  EXPECT_EQ(Show("pathmunge /usr/sbin after"), "path /usr/sbin");
}

TEST(ShellSettings, BrokenProgramsAreErrorsWithTheirLine) {
  for (auto [text, line] : {std::pair{"a\n'b", "line 2"},
                            {"\"", "line 1"},
                            {"x\nfi", "line 2"},
                            {"if a; then", "line 1"},
                            {")", "line 1"},
                            {"x=$(a", "line 1"},
                            {"a ( b", "line 1"},
                            {"case x in a) ;; ", "line 1"}}) {
    Expected<std::vector<ShellSetting>> settings = ParseShellSettings(text);
    ASSERT_FALSE(settings) << text;
    EXPECT_NE(settings.error().text.find(line), std::string::npos) << settings.error().text;
  }
  std::string deep, nested;
  for (int i = 0; i < 100'000; i++) deep += "$(", nested += "{ ";
  EXPECT_FALSE(ParseShellSettings(deep));
  EXPECT_FALSE(ParseShellSettings(nested));
}

TEST(ShellSettings, UmaskIsReadAsTheWeakestMaskItCanBe) {
  for (auto [text, mask] : {std::pair<const char*, int>{"027", 027},
                            {"0077", 077},
                            {"7", 7},
                            {"u=rwx,g=rx,o=", 027},
                            {"g-w,o-rwx", 027},
                            {"a=rx,u+w", 0022},
                            {"=rwx", 0},
                            {"o=,g=rx", 027},
                            {"u=rwx", 0}})
    EXPECT_EQ(ParseUmask(text), std::optional(uint32_t(mask))) << text;
  for (const char* wrong : {"", "8", "027x", "x", "u", "u=rwz", "u=r,", "99999"})
    EXPECT_EQ(ParseUmask(wrong), std::nullopt) << wrong;
}

}  // namespace

}  // namespace assay
