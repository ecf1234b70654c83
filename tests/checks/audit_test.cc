// SPDX-License-Identifier: Apache-2.0
// The audit predicate on fixture roots. Where the kernel is asked, its answer is put into the
// host's memory beforehand, for a test must not load rules.
#include <gtest/gtest.h>

#include "checks/formats/syscall_names.h"
#include "checks/predicates/audit_cover.h"
#include "checks/predicates/audit_sources.h"
#include "checks/predicates/forms.h"
#include "checks/predicates/predicate.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

// The first bytes of a program for x86_64 (elf(5)): by it a static root shows its machine.
const std::string kElf =
    std::string("\177ELF\2\1\1", 7) + std::string(9, '\0') + std::string("\3\0\x3e\0", 4);

Audit Watch(std::vector<std::string> paths, const std::string& access = "wa") {
  Audit audit;
  audit.set_form("watch");
  for (const std::string& path : paths) audit.add_paths(path);
  audit.set_access(access);
  return audit;
}

Audit Calls(std::vector<std::string> names, std::vector<std::string> fields = {},
            std::vector<std::string> archs = {"b64", "b32"}) {
  Audit audit;
  audit.set_form("syscalls");
  for (const std::string& name : names) audit.add_syscalls(name);
  for (const std::string& field : fields) audit.add_fields(field);
  for (const std::string& arch : archs) audit.add_archs(arch);
  return audit;
}

Audit Whole(const char* form) {
  Audit audit;
  audit.set_form(form);
  return audit;
}

class AuditPredicate : public testing::Test {
 protected:
  AuditPredicate() {
    root_.Write("usr/sbin/auditctl", kElf);
    root_.Write("etc/sudoers", "");
    root_.MakeDirectory("etc/sudoers.d");
    root_.Write("etc/passwd", "root:x:0:0::/:\n");
  }

  Answer Judge(const Audit& audit, const std::string& rules) {
    root_.Write("etc/audit/rules.d/50.rules", rules);
    Host host = root_.OpenHost();
    return JudgeAudit(audit, host);
  }

  // On a running machine whose kernel has these rules.
  Answer JudgeLive(const Audit& audit, const std::string& rules, const std::string& in_kernel,
                   uint32_t enabled = 1) {
    root_.Write("etc/audit/rules.d/50.rules", rules);
    Expected<Host> host = Host::Open(root_.path(), true);
    AuditWorld world{kArchX86_64, [](auto) { return std::nullopt; },
                     [](auto) { return std::nullopt; }, [](auto) { return false; }};
    AuditKernel kernel{ReadAuditRules(LinesOfAuditRules("", in_kernel), world).value().rules,
                       {enabled, 1}};
    (void)host->Once<Expected<AuditKernel>>("audit kernel", [&](Host&) { return kernel; });
    (void)host->Once<Expected<uint32_t>>("audit arch", [](Host&) { return kArchX86_64; });
    return JudgeAudit(audit, *host);
  }

  TempRoot root_;
};

