// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "checks/formats/sysctl_config.h"
#include "checks/predicates/predicate.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

Answer Judge(const TempRoot& root, const std::string& name, const std::string& value) {
  Host host = root.OpenHost();
  Sysctl sysctl;
  sysctl.set_name(SysctlPath(name));
  sysctl.add_values(value);
  return JudgeSysctl(sysctl, host);
}

Answer Judge(const Files& files, const std::string& name, const std::string& value) {
  TempRoot root;
  for (const auto& [path, text] : files) root.Write(path, text);
  return Judge(root, name, value);
}

struct Case {
  const char* why;  // man page
  Files files;
  std::string name, value;
  Result result;
};

TEST(SysctlPredicate, FollowsThePrecedenceOfSysctlD) {
  const std::string name = "kernel.x";
  for (const Case& one : std::vector<Case>{
           {"sysctl.d(5): /etc masks the same file name in /usr/lib",
            {{"etc/sysctl.d/a.conf", "kernel.x=1\n"}, {"usr/lib/sysctl.d/a.conf", "kernel.x=2\n"}},
            name,
            "1",
            Result::kPass},
           {"a file name that is masked sets nothing, also not what only it names",
            {{"etc/sysctl.d/a.conf", "# empty\n"}, {"usr/lib/sysctl.d/a.conf", "kernel.x=2\n"}},
            name,
            "2",
            Result::kFail},
           {"sysctl.d(5): file names sort over all directories; the last wins",
            {{"etc/sysctl.d/10.conf", "kernel.x=1\n"},
             {"usr/lib/sysctl.d/90.conf", "kernel.x=2\n"}},
            name,
            "2",
            Result::kPass},
           {"/usr/local/lib before /usr/lib; what is in /run is gone at the next boot",
            {{"run/sysctl.d/a.conf", "kernel.x=2\n"},
             {"usr/local/lib/sysctl.d/a.conf", "kernel.x=1\n"},
             {"usr/lib/sysctl.d/a.conf", "kernel.x=3\n"}},
            name,
            "1",
            Result::kPass},
           {"/run alone sets nothing",
            {{"run/sysctl.d/a.conf", "kernel.x=1\n"}},
            name,
            "1",
            Result::kFail},
           {"/etc/sysctl.conf is not read but through a link",
            {{"etc/sysctl.conf", "kernel.x=1\n"}},
            name,
            "1",
            Result::kFail},
           {"only *.conf", {{"etc/sysctl.d/a.conf.bak", "kernel.x=1\n"}}, name, "1", Result::kFail},
           {"no hidden file", {{"etc/sysctl.d/.a.conf", "kernel.x=1\n"}}, name, "1", Result::kFail},
           {"the last line wins",
            {{"etc/sysctl.d/a.conf", "kernel.x=1\nkernel.x=2\n"}},
            name,
            "2",
            Result::kPass},
           {"'-key = value' sets, errors ignored",
            {{"etc/sysctl.d/a.conf", "-kernel.x = 1\n"}},
            name,
            "1",
            Result::kPass},
           {"a later '-key' alone takes the value back",
            {{"etc/sysctl.d/a.conf", "kernel.x=1\n-kernel.x\n"}},
            name,
            "1",
            Result::kFail},
           {"a value after '-key' counts",
            {{"etc/sysctl.d/a.conf", "-kernel.x\nkernel.x=1\n"}},
            name,
            "1",
            Result::kPass},
           {"'/' as first separator keeps dots",
            {{"etc/sysctl.d/a.conf", "net/ipv4/conf/eth0.100/rp_filter=1\n"}},
            "net.ipv4.conf.eth0/100.rp_filter",
            "1",
            Result::kPass},
           {"globs",
            {{"etc/sysctl.d/a.conf", "net.ipv4.conf.*.rp_filter=1\n"}},
            "net.ipv4.conf.all.rp_filter",
            "1",
            Result::kPass},
           {"systemd-sysctl 252: braces in a glob are alternatives",
            {{"etc/sysctl.d/a.conf", "net.ipv4.conf.{x,{a,b}ll}.rp_filte[r]=1\n"}},
            "net.ipv4.conf.all.rp_filter",
            "1",
            Result::kPass},
           {"without a glob they are letters of the name",
            {{"etc/sysctl.d/a.conf", "net.ipv4.conf.{all,x}.rp_filter=1\n"}},
            "net.ipv4.conf.all.rp_filter",
            "1",
            Result::kFail},
           {"an open brace is a letter",
            {{"etc/sysctl.d/a.conf", "net.ipv4.conf.{all,x.rp_filte?=1\n"}},
            "net.ipv4.conf.all.rp_filter",
            "1",
            Result::kFail},
           {"more braces than anybody writes",
            {{"etc/sysctl.d/a.conf",
              "kernel.x=1\n*{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}=1\n"}},
            name,
            "1",
            Result::kError},
           {"'*' does not cross a component",
            {{"etc/sysctl.d/a.conf", "net.*.rp_filter=1\n"}},
            "net.ipv4.conf.all.rp_filter",
            "1",
            Result::kFail},
           {"an explicit name beats a later glob",
            {{"etc/sysctl.d/a.conf", "net.a.x=2\nnet.*.x=1\n"}},
            "net.a.x",
            "2",
            Result::kPass},
           {"'-key' keeps a glob away",
            {{"etc/sysctl.d/a.conf", "net.*.x=1\n-net.a.x\n"}},
            "net.a.x",
            "1",
            Result::kFail},
           {"comments are # and ;",
            {{"etc/sysctl.d/a.conf", "#kernel.x=1\n;kernel.x=1\n"}},
            name,
            "1",
            Result::kFail},
           {"CRLF", {{"etc/sysctl.d/a.conf", "kernel.x = 1\r\n"}}, name, "1", Result::kPass},
           {"no last newline", {{"etc/sysctl.d/a.conf", "kernel.x = 1"}}, name, "1", Result::kPass},
           {"blanks and tabs between numbers are the same",
            {{"etc/sysctl.d/a.conf", "kernel.x = 4\t4  1 7\n"}},
            name,
            "4 4 1 7",
            Result::kPass},
           {"ufw(8): IPT_SYSCTL is applied after boot",
            {{"etc/sysctl.d/a.conf", "kernel.x=1\n"},
             {"etc/ufw/ufw.conf", "ENABLED=yes\n"},
             {"etc/default/ufw", "IPT_SYSCTL=\"/etc/ufw/sysctl.conf\"\n"},
             {"etc/ufw/sysctl.conf", "kernel/x=0\n"}},
            name,
            "1",
            Result::kFail},
           {"ufw-init: ENABLED=YES is on too, and a shell's value ends at a blank",
            {{"etc/sysctl.d/a.conf", "kernel.x=1\n"},
             {"etc/ufw/ufw.conf", "ENABLED=YES # on\n"},
             {"etc/default/ufw", "IPT_SYSCTL=/etc/ufw/sysctl.conf # f\n"},
             {"etc/ufw/sysctl.conf", "kernel/x=0\n"}},
            name,
            "1",
            Result::kFail},
           {"ufw comes after boot, so that its glob beats an explicit name",
            {{"etc/sysctl.d/a.conf", "net.a.x=1\n"},
             {"etc/ufw/ufw.conf", "ENABLED=yes\n"},
             {"etc/default/ufw", "IPT_SYSCTL='/etc/ufw/sysctl.conf'\n"},
             {"etc/ufw/sysctl.conf", "net/*/x=0\n"}},
            "net.a.x",
            "1",
            Result::kFail},
           {"ufw that is off applies nothing",
            {{"etc/sysctl.d/a.conf", "kernel.x=1\n"},
             {"etc/ufw/ufw.conf", "ENABLED=no\n"},
             {"etc/default/ufw", "IPT_SYSCTL=/etc/ufw/sysctl.conf\n"},
             {"etc/ufw/sysctl.conf", "kernel/x=0\n"}},
            name,
            "1",
            Result::kPass},
           {"a NUL byte: not a text",
            {{"etc/sysctl.d/a.conf", std::string("kernel.x=1\n\0", 12)}},
            name,
            "1",
            Result::kError},
           {"nothing sets it", {}, name, "1", Result::kFail}}) {
    Answer answer = Judge(one.files, one.name, one.value);
    EXPECT_EQ(ResultName(answer.result), ResultName(one.result)) << one.why << answer.reason;
    EXPECT_EQ(answer.reason.empty(), one.result == Result::kPass) << one.why;
  }
}

