// SPDX-License-Identifier: Apache-2.0
// The YAML forms of boot, security-module, dconf and kmod: what is compiled, and what is a mistake.
#include <gtest/gtest.h>

#include "checks/predicates/forms.h"

namespace assay {

namespace {

template <typename Message>
std::string Mistake(void (*compile)(const Form&, Message&), const char* yaml) {
  Message message;
  try {
    compile(Form("f.yaml", ParseYaml("f.yaml", yaml).value()), message);
  } catch (const FormMistake& mistake) {
    return mistake.what();
  }
  return "";
}

template <typename Message>
Message Compiled(void (*compile)(const Form&, Message&), const char* yaml) {
  Message message;
  compile(Form("f.yaml", ParseYaml("f.yaml", yaml).value()), message);
  return message;
}

TEST(BootForm, IsAPasswordOrAParameterWithOneDemand) {
  EXPECT_TRUE(Compiled(CompileBoot, "password").password());
  Boot boot = Compiled(CompileBoot, "{parameter: audit_backlog_limit, at-least: 8192}");
  EXPECT_EQ(boot.parameter(), "audit_backlog_limit");
  EXPECT_EQ(boot.wanted().kind(), "at-least");
  for (const char* yaml :
       {"passwort", "{parameter: a}", "{equals: 1}", "{parameter: a=1, equals: 1}",
        "{parameter: a, equals: 1, differs: 2}", "{parameter: a, at-most: x}",
        "{parameter: a, equals: 1, more: 1}", "[]"})
    EXPECT_TRUE(Mistake(CompileBoot, yaml).starts_with("f.yaml:1")) << yaml;
}

TEST(SecurityModuleForm, IsOneOfTheStates) {
  EXPECT_EQ(Compiled(CompileSecurityModule, "apparmor-loaded").state(), "apparmor-loaded");
  for (const char* yaml : {"apparmor", "{}", "[selinux-enabled]"})
    EXPECT_TRUE(Mistake(CompileSecurityModule, yaml).starts_with("f.yaml:1")) << yaml;
}

TEST(DconfForm, IsAKeyOrALock) {
  Dconf key = Compiled(CompileDconf, "{profile: gdm, key: /org/a, equals: 'true'}");
  EXPECT_EQ(key.profile(), "gdm");
  EXPECT_EQ(key.wanted().values(0), "true");
  EXPECT_FALSE(Compiled(CompileDconf, "{key: /org/a}").has_wanted());
  EXPECT_TRUE(Compiled(CompileDconf, "{locked: /org/a}").locked());
  for (const char* yaml : {"{key: org/a}", "{key: /org/a/}", "{key: /org//a}",
                           "{key: /a, locked: /a}", "{locked: /a, equals: 1}", "{equals: 1}",
                           "{key: /a, profile: ../x}", "{key: /a, equals: 1, differs: 2}", "x"})
    EXPECT_TRUE(Mistake(CompileDconf, yaml).starts_with("f.yaml:1")) << yaml;
}

TEST(KmodForm, IsAModuleOrWhatDrivesSomething) {
  EXPECT_EQ(Compiled(CompileKmod, "dccp").name(), "dccp");
  EXPECT_EQ(Compiled(CompileKmod, "{drivers-of: wireless}").drivers_of(), "wireless");
  for (const char* yaml : {"{drivers-of: radio}", "{drivers: wireless}", "a/b", "[]"})
    EXPECT_TRUE(Mistake(CompileKmod, yaml).starts_with("f.yaml:1")) << yaml;
}

}  // namespace

}  // namespace assay