TEST_F(AuditPredicate, AWatchMayBeWrittenInManyWays) {
  struct Case {
    const char* why;
    std::string rules;
    Result result;
  };
  for (const Case& c : std::vector<Case>{
           {"as CIS writes it", "-w /etc/sudoers -p wa -k s\n-w /etc/sudoers.d -p wa -k s\n",
            Result::kPass},
           {"another key, more access, '/' at the end",
            "-w /etc/sudoers -p rwxa\n-w /etc/sudoers.d/ -p aw -k other\n", Result::kPass},
           {"as syscall rules",
            "-a always,exit -F path=/etc/sudoers -F perm=wa\n"
            "-a always,exit -F dir=/etc/sudoers.d -F perm=wa\n",
            Result::kPass},
           {"one rule for each arch, as RHEL 9 writes it",
            "-a always,exit -F arch=b32 -F path=/etc/sudoers -F perm=wa\n"
            "-a always,exit -F arch=b64 -F path=/etc/sudoers -F perm=wa\n"
            "-w /etc/sudoers.d -p wa\n",
            Result::kPass},
           {"programs of the other arch leave no record",
            "-a always,exit -F arch=b64 -F path=/etc/sudoers -F perm=wa\n"
            "-w /etc/sudoers.d -p wa\n",
            Result::kFail},
           {"a directory above covers both", "-w /etc -p wa\n", Result::kPass},
           {"a name that only begins the same does not", "-w /etc/sud -p wa\n", Result::kFail},
           {"writes without attributes are less", "-w /etc/sudoers -p w\n-w /etc/sudoers.d -p wa\n",
            Result::kFail},
           {"path= on a directory does not see what is in it",
            "-w /etc/sudoers -p wa\n-a always,exit -F path=/etc/sudoers.d -F perm=wa\n",
            Result::kFail},
           {"only some users are less",
            "-a always,exit -F path=/etc/sudoers -F perm=wa -F auid>=1000\n-w /etc/sudoers.d\n",
            Result::kFail},
           {"a comment is no rule", "#-w /etc -p wa\n", Result::kFail},
           {"a tab parts no words", "-w /etc -p\twa\n", Result::kError},
           {"-D with the key takes it away", "-w /etc -p wa -k s\n-D -k s\n", Result::kFail},
           {"a bare -D is moved to the front", "-w /etc -p wa\n-D\n", Result::kPass}})
    EXPECT_EQ(Judge(Watch({"/etc/sudoers", "/etc/sudoers.d"}), c.rules).result, c.result)
        << c.why << ": " << Judge(Watch({"/etc/sudoers", "/etc/sudoers.d"}), c.rules).reason;
}

TEST_F(AuditPredicate, EverySystemCallOnEveryArchIsCoveredBySomeRule) {
  struct Case {
    const char* why;
    std::string rules;
    Result result;
  };
  for (const Case& c : std::vector<Case>{
           {"one rule for each arch",
            "-a always,exit -F arch=b64 -S adjtimex,settimeofday\n"
            "-a always,exit -F arch=b32 -S adjtimex,settimeofday\n",
            Result::kPass},
           {"one rule for each call",
            "-a always,exit -F arch=b64 -S adjtimex\n-a always,exit -F arch=b32 -S adjtimex\n"
            "-a always,exit -F arch=b64 -S settimeofday\n"
            "-a exit,always -F arch=b32 -S settimeofday\n",
            Result::kPass},
           {"without arch the numbers are those of x86_64, which are others on i386",
            "-a always,exit -S adjtimex,settimeofday\n", Result::kFail},
           {"all", "-a always,exit -S all -F auid>=0\n", Result::kFail},
           {"really all", "-a always,exit -S all\n", Result::kPass},
           {"one call is missing on b32",
            "-a always,exit -F arch=b64 -S adjtimex,settimeofday\n"
            "-a always,exit -F arch=b32 -S adjtimex\n",
            Result::kFail},
           {"a condition makes it narrower",
            "-a always,exit -F arch=b64 -S adjtimex,settimeofday -F success=1\n"
            "-a always,exit -F arch=b32 -S adjtimex,settimeofday\n",
            Result::kFail},
           {"never before always", "-a never,exit -S all\n-a always,exit -S all\n", Result::kFail},
           {"never after always", "-a always,exit -S all\n-a never,exit -S all\n", Result::kPass},
           {"never of one service only, as 22-ignore-chrony.rules says",
            "-a never,exit -F arch=b64 -S adjtimex -F auid=unset -F uid=113\n"
            "-a always,exit -S all\n",
            Result::kPass},
           {"no task is audited at all, the default of Fedora",
            "-a always,exit -S all\n-a never,task\n", Result::kFail},
           {"the record itself is excluded",
            "-a always,exit -S all\n-a always,exclude -F msgtype=SYSCALL\n", Result::kFail},
           {"other records are not missed",
            "-a always,exit -S all\n-a always,exclude -F msgtype=CWD\n", Result::kPass},
           {"a line that auditctl refuses", "-a always,exit -S all\n-a always,exit -S nothing\n",
            Result::kError}})
    EXPECT_EQ(Judge(Calls({"adjtimex", "settimeofday"}), c.rules).result, c.result)
        << c.why << ": " << Judge(Calls({"adjtimex", "settimeofday"}), c.rules).reason;
}