// Each of these was run with systemd-sysctl 252 in a network namespace of its own.
TEST(SysctlPredicate, KeepsOneAssignmentOfEachKeyAsSystemdSysctlDoes) {
  const std::string name = "net.ipv4.conf.all.rp_filter", a = "net.ipv4.conf.*.rp_filter",
                    b = "net.ipv4.*.all.rp_filter";
  for (auto [why, text, value, result] :
       std::vector<std::tuple<const char*, std::string, const char*, Result>>{
           {"an excluded glob takes back what the same glob set", a + "=1\n-" + a + "\n", "1",
            Result::kFail},
           {"also where '/' parts its name", a + "=1\n-net/ipv4/conf/*/rp_filter\n", "1",
            Result::kFail},
           {"a value after the excluded glob sets again", a + "=1\n-" + a + "\n" + a + "=1\n", "1",
            Result::kPass},
           {"an excluded glob takes nothing from another glob", a + "=1\n-" + b + "\n", "1",
            Result::kPass},
           {"nor from the name itself", name + "=1\n-" + a + "\n", "1", Result::kPass},
           {"an equal value keeps its place, so that the other glob comes last",
            a + "=1\n" + b + "=0\n" + a + "=1\n", "0", Result::kPass},
           {"another value goes to the end", a + "=0\n" + b + "=0\n" + a + "=1\n", "1",
            Result::kPass},
           {"an excluded name stays excluded where a glob comes after it",
            name + "=1\n-" + name + "\n" + a + "=1\n", "1", Result::kFail}}) {
    Answer answer = Judge(Files{{"etc/sysctl.d/a.conf", text}}, name, value);
    EXPECT_EQ(ResultName(answer.result), ResultName(result)) << why << ": " << answer.reason;
  }
}

