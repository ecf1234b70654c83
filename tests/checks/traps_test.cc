// SPDX-License-Identifier: Apache-2.0
// Where scanners go wrong: a good root, one change, and what the shipped rule must say of it.
// TRAPS.md is the index of all traps, also of those that a predicate's own test pins.
#include "tests/checks/traps.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <regex>

#include "tests/checks/planted_root.h"

namespace assay {

namespace {

TEST_F(Traps, SysctlsAreWhatTheNextBootSets) {
  Expect("good-ufw",
         {{"the same value in two files is no conflict", "sysctl-syncookies",
           "=== usr/lib/sysctl.d/50-default.conf\nnet.ipv4.tcp_syncookies = 1\n", Result::kPass},
          {"a later file name wins", "sysctl-syncookies",
           "=== usr/lib/sysctl.d/99-vendor.conf\nnet.ipv4.tcp_syncookies = 0\n", Result::kFail},
          {"the administrator masks the vendor's file", "sysctl-syncookies",
           "=== usr/lib/sysctl.d/99-vendor.conf\nnet.ipv4.tcp_syncookies = 0\n"
           "=== etc/sysctl.d/99-vendor.conf -> /dev/null\n",
           Result::kPass},
          {"a masked file sets nothing", "sysctl-syncookies",
           "=== etc/sysctl.d/60-hardening.conf -\n"
           "=== usr/lib/sysctl.d/60-a.conf\nnet.ipv4.tcp_syncookies = 1\n"
           "=== etc/sysctl.d/60-a.conf -> /dev/null\n",
           Result::kFail},
          {"what nobody sets is not known to be 0", "sysctl-send-redirects",
           "=== etc/sysctl.d/60-hardening.conf -\n", Result::kFail},
          {"default counts beside all", "sysctl-rp-filter",
           "=== etc/sysctl.d/61.conf\nnet.ipv4.conf.default.rp_filter = 0\n", Result::kFail},
          {"all counts beside default", "sysctl-log-martians",
           "=== etc/sysctl.d/61.conf\nnet.ipv4.conf.all.log_martians = 0\n", Result::kFail},
          {"an interface's own value is not what is asked for", "sysctl-log-martians",
           "=== etc/sysctl.d/61.conf\nnet.ipv4.conf.eth0.log_martians = 0\n", Result::kPass},
          {"ufw writes its own values after the boot", "sysctl-accept-redirects",
           "=== etc/default/ufw +\nIPT_SYSCTL=/etc/ufw/sysctl.conf\n"
           "=== etc/ufw/sysctl.conf\nnet/ipv4/conf/all/accept_redirects=1\n",
           Result::kFail},
          {"without IPv6 there are no keys of it", "sysctl-accept-ra",
           "=== etc/sysctl.d/60-hardening.conf -\n"
           "=== boot/grub/grub.cfg\nmenuentry x {\n linux /vmlinuz ro ipv6.disable=1\n}\n",
           Result::kNotApplicable},
          {"one boot entry with IPv6 is enough", "sysctl-accept-ra",
           "=== etc/sysctl.d/60-hardening.conf -\n"
           "=== boot/grub/grub.cfg\nmenuentry x {\n linux /vmlinuz ro ipv6.disable=1\n}\n"
           "menuentry y {\n linux /vmlinuz ro\n}\n",
           Result::kFail}});
}

TEST_F(Traps, SshdIsJudgedByWhatIsInForce) {
  Expect("good-ufw",
         {{"of two lines the first counts", "sshd-permit-root-login",
           "=== etc/ssh/sshd_config +\nPermitRootLogin yes\n", Result::kPass},
          {"an Include counts where it stands: above", "sshd-permit-root-login",
           "=== etc/ssh/sshd_config\nInclude /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin no\n"
           "=== etc/ssh/sshd_config.d/50-cloud.conf\nPermitRootLogin yes\n",
           Result::kFail},
          {"below", "sshd-permit-root-login",
           "=== etc/ssh/sshd_config\nPermitRootLogin no\nInclude /etc/ssh/sshd_config.d/*.conf\n"
           "=== etc/ssh/sshd_config.d/50-cloud.conf\nPermitRootLogin yes\n",
           Result::kPass},
          {"a Match block weakens it for some", "sshd-permit-root-login",
           "=== etc/ssh/sshd_config +\nMatch Address 10.0.0.0/8\n  PermitRootLogin yes\n",
           Result::kFail},
          {"what stands only in a Match block does not hold for all", "sshd-permit-root-login",
           "=== etc/ssh/sshd_config\nMatch User ada\n  PermitRootLogin no\n", Result::kFail},
          {"keywords have no case", "sshd-permit-root-login",
           "=== etc/ssh/sshd_config\npermitrootlogin no\n", Result::kPass},
          {"'+' adds to the default list", "sshd-ciphers",
           "=== etc/ssh/sshd_config\nCiphers +aes256-cbc\n", Result::kFail},
          {"a comment sets nothing", "sshd-host-based",
           "=== etc/ssh/sshd_config\n#HostbasedAuthentication yes\n", Result::kPass}});
}

TEST_F(Traps, MountsAreThoseOfTheBoot) {
  Expect(
      "good-ufw",
      {{"a later option undoes an earlier one", "mount-tmp-nodev",
        "=== etc/fstab\ntmpfs /tmp tmpfs nodev,nosuid,dev 0 0\n", Result::kFail},
       {"a masked unit mounts nothing", "mount-tmp",
        "=== etc/fstab\n/dev/vda1 / ext4 rw 0 1\n=== etc/systemd/system/tmp.mount -> /dev/null\n",
        Result::kFail},
       {"without a partition there are no options", "mount-home-nodev",
        "=== etc/fstab\n/dev/vda1 / ext4 rw 0 1\n", Result::kNotApplicable},
       {"but the partition itself is missed", "mount-home",
        "=== etc/fstab\n/dev/vda1 / ext4 rw 0 1\n", Result::kFail}});
}

TEST_F(Traps, ModulesAreRefusedInEveryKernel) {
  Expect(
      "good-ufw",
      {{"a blacklist alone does not stop modprobe", "kmod-cramfs",
        "=== etc/modprobe.d/60-never.conf\nblacklist cramfs\n", Result::kFail},
       {"'-' and '_' are the same", "kmod-usb-storage",
        "=== etc/modprobe.d/60-never.conf\ninstall usb-storage /bin/false\n"
        "blacklist usb_storage\n",
        Result::kPass},
       {"a second kernel has it built in", "kmod-udf",
        "=== usr/lib/modules/6.2/modules.builtin\nkernel/fs/udf/udf.ko\n", Result::kFail},
       {"overlayfs is the module overlay", "kmod-overlay",
        "=== etc/modprobe.d/60-never.conf\ninstall overlayfs /bin/false\nblacklist overlayfs\n",
        Result::kFail},
       {"snaps need squashfs", "kmod-squashfs", "=== packages snapd\n", Result::kNotApplicable}});
}

TEST(TrapsIndex, NamesTestsThatExist) {
  std::ifstream file(ASSAY_SOURCE_DIR "/tests/checks/TRAPS.md");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  static const std::regex name("`([A-Z][A-Za-z]+\\.[A-Z][A-Za-z0-9]+)`");
  const std::set<std::string> tests = NamesOfAllTests();
  int count = 0;
  for (std::sregex_iterator at(text.begin(), text.end(), name), end; at != end; ++at, ++count)
    EXPECT_TRUE(tests.contains((*at)[1])) << (*at)[1];
  EXPECT_GE(count, 80);
}

}  // namespace

}  // namespace assay