TEST_F(AuditPredicate, WhatTheExcludeListCanDropIsNotRecorded) {
  struct Case {
    const char* fields;
    Result time, watch, users;  // settimeofday; /etc/sudoers; chmod of auid>=1000 and auid!=unset
  };
  const Result pass = Result::kPass, fail = Result::kFail, error = Result::kError;
  Audit users = Calls({"chmod"}, {"auid!=unset"}, {"b64"});
  users.set_auid_from("UID_MIN");
  for (const Case& c : std::vector<Case>{{"-F msgtype=SYSCALL", fail, fail, fail},
                                         {"-F msgtype=1300", fail, fail, fail},
                                         {"-F msgtype>=1300", fail, fail, fail},
                                         {"-F msgtype>=1300 -F msgtype<=1399", fail, fail, fail},
                                         {"-F msgtype>=1301 -F msgtype<=1302", pass, fail, fail},
                                         {"-F msgtype>SYSCALL -F msgtype<PATH", pass, pass, pass},
                                         {"-F msgtype<1300", pass, pass, pass},
                                         {"-F msgtype<=SYSCALL", fail, fail, fail},
                                         {"-F msgtype!=CWD", fail, fail, fail},
                                         {"-F msgtype!=SYSCALL", pass, fail, fail},
                                         {"-F msgtype!=USER_LOGIN", fail, fail, fail},
                                         {"-F msgtype&1300", fail, fail, fail},
                                         {"-F msgtype=PATH", pass, fail, fail},
                                         {"-F msgtype=CWD", pass, pass, pass},
                                         {"-F msgtype=PROCTITLE", pass, pass, pass},
                                         {"-F msgtype=1327", pass, pass, pass},
                                         {"-F msgtype=USER_LOGIN", pass, pass, pass},
                                         {"-F msgtype<=USER_LOGIN", error, error, error},
                                         {"-F msgtype=CWD -F auid>=1000", pass, pass, pass},
                                         {"-F auid>=1000", fail, fail, fail},
                                         {"-F auid=1000 -F msgtype=SYSCALL", fail, fail, fail},
                                         {"-F auid<1000", fail, fail, pass},
                                         {"-F auid=unset", fail, fail, pass},
                                         {"-F uid=0", fail, fail, fail},
                                         {"-F exe=/usr/bin/x", fail, fail, fail},
                                         {"-F exe=/usr/bin/x -F msgtype=CWD", pass, pass, pass},
                                         {"-F subj_type=x_t", fail, fail, fail},
                                         {"-F arch=b64", error, error, error},
                                         {"-F success=1", error, error, error},
                                         {"", pass, pass, pass}})
    for (const std::string action : {"always", "never"}) {
      const std::string rules = "-a always,exit -S all\n-w /etc/sudoers -p wa\n-a " + action +
                                ",exclude " + c.fields + "\n";
      EXPECT_EQ(Judge(Calls({"settimeofday"}), rules).result, c.time) << c.fields;
      EXPECT_EQ(Judge(Watch({"/etc/sudoers"}), rules).result, c.watch) << c.fields;
      EXPECT_EQ(Judge(users, rules).result, c.users) << c.fields;
    }
}

TEST_F(AuditPredicate, AnExcludingRuleIsShown) {
  Answer answer =
      Judge(Watch({"/etc/sudoers"}), "-w /etc/sudoers -p wa\n-a always,exclude -F msgtype>=1300\n");
  EXPECT_TRUE(answer.reason.contains("forbid the record of /etc/sudoers")) << answer.reason;
  ASSERT_EQ(answer.evidence.size(), 1u);
  EXPECT_EQ(answer.evidence[0].line, 2);
  EXPECT_EQ(answer.evidence[0].value, "-a always,exclude -F msgtype>=1300");
  EXPECT_EQ(answer.evidence[0].expected, "no such rule");
}

TEST_F(AuditPredicate, MsgtypeOnTheExitListStopsAuditctl) {
  EXPECT_EQ(
      Judge(Watch({"/etc/sudoers"}), "-a always,exit -F msgtype=SYSCALL\n-w /etc/sudoers -p wa\n")
          .result,
      Result::kError);
}