TEST(SysctlPredicate, EmptyPartsOfANameAreNothing) {
  for (const char* line : {"/kernel/x=1\n", "kernel..x=1\n", "kernel/./x/=1\n", ".kernel.x=1\n"})
    EXPECT_EQ(Judge(Files{{"etc/sysctl.d/a.conf", line}}, "kernel.x", "1").result, Result::kPass)
        << line;
}

// net/ipv4/devinet.c has one variable under both names.
TEST(SysctlPredicate, ForwardingOfIPv4IsOneVariableWithTwoNames) {
  const std::string own = "net.ipv4.ip_forward", other = "net.ipv4.conf.all.forwarding";
  for (auto [why, text, result] : std::vector<std::tuple<const char*, std::string, Result>>{
           {"the other name after it", own + "=0\n" + other + "=1\n", Result::kFail},
           {"a glob over the other name after it", own + "=0\nnet.ipv4.conf.*.forwarding=1\n",
            Result::kFail},
           {"the other name before it", other + "=1\n" + own + "=0\n", Result::kPass},
           {"the other name alone", other + "=0\n", Result::kPass},
           {"the other name is excluded from the glob",
            own + "=0\nnet.ipv4.conf.*.forwarding=1\n-" + other + "\n", Result::kPass},
           {"the same once more does not come after the other name",
            own + "=0\n" + other + "=1\n" + own + "=0\n", Result::kFail},
           {"another interface's is another variable",
            own + "=0\nnet.ipv4.conf.eth0.forwarding=1\n", Result::kPass}}) {
    for (const std::string& asked : {own, other}) {
      Answer answer = Judge(Files{{"etc/sysctl.d/a.conf", text}}, asked, "0");
      EXPECT_EQ(ResultName(answer.result), ResultName(result)) << why << ": " << answer.reason;
    }
  }
}

