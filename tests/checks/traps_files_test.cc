// SPDX-License-Identifier: Apache-2.0
// More of traps_test.cc: files of settings, accounts, modes, units, boot, walks.
#include <gtest/gtest.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tests/checks/planted_root.h"
#include "tests/checks/traps.h"

namespace assay {

namespace {

class FileTraps : public Traps {};

TEST_F(FileTraps, WhichLineWinsDependsOnTheProgram) {
  Expect(
      "good-ufw",
      {{"login.defs: the last", "accounts-password-max-days",
        "=== etc/login.defs +\nPASS_MAX_DAYS 99999\n", Result::kFail},
       {"login.defs: the last", "text-encrypt-method",
        "=== etc/login.defs\nENCRYPT_METHOD MD5\nENCRYPT_METHOD SHA512\n", Result::kPass},
       {"limits: a later file undoes it", "core-dumps",
        "=== etc/security/limits.d/90.conf\n* hard core unlimited\n", Result::kFail},
       {"limits: a soft limit can be raised", "core-dumps",
        "=== etc/security/limits.d/10-core.conf\n* soft core 0\n", Result::kFail},
       {"auditd.conf has no case", "auditd-keep-logs",
        "=== etc/audit/auditd.conf 0640\nMAX_LOG_FILE_ACTION = KEEP_LOGS\n", Result::kPass},
       {"journald: a drop-in beats the file", "text-journald-forward",
        "=== usr/lib/systemd/journald.conf.d/x.conf\n[Journal]\nForwardToSyslog=no\n",
        Result::kFail},
       {"journald: unless it is masked", "text-journald-forward",
        "=== usr/lib/systemd/journald.conf.d/x.conf\n[Journal]\nForwardToSyslog=no\n"
        "=== etc/systemd/journald.conf.d/x.conf -> /dev/null\n",
        Result::kPass},
       {"journald: another section is another setting", "text-journald-forward",
        "=== etc/systemd/journald.conf.d/x.conf\n[Remote]\nForwardToSyslog=no\n", Result::kPass}});
  Expect("good-nftables",
         {{"timesyncd: a masked drop-in names no server", "timesyncd-servers",
           "=== etc/systemd/timesyncd.conf\n[Time]\n"
           "=== usr/lib/systemd/timesyncd.conf.d/x.conf\n[Time]\nNTP=a.example\n"
           "=== etc/systemd/timesyncd.conf.d/x.conf -> /dev/null\n",
           Result::kFail},
          {"timesyncd: another section is another setting", "timesyncd-servers",
           "=== etc/systemd/timesyncd.conf\n[Network]\nNTP=a.example\n", Result::kFail}});
}

TEST_F(FileTraps, AccountsAreReadFromTheFilesOfTheRoot) {
  Expect("good-ufw",
         {{"/bin/false is no shell either", "accounts-system-no-shell",
           "=== etc/passwd +\nirc:x:39:39::/run/ircd:/bin/false\n", Result::kPass},
          {"/sbin/nologin too", "accounts-system-no-shell",
           "=== etc/passwd +\nirc:x:39:39::/run/ircd:/sbin/nologin\n", Result::kPass},
          {"a system account with a shell", "accounts-system-no-shell",
           "=== etc/passwd +\nirc:x:39:39::/run/ircd:/bin/sh\n", Result::kFail},
          {"!* is locked", "accounts-root-password", "=== etc/shadow 0640\nroot:!*:19900::::::\n",
           Result::kPass},
          {"empty is not", "accounts-no-empty-passwords",
           "=== etc/shadow +\nada::19900:1:365:7:30::\n", Result::kFail},
          {"a home that nobody is meant to have", "accounts-home-directories",
           "=== etc/passwd +\nirc:x:39:39::/nonexistent:/usr/sbin/nologin\n", Result::kPass}});
}

TEST_F(FileTraps, ModesAreMasksAndLinksAreFollowed) {
  Expect("good-ufw",
         {{"tighter passes", "inode-passwd", "=== etc/passwd 0600 < roots/passwd\n", Result::kPass},
          {"the target counts", "inode-motd",
           "=== etc/motd -\n=== etc/motd -> ../srv/motd\n=== srv/motd 0666\n", Result::kFail},
          {"an optional file need not be there", "inode-passwd-backup", "=== etc/passwd- -\n",
           Result::kPass},
          {"no key, nothing to judge", "inode-sshd-private-keys",
           "=== etc/ssh/ssh_host_ed25519_key -\n", Result::kNotApplicable},
          {"owners are looked up in the image", "inode-crontab", "=== etc/crontab 0600 1000:1000\n",
           Result::kFail}});
}

// acl(5): where there is a list, the bits of the group are its mask, the most that anybody in it
// has; so a mode without them says enough.
TEST_F(FileTraps, AnAccessListShowsInTheMode) {
  TempRoot root;
  Plant(root, "good");
  Plant(root, "good-ufw");
  const unsigned char list[] = {2,  0, 0, 0, 1,   0,   6,   0,   255, 255, 255, 255,  // user::rw
                                2,  0, 6, 0, 232, 3,   0,   0,     // user:1000:rw
                                4,  0, 0, 0, 255, 255, 255, 255,   // group::-
                                16, 0, 6, 0, 255, 255, 255, 255,   // mask::rw
                                32, 0, 0, 0, 255, 255, 255, 255};  // other::-
  if (setxattr(root.Path("etc/shadow").c_str(), "system.posix_acl_access", list, sizeof list, 0))
    GTEST_SKIP() << "this file system has no access lists";
  Policy policy = ShippedPolicy("cis-debian12-l2-server");
  EXPECT_EQ(ResultName(JudgedRules(policy, root).at("inode-shadow").result), "fail");
}

TEST_F(FileTraps, AServiceIsInUseByWhateverStartsIt) {
  Expect("good-ufw",
         {{"by its socket", "service-printing",
           "=== packages cups-daemon\n=== enabled cups.socket\n", Result::kFail},
          {"by a path", "service-printing", "=== packages cups-daemon\n=== enabled cups.path\n",
           Result::kFail},
          {"installed and not enabled", "service-printing",
           "=== packages cups-daemon\n=== usr/lib/systemd/system/cups.service\n[Service]\n",
           Result::kPass},
          {"masked", "service-printing",
           "=== packages cups-daemon\n=== enabled cups.socket\n"
           "=== etc/systemd/system/cups.socket -> /dev/null\n",
           Result::kPass},
          {"a link that outlived its unit", "service-printing",
           "=== packages cups-daemon\n"
           "=== etc/systemd/system/sockets.target.wants/cups.socket -> /lib/x/cups.socket\n",
           Result::kPass}});
}

TEST_F(FileTraps, TheBootIsWhatItsMenuSays) {
  Expect("good-ufw",
         {{"a file that update-grub has not read yet", "boot-audit",
           "=== etc/default/grub.d/cloud.cfg\nGRUB_CMDLINE_LINUX=\"audit=1\"\n"
           "=== boot/grub/grub.cfg 0600\nmenuentry x {\n linux /vmlinuz ro\n}\n",
           Result::kFail},
          {"every entry needs it", "boot-audit",
           "=== boot/grub/grub.cfg +\nmenuentry y {\n linux /vmlinuz-old ro\n}\n", Result::kFail},
          {"entries of the loader specification count too", "boot-audit",
           "=== boot/grub/grub.cfg 0600\nblscfg\n"
           "=== boot/loader/entries/a.conf\ntitle a\nlinux /vmlinuz\noptions ro\n",
           Result::kFail}});
}

TEST_F(FileTraps, TheWalkStaysOnTheSystemItself) {
  Expect(
      "good-ufw",
      {{"a container's layers are another root", "walk-world-writable",
        "=== var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/1/fs/a 0666\n",
        Result::kPass},
       {"the sticky bit makes a directory fit", "walk-world-writable", "=== srv/drop/ 1777\n",
        Result::kPass},
       {"a link has no mode", "walk-world-writable", "=== srv/link -> /nowhere\n", Result::kPass},
       {"a file that all may write", "walk-world-writable", "=== srv/open 0666\n", Result::kFail}});
}

TEST_F(FileTraps, AuditRulesThatRecordTheSameAreTheSame) {
  Expect("good-ufw",
         {{"unset is -1 and 4294967295, and names of keys are nobody's business", "audit-mounts",
           "=== etc/audit/rules.d/50-all.rules 0640\n"
           "-a exit,always -F arch=b64 -S mount -F auid>=1000 -F auid!=-1 -F key=x\n"
           "-a always,exit -F arch=b32 -S mount -F auid>=1000 -F auid!=4294967295\n",
           Result::kPass},
          {"a watch is a rule with path and perm", "audit-sudoers",
           "=== etc/audit/rules.d/50-all.rules 0640\n"
           "-a always,exit -F path=/etc/sudoers -F perm=wa\n"
           "-a always,exit -F dir=/etc/sudoers.d -F perm=wa\n",
           Result::kPass},
          {"a call of the other width is not recorded", "audit-mounts",
           "=== etc/audit/rules.d/50-all.rules 0640\n"
           "-a always,exit -F arch=b64 -S mount -F auid>=1000 -F auid!=unset\n",
           Result::kFail},
          {"wherever -e 2 stands, augenrules puts it last", "audit-immutable",
           "=== etc/audit/rules.d/99-finalize.rules -\n=== etc/audit/rules.d/10.rules 0640\n-e 2\n",
           Result::kPass},
          {"UID_MIN is that of the image", "audit-mounts", "=== etc/login.defs +\nUID_MIN 500\n",
           Result::kFail}});
}

}  // namespace

}  // namespace assay