TEST_F(AuditPredicate, ARuleMayBeWiderThanWantedButNotNarrower) {
  Audit audit = Calls({"chmod"}, {"auid!=unset"}, {"b64"});
  audit.set_auid_from("UID_MIN");
  for (auto [fields, result] : std::vector<std::pair<std::string, Result>>{
           {"-F auid>=1000 -F auid!=unset", Result::kPass},
           {"-F auid!=4294967295 -F auid>=1000 -k x", Result::kPass},
           {"-F auid>999 -F auid!=-1", Result::kPass},
           {"-F auid>=500", Result::kPass},
           {"-F auid!=0", Result::kPass},
           {"", Result::kPass},
           {"-F auid>=1001 -F auid!=unset", Result::kFail},
           {"-F auid=1000", Result::kFail},
           {"-F auid!=2000", Result::kFail},
           {"-F auid>=1000 -F auid!=unset -F success=1", Result::kFail},
           {"-F auid>=1000 -F euid=0", Result::kFail}})
    EXPECT_EQ(Judge(audit, "-a always,exit -F arch=b64 -S chmod " + fields + "\n").result, result)
        << fields;
}

TEST_F(AuditPredicate, UidMinIsThatOfTheImage) {
  Audit audit = Calls({"chmod"}, {"auid!=unset"}, {"b64"});
  audit.set_auid_from("UID_MIN");
  std::string rules = "-a always,exit -F arch=b64 -S chmod -F auid>=1000 -F auid!=unset\n";
  root_.Write("etc/login.defs", "UID_MIN 1000\n#UID_MIN 1\nUID_MIN\t\t  500\n");
  EXPECT_EQ(Judge(audit, rules).result, Result::kFail) << "users from 500 to 999 leave no record";
  root_.Write("etc/login.defs", "UID_MIN 5000\n");
  EXPECT_EQ(Judge(audit, rules).result, Result::kPass);
  root_.Write("etc/login.defs", "UID_MIN many\n");
  EXPECT_EQ(Judge(audit, rules).result, Result::kError);
}

TEST_F(AuditPredicate, AFailedCallIsAnErrnoOrNoSuccess) {
  Audit audit = Calls({"openat"}, {"exit=-EACCES"}, {"b64"});
  std::string rule = "-a always,exit -F arch=b64 -S openat ";
  EXPECT_EQ(Judge(audit, rule + "-F exit=-13\n").result, Result::kPass);
  EXPECT_EQ(Judge(audit, rule + "-F success=0\n").result, Result::kPass);
  EXPECT_EQ(Judge(audit, rule + "-F exit=-EPERM\n").result, Result::kFail);
  EXPECT_EQ(Judge(audit, rule + "-F exit=EACCES\n").result, Result::kFail);
}

TEST_F(AuditPredicate, ComparedFieldsMayStandInEitherOrder) {
  Audit audit = Calls({"execve"}, {"auid!=unset"}, {"b64"});
  audit.add_comparisons("uid!=euid");
  std::string rule = "-a always,exit -F arch=b64 -S execve -F auid!=-1 ";
  EXPECT_EQ(Judge(audit, rule + "-C euid!=uid\n").result, Result::kPass);
  EXPECT_EQ(Judge(audit, rule + "-C euid=uid\n").result, Result::kFail);
  EXPECT_EQ(Judge(audit, rule + "-C gid!=egid\n").result, Result::kFail);
}

TEST_F(AuditPredicate, OnArmOnlyTheCallsThatItHasAreWanted) {
  root_.Write("usr/sbin/auditctl", std::string(kElf).replace(18, 1, "\xb7"));
  Audit audit = Calls({"unlink", "unlinkat"});
  EXPECT_EQ(Judge(audit, "-a always,exit -F arch=b64 -S unlinkat\n").result, Result::kPass);
  EXPECT_EQ(Judge(Calls({"unlink"}), "").result, Result::kNotApplicable);
  EXPECT_EQ(Judge(audit, "-a always,exit -F arch=b64 -S unlink\n").result, Result::kError)
      << "auditctl refuses a name that the machine does not have";
}

