// SPDX-License-Identifier: Apache-2.0
// auditctl's language and the kernel's own form of rules.
#include "checks/formats/audit_rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "checks/formats/audit_kernel.h"
#include "checks/formats/syscall_names.h"

namespace assay {

namespace {

AuditWorld World(uint32_t arch = kArchX86_64) {
  return {arch,
          [](std::string_view name) { return name == "root" ? std::optional(0u) : std::nullopt; },
          [](std::string_view name) { return name == "adm" ? std::optional(4u) : std::nullopt; },
          [](std::string_view path) { return path.ends_with(".d") || path == "/etc"; }};
}

Expected<AuditRuleSet> Read(const std::string& text, const AuditWorld& world = World()) {
  return ReadAuditRules(LinesOfAuditRules("f", text), world);
}

AuditRule One(const std::string& line) {
  Expected<AuditRuleSet> set = Read(line);
  EXPECT_TRUE(set) << line << ": " << (set ? "" : set.error().text);
  EXPECT_TRUE(set && set->rules.size() == 1) << line;
  return set && set->rules.size() == 1 ? set->rules[0] : AuditRule{};
}

std::string Bytes(const std::string& path) {
  std::ifstream file(std::string(ASSAY_SOURCE_DIR) + "/tests/fuzz/corpus/" + path,
                     std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  EXPECT_TRUE(file) << path;
  return bytes.str();
}

TEST(AuditRules, WhatMeansTheSameIsEqual) {
  struct Case {
    const char *why, *one, *other;
  };
  for (const Case& c : std::vector<Case>{
           {"a watch of a file is a syscall rule", "-w /etc/passwd -p wa",
            "-a always,exit -F path=/etc/passwd -F perm=wa"},
           {"a watch of a directory too, with '/' at the end or not", "-w /etc/sudoers.d/ -p wa",
            "-a always,exit -F dir=/etc/sudoers.d/ -F perm=aw"},
           {"a watch without -p takes all", "-w /etc/passwd", "-w /etc/passwd -p rwxa"},
           {"unset is -1", "-a always,exit -S open -F auid!=unset",
            "-a always,exit -S open -F auid!=-1"},
           {"-1 is 4294967295", "-a always,exit -S open -F auid!=-1",
            "-a always,exit -S open -F auid!=4294967295"},
           {"loginuid is auid", "-a always,exit -S open -F loginuid>=1000",
            "-a always,exit -S open -F auid>=1000"},
           {"one -S or many", "-a always,exit -S open,openat", "-a always,exit -S open -S openat"},
           {"names or numbers", "-a always,exit -F arch=b64 -S open,openat",
            "-a always,exit -F arch=x86_64 -S 257 -S 2"},
           {"list and action in either order", "-a exit,always -S open", "-a always,exit -S open"},
           {"fields in any order", "-a always,exit -F auid>=1000 -F uid=0 -S open",
            "-a always,exit -F uid=root -F auid>=1000 -S open"},
           {"the key does not matter", "-a always,exit -S open -k a",
            "-a always,exit -S open -F key=b"},
           {"errno names", "-a always,exit -S open -F exit=-EACCES",
            "-a always,exit -S open -F exit=-13"},
           {"arch by number", "-a always,exit -F arch=b32 -S open",
            "-a always,exit -F arch=0x40000003 -S 5"},
           {"comparisons in either order", "-a always,exit -C uid!=euid -S execve",
            "-a always,exit -C euid!=uid -S execve"},
           {"no -S is all of them", "-a always,exit -F uid=0", "-a always,exit -S all -F uid=0"},
           {"options joined with their values", "-aalways,exit -Sopen -Fgid=adm",
            "-a always,exit -S open -F gid=4"},
           {"a0 in hexadecimal", "-a always,exit -S open -F a0=0x10",
            "-a always,exit -S open -F a0=16"}})
    EXPECT_TRUE(One(c.one).Means(One(c.other))) << c.why << "\n"
                                                << Describe(One(c.one)) << "\n"
                                                << Describe(One(c.other));
}

TEST(AuditRules, WhatMeansSomethingElseDiffers) {
  struct Case {
    const char *why, *one, *other;
  };
  for (const Case& c : std::vector<Case>{
           {"the numbers of a name are those of the arch", "-a always,exit -F arch=b64 -S open",
            "-a always,exit -F arch=b32 -S open"},
           {"no arch is both of them", "-a always,exit -S open",
            "-a always,exit -F arch=b64 -S open"},
           {"path= on a directory is not what is in it", "-w /etc/sudoers.d",
            "-a always,exit -F path=/etc/sudoers.d -F perm=rwxa"},
           {"never", "-a always,exit -S open", "-a never,exit -S open"},
           {"EACCES is no EPERM", "-a always,exit -S open -F exit=-EACCES",
            "-a always,exit -S open -F exit=-EPERM"}})
    EXPECT_FALSE(One(c.one).Means(One(c.other))) << c.why;
}

TEST(AuditRules, AtALineThatAuditctlRefusesNothingMoreIsLoaded) {
  for (const char* line : {"-w etc/passwd -p wa",
                           "-w /etc/passwd -p waz",
                           "-p wa -w /etc/passwd",
                           "-k x -w /a",
                           "-a always,exit -S opne",
                           "-a always,exit -S open -F arch=b64",
                           "-F uid=0 -a always,exit",
                           "-a always,exit -F uid=nobody-knows -S open",
                           "-a always,task -S open",
                           "-a always,exit -C uid!=gid",
                           "-a always -S open",
                           "-w /a -w /b",
                           "-S open",
                           "-e 3",
                           "-a always,exit -S open -F uid",
                           "-w \"/etc/a b\" -p wa",
                           "-w\t/etc/passwd -p wa",
                           "-w /etc/passwd -p wa extra",
                           "-Z",
                           "--unheard-of",
                           "-a always,exit -F perm>=wa",
                           "-a always,exit -F path=/etc/ -F perm=wa",
                           "-a always,exclude -F exit=-EPERM"}) {
    Expected<AuditRuleSet> set = Read(std::string("# one\n\n") + line + "\n-w /b -p wa\n");
    ASSERT_FALSE(set) << line;
    EXPECT_EQ(set.error().code, ErrorCode::kInvalid);
    EXPECT_TRUE(set.error().text.starts_with("f:3: ")) << set.error().text;
  }
}

TEST(AuditRules, AfterMinusCWrongLinesArePassedOver) {
  for (const char* option : {"-c", "-i"}) {
    Expected<AuditRuleSet> set = Read(std::string(option) + "\n-w nowhere\n-w /b -p wa\n");
    ASSERT_TRUE(set);
    EXPECT_EQ(set->rules.size(), 1u);
    EXPECT_EQ(set->skipped.size(), 1u);
  }
}

TEST(AuditRules, TheKernelTakesNoRuleTwiceAndNoneOnceItIsLocked) {
  EXPECT_FALSE(Read("-w /a -p wa\n-w /a -p wa\n"));
  EXPECT_TRUE(Read("-w /a -p wa\n-w /a -p wa -k other\n"));
  EXPECT_FALSE(Read("-e 2\n-w /a -p wa\n"));
  EXPECT_TRUE(Read("-e 1\n-w /a -p wa\n-e 2\n"));
}

TEST(AuditRules, AreShownAsAuditctlWritesThem) {
  EXPECT_EQ(Describe(One("-a always,exit -F arch=b64 -S openat -F exit=-13 -F auid!=-1 -k x")),
            "-a always,exit -F arch=x86_64 -S openat -F auid!=unset -F exit=-13");
  EXPECT_EQ(Describe(One("-w /etc/passwd -p wa")),
            "-a always,exit -S all -F path=/etc/passwd -F perm=wa");
  EXPECT_EQ(Describe(One("-a never,exit -S 2 -C euid!=uid")), "-a never,exit -S 2 -C uid!=euid");
}

TEST(AuditRules, RulesAreRemovedAgain) {
  EXPECT_TRUE(Read("-w /a -p wa -k x\n-W /a -p wa -k x\n")->rules.empty());
  EXPECT_TRUE(Read("-w /a -p wa -k x\n-D\n")->rules.empty());
  EXPECT_EQ(Read("-w /a -p wa -k x\n-w /b -p wa -k y\n-D -k x\n")->rules.size(), 1u);
  EXPECT_FALSE(Read("-d always,exit -S open\n")) << "auditctl stops: there is no such rule";
}

TEST(AuditRules, ABlankCanBeEscaped) {
  AuditRule rule = One("-w /etc/a\\ b\\\\c -p wa");
  EXPECT_EQ(rule.fields.begin()->text, "/etc/a b\\c");
}

TEST(AuditRules, MinusAInCapitalsComesFirst) {
  Expected<AuditRuleSet> set = Read("-a always,exit -S open\n-A never,exit -S openat\n");
  ASSERT_TRUE(set);
  EXPECT_EQ(set->rules[0].action, uint32_t(AUDIT_NEVER));
}

TEST(AuditRules, AMachineThatIsNotKnownHasWatchesButNoSystemCalls) {
  EXPECT_TRUE(Read("-w /a -p wa\n-a always,exit -S all -F uid=0\n", World(0)));
  EXPECT_FALSE(Read("-a always,exit -S open\n", World(0)));
  EXPECT_FALSE(Read("-a always,exit -F arch=b64 -S 2\n", World(0)));
}

TEST(AuditRules, ArmHasItsOwnNumbers) {
  Expected<AuditRuleSet> set =
      Read("-a always,exit -F arch=b64 -S openat\n-a always,exit -F arch=b32 -S chmod\n",
           World(kArchAarch64));
  ASSERT_TRUE(set) << set.error().text;
  EXPECT_TRUE(set->rules[0].syscalls[56]);
  EXPECT_FALSE(Read("-a always,exit -F arch=b64 -S open\n", World(kArchAarch64)));
}

TEST(Augenrules, SortsAsLsMinusVDoes) {
  std::vector<std::string> names = {"100-a.rules", "9-b.rules",   "10-c.rules", "a.rules",
                                    "99-z.rules",  "10-c~.rules", "B.rules",    "09-b.rules"};
  std::ranges::sort(names, VersionLess);
  std::vector<std::string> wanted = {"09-b.rules", "9-b.rules",   "10-c~.rules", "10-c.rules",
                                     "99-z.rules", "100-a.rules", "B.rules",     "a.rules"};
  EXPECT_EQ(names, wanted);
}

std::string Texts(const std::vector<AuditLine>& lines) {
  std::string text;
  for (const AuditLine& line : lines) text += line.text + "|";
  return text;
}

TEST(Augenrules, PutsControlsFirstAndTheLockLast) {
  EXPECT_EQ(
      Texts(MergeAuditRules({{"a", "-e 2\n# x\n\n-w /a\n-f 1\n"},
                             {"b", "-b 8192\n-D\n-w /b\n-f 2\n-e 1\n--backlog_wait_time 1\n"}})),
      "-D|-b 8192|-f 2|-w /a|-w /b|--backlog_wait_time 1|-e 1|");
  EXPECT_EQ(Texts(MergeAuditRules({{"a", "-w /a\n-D -k x\n"}})), "-w /a|-D -k x|")
      << "-D with a key stays where it is";
}

TEST(Augenrules, AFileWithoutItsLastNewlineRunsIntoTheNextOne) {
  std::vector<AuditLine> lines = MergeAuditRules({{"a", "-w /a -k x"}, {"b", "-w /b\n-w /c\n"}});
  EXPECT_EQ(Texts(lines), "-w /a -k x-w /b|-w /c|");
  EXPECT_EQ(lines[1].file, "b");
  EXPECT_EQ(lines[1].line, 2);
  EXPECT_FALSE(ReadAuditRules(lines, World()));
}

// What Linux 6.18 answered to AUDIT_LIST_RULES after `auditctl -R` of audit 3.0.9 had read
// captured.rules: the kernel's lists in their order (the task list first).
TEST(KernelAuditRules, AreEqualToTheLinesTheyWereMadeFrom) {
  Expected<AuditRuleSet> set = Read(Bytes("audit_rules/captured.rules"));
  ASSERT_TRUE(set) << set.error().text;
  ASSERT_EQ(set->rules.size(), 10u);
  for (size_t i = 0; i < 10; i++) {
    Expected<AuditRule> kernel =
        ParseKernelAuditRule(Bytes("audit_kernel/rule" + std::to_string(i)));
    ASSERT_TRUE(kernel) << i << ": " << kernel.error().text;
    const AuditRule& file = set->rules[i == 0 ? 9 : i - 1];
    EXPECT_TRUE(kernel->Means(file)) << Describe(*kernel) << "\n" << Describe(file);
    EXPECT_EQ(kernel->key, file.key);
  }
}

TEST(KernelAuditRules, ThatAreCutOffAreErrors) {
  std::string bytes = Bytes("audit_kernel/rule3");
  for (size_t size = 0; size < bytes.size(); size++)
    EXPECT_FALSE(ParseKernelAuditRule(std::string_view(bytes).substr(0, size))) << size;
  EXPECT_TRUE(ParseKernelAuditRule(bytes));
  EXPECT_EQ(ParseAuditStatus(Bytes("audit_kernel/status"))->enabled, 0u);
  EXPECT_FALSE(ParseAuditStatus("short"));
}

TEST(SyscallNames, AgreeWithTheHeadersOfThisMachine) {
#ifdef __x86_64__
  EXPECT_EQ(SyscallNumber(kArchX86_64, "finit_module"), 313);
  EXPECT_EQ(SyscallNumber(kArchI386, "clock_settime"), 264);
#endif
  EXPECT_EQ(SyscallNumber(kArchAarch64, "unlinkat"), 35);
  EXPECT_EQ(SyscallNumber(kArchAarch64, "unlink"), std::nullopt);
  EXPECT_EQ(ErrnoNumber("EACCES"), 13);
  EXPECT_EQ(ErrnoNumber("EPERM"), 1);
  EXPECT_EQ(ErrnoNumber("ENOTHING"), 0);
}

}  // namespace

}  // namespace assay