TEST(SysctlPredicate, EvidenceNamesTheLineAndTheNameAsWritten) {
  Answer answer = Judge(Files{{"etc/sysctl.d/a.conf", "net.ipv4.ip_forward = 0\n"},
                              {"etc/sysctl.d/b.conf", "#\nnet.ipv4.conf.*.forwarding = 1\n"}},
                        "net.ipv4.ip_forward", "0");
  ASSERT_EQ(answer.evidence.size(), 1u);
  EXPECT_EQ(answer.evidence[0].source, "/etc/sysctl.d/b.conf");
  EXPECT_EQ(answer.evidence[0].line, 2);
  EXPECT_EQ(answer.evidence[0].value, "net.ipv4.conf.*.forwarding = 1");
}

TEST(SysctlPredicate, ALinkToDevNullMasksTheSameName) {
  TempRoot root{{"usr/lib/sysctl.d/a.conf", "kernel.x=1\n"}};
  EXPECT_EQ(Judge(root, "kernel.x", "1").result, Result::kPass);
  root.Symlink("etc/sysctl.d/a.conf", "/dev/null");
  EXPECT_EQ(Judge(root, "kernel.x", "1").result, Result::kFail);
}

TEST(SysctlPredicate, SysctlConfCountsThroughItsLink) {
  TempRoot root{{"etc/sysctl.conf", "kernel.x=1\n"}};
  root.Symlink("etc/sysctl.d/99-sysctl.conf", "../sysctl.conf");
  EXPECT_EQ(Judge(root, "kernel.x", "1").result, Result::kPass);
}

TEST(SysctlPredicate, AFifoOrADirectoryInPlaceOfAFileIsAnError) {
  TempRoot root{{"etc/sysctl.d/a.conf", "kernel.x=1\n"}};
  root.Fifo("etc/sysctl.d/b.conf");
  EXPECT_EQ(Judge(root, "kernel.x", "1").result, Result::kError);
  root.Remove("etc/sysctl.d/b.conf");
  root.MakeDirectory("etc/sysctl.d/b.conf");
  EXPECT_EQ(Judge(root, "kernel.x", "1").result, Result::kError);
}

TEST(SysctlPredicate, TheRunningMachineIsAskedForItsValue) {
  Expected<Host> host = Host::Open("/", true);
  ASSERT_TRUE(host);
  Sysctl sysctl;
  sysctl.set_name("kernel/ostype");
  sysctl.add_values("NotLinux");
  Answer answer = JudgeSysctl(sysctl, *host);
  EXPECT_EQ(answer.result, Result::kFail);
  ASSERT_FALSE(answer.evidence.empty());
  EXPECT_EQ(answer.evidence[0].value, "Linux");
}

TEST(SysctlPredicate, AKeyThatTheKernelLacksFailsAndIsNotApplicableOnlyWhereAllOfIPv6IsAbsent) {
  Expected<Host> host = Host::Open("/", true);
  ASSERT_TRUE(host);
  Sysctl sysctl;
  sysctl.add_values("0");
  sysctl.set_name("net/ipv6/conf/no-such/forwarding");
  bool ipv6 = host->Sysctl("net/ipv6/conf/all/forwarding").has_value();
  EXPECT_EQ(JudgeSysctl(sysctl, *host).result, ipv6 ? Result::kFail : Result::kNotApplicable);
  sysctl.set_name("kernel/no_such_key");
  EXPECT_EQ(JudgeSysctl(sysctl, *host).result, Result::kFail);
}

}  // namespace

}  // namespace assay