TEST_F(AuditPredicate, LinksToTheSamePlaceAreTheSame) {
  root_.Write("run/utmp", "");
  root_.MakeDirectory("var");
  root_.MakeDirectory("run");
  root_.Symlink("var/run", "/run");
  EXPECT_EQ(Judge(Watch({"/var/run/utmp"}), "-w /run/utmp -p wa\n").result, Result::kPass);
  EXPECT_EQ(Judge(Watch({"/run/utmp"}), "-w /var/run/utmp -p wa\n").result, Result::kPass);
}

TEST_F(AuditPredicate, AnAbsentPathNeedsARuleUnlessTheBenchmarkSaysOtherwise) {
  Audit audit = Watch({"/etc/netplan"});
  EXPECT_EQ(Judge(audit, "-w /etc/passwd -p wa\n").result, Result::kFail);
  EXPECT_EQ(Judge(audit, "-w /etc/netplan/ -p wa\n").result, Result::kPass);
  audit.set_only_present(true);
  EXPECT_EQ(Judge(audit, "-w /etc/passwd -p wa\n").result, Result::kNotApplicable);
}

TEST_F(AuditPredicate, RulesAreReadFromWhereAugenrulesReadsThem) {
  Host none = root_.OpenHost();
  EXPECT_EQ(JudgeAudit(Watch({"/etc/sudoers"}), none).result, Result::kFail);
  root_.Write("etc/audit/audit.rules", "-w /etc -p wa\n");
  Host file = root_.OpenHost();
  EXPECT_EQ(JudgeAudit(Watch({"/etc/sudoers"}), file).result, Result::kPass);
  root_.MakeDirectory("etc/audit/rules.d");
  Host empty = root_.OpenHost();
  EXPECT_EQ(JudgeAudit(Watch({"/etc/sudoers"}), empty).result, Result::kFail)
      << "augenrules replaces audit.rules by what an empty rules.d says: nothing";
  root_.Write("etc/audit/rules.d/a.rules.bak", "-w /etc -p wa\n");
  Host other = root_.OpenHost();
  EXPECT_EQ(JudgeAudit(Watch({"/etc/sudoers"}), other).result, Result::kFail);
}

TEST_F(AuditPredicate, TheLastLockCounts) {
  Audit audit = Whole("immutable");
  Host bare = root_.OpenHost();
  EXPECT_EQ(JudgeAudit(audit, bare).reason, "there is no /etc/audit/rules.d: wanted is -e 2");
  EXPECT_EQ(Judge(audit, "-w /a -p wa\n").result, Result::kFail);
  EXPECT_EQ(Judge(audit, "-e 2\n-w /a -p wa\n").result, Result::kPass)
      << "augenrules moves -e to the end";
  root_.Write("etc/audit/rules.d/99.rules", "-e 1\n");
  EXPECT_EQ(Judge(audit, "-e 2\n").result, Result::kFail);
  root_.Write("etc/audit/rules.d/100.rules", "-e 2\n");
  EXPECT_EQ(Judge(audit, "-e 2\n").result, Result::kPass) << "100 comes after 99";
}

TEST_F(AuditPredicate, EveryPrivilegedCommandHasItsRule) {
  root_.Write("usr/bin/su", "");
  root_.Chmod("usr/bin/su", 04755);
  root_.Write("usr/lib/x/helper", "");
  root_.Chmod("usr/lib/x/helper", 02755);
  root_.Write("usr/bin/ls", "");
  root_.Symlink("usr/bin/link", "su");
  root_.Symlink("bin", "usr/bin");
  std::string su = "-a always,exit -F path=/bin/su -F perm=x -F auid>=1000 -F auid!=unset\n";
  std::string x = "-a always,exit -F path=/usr/lib/x/helper -F perm=x -F auid>=1000\n";
  EXPECT_EQ(Judge(Whole("privileged-commands"), su + x).result, Result::kPass);
  Answer answer = Judge(Whole("privileged-commands"), su);
  EXPECT_EQ(answer.result, Result::kFail);
  EXPECT_NE(answer.reason.find("/usr/lib/x/helper"), std::string::npos) << answer.reason;
  EXPECT_EQ(answer.reason.find("/usr/bin/su"), std::string::npos) << answer.reason;
}

