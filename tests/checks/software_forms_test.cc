// SPDX-License-Identifier: Apache-2.0
// The YAML of package, unit, listeners and program: what is taken and what is a mistake.
#include <gtest/gtest.h>

#include "checks/predicates/forms.h"

namespace assay {

namespace {

template <typename Message>
std::string Mistake(void (*compile)(const Form&, Message&), const char* yaml) {
  Message into;
  try {
    compile(Form("f.yaml", ParseYaml("f.yaml", yaml).value()), into);
  } catch (const FormMistake& mistake) {
    return mistake.what();
  }
  return "";
}

TEST(SoftwareForms, TakeWhatTheReadmeSays) {
  for (const char* yaml :
       {"{installed: [a, b]}", "{installed: sudo, at-least: 1.9.13-1}", "{absent: libstdc++6}"})
    EXPECT_EQ(Mistake(CompilePackage, yaml), "") << yaml;
  for (const char* yaml : {"{in-use: [cron, crond.service]}", "{unused: cups.socket}",
                           "{masked: ctrl-alt-del.target}", "{active: 'getty@tty1'}"})
    EXPECT_EQ(Mistake(CompileUnit, yaml), "") << yaml;
  for (const char* yaml : {"all", "{ports: [25, 465], only: loopback}",
                           "{ports: 25, only: loopback, static: notapplicable}"})
    EXPECT_EQ(Mistake(CompileListeners, yaml), "") << yaml;
  for (const char* yaml :
       {"{name: chronyd, user: _chrony}", "{name: a, user: [b, c], static: notchecked}"})
    EXPECT_EQ(Mistake(CompileProgram, yaml), "") << yaml;
}

TEST(SoftwareForms, RefuseTheRestWithTheLine) {
  for (const char* yaml : {"{}", "{installed: a, absent: b}", "{absent: a, at-least: 1}",
                           "{installed: a, at-least: 'a b'}", "{installed: 'a b'}",
                           "{absent: 'a:i386'}", "{installed: []}", "{there: a}"})
    EXPECT_TRUE(Mistake(CompilePackage, yaml).starts_with("f.yaml:1:")) << yaml;
  for (const char* yaml : {"{}", "{in-use: a, unused: b}", "{unused: 'a/b'}", "{masked: [a, b]}",
                           "{active: ''}", "{enabled: a}"})
    EXPECT_TRUE(Mistake(CompileUnit, yaml).starts_with("f.yaml:1:")) << yaml;
  for (const char* yaml :
       {"some", "{ports: [25]}", "{ports: [0], only: loopback}", "{ports: [65536], only: loopback}",
        "{only: loopback}", "{ports: [25], only: eth0}", "[]"})
    EXPECT_TRUE(Mistake(CompileListeners, yaml).starts_with("f.yaml:1:")) << yaml;
  for (const char* yaml :
       {"{name: a}", "{name: /bin/a, user: b}", "{user: b}", "{name: a, user: b, static: pass}"})
    EXPECT_TRUE(Mistake(CompileProgram, yaml).starts_with("f.yaml:1:")) << yaml;
}

TEST(SoftwareForms, AUnitWithoutASuffixIsAService) {
  Unit unit;
  CompileUnit(Form("f", ParseYaml("f", "{unused: [cups, cups.socket, dhcpd.leases]}").value()),
              unit);
  EXPECT_EQ(unit.unused(0), "cups.service");
  EXPECT_EQ(unit.unused(1), "cups.socket");
  EXPECT_EQ(unit.unused(2), "dhcpd.leases.service");
}

}  // namespace

}  // namespace assay
