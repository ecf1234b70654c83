// SPDX-License-Identifier: Apache-2.0
// Kernel modules: one parse for all rules, and the drivers of wireless interfaces.
#include <gtest/gtest.h>

#include "checks/predicates/predicate.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

Kmod Module(const std::string& name) {
  Kmod kmod;
  kmod.set_name(name);
  return kmod;
}

Kmod Wireless() {
  Kmod kmod;
  kmod.set_drivers_of("wireless");
  return kmod;
}

Answer Ask(const Kmod& kmod, const TempRoot& root, bool live = false) {
  Expected<Host> host = Host::Open(root.path(), live);
  EXPECT_TRUE(host);
  return JudgeKmod(kmod, *host);
}

TEST(Kmod, RulesShareOneParseAndStillNameTheirInputs) {
  TempRoot root{{"usr/lib/modules/6.1/modules.dep", "kernel/fs/a.ko:\nkernel/fs/b.ko:\n"},
                {"etc/modprobe.d/x.conf", "install a /bin/false\nblacklist a\n"}};
  Host host = root.OpenHost();
  EXPECT_EQ(JudgeKmod(Module("a"), host).result, Result::kPass);
  std::set<Input> first = host.TakeInputs();
  root.Write("etc/modprobe.d/x.conf", "install b /bin/false\nblacklist b\n");
  EXPECT_EQ(JudgeKmod(Module("b"), host).result, Result::kFail) << "read once";
  EXPECT_EQ(host.TakeInputs(), first) << "who shares a parse depends on its files";
  host.Forget();
  EXPECT_EQ(JudgeKmod(Module("b"), host).result, Result::kPass);
  EXPECT_TRUE(first.contains({Input::Kind::kFile, "/etc/modprobe.d/x.conf"}));
  EXPECT_TRUE(first.contains({Input::Kind::kFile, "/usr/lib/modules/6.1/modules.dep"}));
}

TEST(Kmod, EveryKernelCountsInBothDirectories) {
  TempRoot root{{"usr/lib/modules/6.1/modules.dep", "kernel/fs/b.ko:\n"},
                {"lib/modules/6.2/modules.dep", "kernel/fs/a.ko:\n"}};
  EXPECT_EQ(Ask(Module("a"), root).result, Result::kFail);
  root.Remove("lib/modules/6.2/modules.dep");
  EXPECT_EQ(Ask(Module("a"), root).result, Result::kPass);
  root.MakeDirectory("lib/modules/6.2/kernel");
  EXPECT_EQ(Ask(Module("a"), root).result, Result::kError) << "depmod never ran";
}

// libkmod/libkmod-config.c of kmod 30: conf_files_filter_out(), conf_files_insert_sorted().
TEST(Kmod, AliasFilesAreReadTooInTheOrderOfAllNames) {
  const std::string dep = "usr/lib/modules/6.1/modules.dep";
  const std::string refuse = "install dccp /bin/false\nblacklist dccp\n",
                    load = "install dccp /sbin/modprobe --ignore-install dccp\n";
  using Files = std::vector<std::pair<std::string, std::string>>;
  for (const auto& [why, files, result] : std::vector<std::tuple<const char*, Files, Result>>{
           {"*.alias before *.conf, so that its install is the first",
            {{"etc/modprobe.d/aa.alias", load}, {"etc/modprobe.d/dccp.conf", refuse}},
            Result::kFail},
           {"*.alias after *.conf",
            {{"etc/modprobe.d/dccp.conf", refuse}, {"etc/modprobe.d/zz.alias", load}},
            Result::kPass},
           {"a name in /etc masks it in /usr/lib",
            {{"etc/modprobe.d/aa.alias", "#\n"},
             {"usr/lib/modprobe.d/aa.alias", load},
             {"etc/modprobe.d/dccp.conf", refuse}},
            Result::kPass},
           {"*.alias alone", {{"usr/lib/modprobe.d/a.alias", refuse}}, Result::kPass},
           {"a hidden file is none",
            {{"etc/modprobe.d/.a.conf", refuse}, {"etc/modprobe.d/.b.alias", refuse}},
            Result::kFail},
           {"other names are none", {{"etc/modprobe.d/a.aliases", refuse}}, Result::kFail}}) {
    TempRoot root{{dep, "kernel/net/dccp/dccp.ko:\n"}};
    for (const auto& [path, text] : files) root.Write(path, text);
    EXPECT_EQ(Ask(Module("dccp"), root).result, result) << why;
  }
}

TEST(Kmod, TheInstallLineThatCountsIsShown) {
  TempRoot root{{"usr/lib/modules/6.1/modules.dep", "kernel/net/dccp/dccp.ko:\n"},
                {"etc/modprobe.d/aa.alias", "#\ninstall dccp /sbin/modprobe -i dccp\n"},
                {"etc/modprobe.d/dccp.conf", "install dccp /bin/false\nblacklist dccp\n"}};
  Answer answer = Ask(Module("dccp"), root);
  EXPECT_EQ(answer.reason,
            "dccp can be loaded: modprobe.d lacks 'install dccp /bin/false' as the first 'install' "
            "of it");
  ASSERT_EQ(answer.evidence.size(), 2u);
  EXPECT_EQ(answer.evidence[0].source, "/etc/modprobe.d/aa.alias");
  EXPECT_EQ(answer.evidence[0].line, 2);
}

TEST(Wireless, NoInterfaceIsGoodOneIsNot) {
  TempRoot root{{"sys/class/net/eth0/mtu", "1500\n"}, {"sys/class/net/bonding_masters", ""}};
  EXPECT_EQ(Ask(Wireless(), root, true).result, Result::kPass);
  root.Write("sys/class/net/wlan0/phy80211/index", "0\n");
  Answer answer = Ask(Wireless(), root, true);
  EXPECT_EQ(answer.result, Result::kFail);
  EXPECT_TRUE(answer.reason.contains("wlan0")) << answer.reason;
  root.Symlink("sys/class/net/wlan0/device/driver/module", "../../../../module/no-such-driver");
  root.Write("usr/lib/modules/6.1/modules.dep", "kernel/net/no_such_driver.ko:\n");
  answer = Ask(Wireless(), root, true);
  EXPECT_EQ(answer.result, Result::kFail);
  EXPECT_TRUE(answer.reason.contains("install no_such_driver /bin/false")) << answer.reason;
}

TEST(Wireless, AnImageHasNoInterfaces) {
  EXPECT_EQ(Ask(Wireless(), TempRoot()).result, Result::kNotChecked);
  EXPECT_EQ(Ask(Wireless(), TempRoot(), true).result, Result::kError) << "no /sys";
}

}  // namespace

}  // namespace assay