TEST_F(AuditPredicate, ADirectoryBelowRunIsMadeAfterTheRulesAreLoaded) {
  root_.MakeDirectory("run");
  root_.Symlink("var/run", "/run");
  const std::string faillock = "-a always,exit -F path=/run/faillock -F perm=wa\n";
  const std::string sudoers = "-a always,exit -F path=/etc/sudoers.d -F perm=wa\n";
  EXPECT_EQ(Judge(Watch({"/var/run/faillock"}), faillock).result, Result::kPass);
  root_.MakeDirectory("run/faillock");
  EXPECT_EQ(Judge(Watch({"/var/run/faillock"}), faillock).result, Result::kPass)
      << "the first failed login is no drift";
  EXPECT_EQ(JudgeLive(Watch({"/var/run/faillock"}), faillock, faillock).result, Result::kPass);
  EXPECT_EQ(Judge(Watch({"/var/run/faillock"}), "-w /run -p wa\n").result, Result::kPass);
  EXPECT_EQ(Judge(Watch({"/var/run/faillock"}), "-w /run/x -p wa\n").result, Result::kFail);
  root_.MakeDirectory("etc/sudoers.d");
  EXPECT_EQ(Judge(Watch({"/etc/sudoers.d"}), sudoers).result, Result::kFail);
}

TEST_F(AuditPredicate, LiveFilesAndKernelMustBothSayIt) {
  Audit audit = Watch({"/etc/sudoers"});
  std::string rule = "-w /etc/sudoers -p wa\n";
  EXPECT_EQ(JudgeLive(audit, rule, rule).result, Result::kPass);
  EXPECT_EQ(JudgeLive(audit, rule, "").result, Result::kFail) << "never loaded";
  EXPECT_EQ(JudgeLive(audit, "", rule).result, Result::kFail) << "gone after the next boot";
  EXPECT_EQ(JudgeLive(audit, rule, rule, 0).result, Result::kFail) << "auditing is off";
  EXPECT_EQ(JudgeLive(Whole("immutable"), "-e 2\n", "", 2).result, Result::kPass);
  EXPECT_EQ(JudgeLive(Whole("immutable"), "-e 2\n", "", 1).result, Result::kFail);
  EXPECT_EQ(JudgeLive(Whole("immutable"), "", "", 2).result, Result::kFail);
}

TEST_F(AuditPredicate, RulesThatAreInOnePlaceOnlyAreFound) {
  std::string one = "-w /etc/sudoers -p wa\n", other = "-w /etc/passwd -p wa\n";
  EXPECT_EQ(JudgeLive(Whole("same-as-files"), one, one).result, Result::kPass);
  Answer answer = JudgeLive(Whole("same-as-files"), one, other);
  EXPECT_EQ(answer.result, Result::kFail);
  EXPECT_EQ(answer.evidence.size(), 2u);
  EXPECT_EQ(Judge(Whole("same-as-files"), one).result, Result::kNotChecked) << "static";
}

TEST_F(AuditPredicate, AKernelThatCannotBeAskedIsNotChecked) {
  root_.Write("etc/audit/rules.d/50.rules", "-w /etc/sudoers -p wa\n-e 2\n");
  Expected<Host> host = Host::Open(root_.path(), true);
  (void)host->Once<Expected<AuditKernel>>("audit kernel", [](Host&) -> Expected<AuditKernel> {
    return Fail(ErrorCode::kPermission, "not permitted");
  });
  EXPECT_EQ(JudgeAudit(Watch({"/etc/sudoers"}), *host).result, Result::kNotChecked);
  EXPECT_EQ(JudgeAudit(Whole("immutable"), *host).result, Result::kNotChecked);
}

TEST_F(AuditPredicate, AnUnknownFormIsNotChecked) {
  EXPECT_EQ(Judge(Whole("future"), "").result, Result::kNotChecked);
}

TEST_F(AuditPredicate, LinesThatMinusCPassesOverAreShown) {
  Answer answer = Judge(Watch({"/etc/sudoers"}), "-c\n-w etc/sudoers -p wa\n");
  EXPECT_EQ(answer.result, Result::kFail);
  ASSERT_EQ(answer.evidence.size(), 1u);
  EXPECT_EQ(answer.evidence[0].line, 2);
}

}  // namespace

}  // namespace assay
