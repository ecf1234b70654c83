// SPDX-License-Identifier: Apache-2.0
// The audit predicate: what rules may ask for, whether the kernel answers, and what covers what.
#include <gtest/gtest.h>
#include <linux/audit.h>

#include "checks/formats/syscall_names.h"
#include "checks/predicates/audit_cover.h"
#include "checks/predicates/audit_sources.h"
#include "checks/predicates/forms.h"
#include "checks/predicates/predicate.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

Audit Compiled(const std::string& yaml) {
  Audit audit;
  CompileAudit(Form("f.yaml", ParseYaml("f.yaml", yaml).value()), audit);
  return audit;
}

TEST(AuditForm, IsCompiled) {
  Audit watch = Compiled("{watch: [/a, /b], access: wa, absent: notapplicable}");
  EXPECT_EQ(watch.form(), "watch");
  EXPECT_EQ(watch.paths_size(), 2);
  EXPECT_TRUE(watch.only_present());
  Audit calls = Compiled(
      "{syscalls: [chmod], archs: [b64], fields: ['auid!=unset'], compare: ['uid!=euid'], "
      "auid-from: UID_MIN}");
  EXPECT_EQ(calls.form(), "syscalls");
  EXPECT_EQ(calls.fields(0), "auid!=unset");
  EXPECT_EQ(calls.auid_from(), "UID_MIN");
  EXPECT_EQ(Compiled("immutable").form(), "immutable");
  EXPECT_EQ(Compiled("{path: /a, access: x}").form(), "watch");
}

TEST(AuditForm, RefusesWhatNoRuleCanMean) {
  for (const char* yaml :
       {"mutable", "{access: wa}", "{watch: a, access: wa}", "{watch: /a}",
        "{watch: /a/, access: w}", "{watch: /a, access: wz}",
        "{watch: /a, access: w, syscalls: [open], archs: [b64]}",
        "{syscalls: [opne], archs: [b64]}", "{syscalls: [open]}",
        "{syscalls: [open], archs: [b16]}", "{syscalls: [open], archs: [b64], fields: ['auid']}",
        "{syscalls: [open], archs: [b64], fields: ['uid=root']}",
        "{syscalls: [open], archs: [b64], compare: ['uid!=gid']}",
        "{syscalls: [open], archs: [b64], auid-from: GID_MIN}", "{watch: /, access: w}"})
    EXPECT_THROW(Compiled(yaml), FormMistake) << yaml;
}

TEST(AuditKernel, AnswersOrSaysWhyNot) {
  Expected<Host> host = Host::Open("/", true);
  ASSERT_TRUE(host);
  const Expected<AuditKernel>& kernel = AuditKernelOf(*host);
  EXPECT_TRUE(host->TakeInputs().contains({Input::Kind::kLive, "audit"}));
  if (!kernel) GTEST_SKIP() << kernel.error().ToString();
  EXPECT_LE(kernel->status.enabled, 2u);
}

// auditctl 4 writes the calls of an access into the rule, where an arch is given.
TEST(AuditCover, ARuleWithTheCallsOfItsAccessIsAsWideAsOneWithAll) {
  AuditRule rule;
  rule.fields = {{AUDIT_ARCH, AUDIT_EQUAL, kArchX86_64, ""},
                 {AUDIT_WATCH, AUDIT_EQUAL, 0, "/usr/bin/su"},
                 {AUDIT_PERM, AUDIT_EQUAL, AUDIT_PERM_EXEC, ""}};
  rule.syscalls.set(59).set(322);
  AuditWant want{kArchX86_64, std::nullopt, "/usr/bin/su", false, AUDIT_PERM_EXEC, {}};
  EXPECT_TRUE(IsAsWide(rule, want));
  rule.syscalls.reset(322);
  EXPECT_FALSE(IsAsWide(rule, want));
}

}  // namespace

}  // namespace assay
