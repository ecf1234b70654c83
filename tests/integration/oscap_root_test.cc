// SPDX-License-Identifier: Apache-2.0
// Held against OpenSCAP with the content of ssg-debian, on roots of known state: what is not in
// checks/benchmarks/cis-debian12/disagreements.md must agree.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/process.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

constexpr char kAuditRules[] =
    "-w /var/run/utmp -p wa -k session\n-w /var/log/wtmp -p wa -k session\n"
    "-w /var/log/btmp -p wa -k session\n"
    "-a always,exit -F arch=b64 -S mount -F auid>=1000 -F auid!=unset -k mounts\n"
    "-a always,exit -F arch=b32 -S mount -F auid>=1000 -F auid!=unset -k mounts\n"
    "-a always,exit -F arch=b64 -S unlink,unlinkat,rename,renameat -F auid>=1000 -F auid!=unset "
    "-k delete\n"
    "-a always,exit -F arch=b32 -S unlink,unlinkat,rename,renameat -F auid>=1000 -F auid!=unset "
    "-k delete\n-e 2\n";

// The same, written otherwise.
constexpr char kAuditRulesOtherwise[] =
    "-w /var/log/wtmp -p aw\n-w /var/log/btmp -p rwxa\n-w /var/run/utmp -p wa\n"
    "-a always,exit -F arch=b64 -S mount -F auid>=1000 -F auid!=-1\n"
    "-a exit,always -F arch=b32 -S mount -F auid!=4294967295 -F auid>=1000\n"
    "-a always,exit -F arch=b64 -S rename -S renameat -F auid>=1000 -F auid!=unset\n"
    "-a always,exit -F arch=b64 -S unlinkat,unlink -F auid>=1000 -F auid!=unset\n"
    "-a always,exit -F arch=b32 -S unlink,unlinkat,rename,renameat,rmdir -F auid!=unset\n-e 2\n";

// The first bytes of a program for x86_64 (elf(5)): by it a root shows its machine.
const std::string kElf =
    std::string("\177ELF\2\1\1", 7) + std::string(9, '\0') + std::string("\3\0\x3e\0", 4);

// Compares on `root`; what the comparison said if it was made.
void ExpectAgreement(const TempRoot& root) {
  Ran ran = RunProgram({ASSAY_SOURCE_DIR "/tests/integration/oscap_diff", "--offline", "--root",
                        root.path(), "--assay", ASSAY_BINARY_DIR "/agent/assay", "--pairs",
                        ASSAY_SOURCE_DIR "/tests/integration/oscap_pairs.txt", "--known",
                        ASSAY_SOURCE_DIR "/checks/benchmarks/cis-debian12/disagreements.md"});
  if (ran.exit == 77) GTEST_SKIP() << ran.out << " (packages openscap-scanner, ssg-debian)";
  EXPECT_EQ(ran.exit, 0) << ran.out << ran.err;
}

class Oscap : public ::testing::Test {
 protected:
  void SetUp() override {
    if (getuid() != 0) GTEST_SKIP() << "needs root: files of uid 0, and OpenSCAP's chroot(2)";
    if (!std::filesystem::exists("/usr/bin/python3")) GTEST_SKIP() << "needs python3";
    for (const char* file : {"etc/shadow", "etc/gshadow", "etc/shadow-", "etc/ssh/ssh_host_rsa_key",
                             "etc/audit/auditd.conf", "etc/audit/rules.d/all.rules"})
      root_.Chmod(file, 0600);
    for (const char* file : {"etc/shadow", "etc/gshadow", "etc/shadow-"}) GiveToShadow(file);
  }
  void GiveToShadow(const char* file) {
    ASSERT_EQ(chown(root_.Path(file).c_str(), 0, 42), 0) << file;
  }

  // A root on which every pair passes.
  TempRoot root_{
      {"etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"},
      {"etc/debian_version", "12.5\n"},
      {"etc/passwd", "root:x:0:0::/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/bash\n"},
      {"etc/passwd-", ""},
      {"etc/shadow", "root:*:19000:0:365:7:::\nann:$y$j9T$a$b:19000:1:365:7:30::\n"},
      {"etc/shadow-", ""},
      {"etc/group", "root:x:0:\nshadow:x:42:\nann:x:1000:\n"},
      {"etc/gshadow", "root:*::\nshadow:*::\nann:!::\n"},
      {"etc/login.defs", "UID_MIN 1000\n"},
      {"etc/ssh/ssh_host_rsa_key", ""},
      {"etc/ssh/ssh_host_rsa_key.pub", ""},
      {"lib/modules/6.1.0/modules.dep", "kernel/net/rds/rds.ko:\nkernel/net/tipc/tipc.ko:\n"},
      {"etc/modprobe.d/cis.conf",
       "install rds /bin/true\nblacklist rds\ninstall tipc /bin/true\nblacklist tipc\n"},
      {"usr/sbin/auditctl", kElf},
      {"usr/lib/systemd/system/auditd.service",
       "[Service]\nExecStartPost=-/sbin/augenrules --load\n"},
      {"etc/audit/rules.d/all.rules", kAuditRules},
      {"etc/audit/audit.rules", kAuditRules},
      {"etc/audit/auditd.conf", "max_log_file = 8\n"}};
};

TEST_F(Oscap, AgreesOnARootThatIsInOrder) { ExpectAgreement(root_); }

TEST_F(Oscap, AgreesOnARootThatIsNot) {
  for (const char* file :
       {"etc/passwd", "etc/shadow", "etc/group", "etc/gshadow", "etc/passwd-", "etc/shadow-",
        "etc/ssh/ssh_host_rsa_key", "etc/ssh/ssh_host_rsa_key.pub"})
    root_.Chmod(file, 0666);
  root_.Write("etc/passwd",
              "root:x:0:7::/root:/bin/bash\nann::0:1000::/home/ann:/bin/bash\n"
              "ann:x:1000:77::/home/ann:/bin/bash\n");
  root_.Write("etc/shadow", "root:*:19000:0:365:7:::\nann::19000:1:365:7:30::\n");
  root_.Write("etc/modprobe.d/cis.conf", "# install rds /bin/true\n#blacklist rds\n");
  root_.Write("etc/audit/rules.d/all.rules", "-w /var/log/wtmp -p r\n");
  root_.Write("etc/audit/audit.rules", "-w /var/log/wtmp -p r\n");
  root_.Write("etc/audit/auditd.conf", "max_log_file = 5\n");
  ExpectAgreement(root_);
}

TEST_F(Oscap, DiffersOnlyAsListedWhereOneOfUsIsFooled) {
  ASSERT_EQ(chown(root_.Path("etc/shadow").c_str(), 0, 0), 0);
  root_.Chmod("etc/passwd", 0400);
  root_.Chmod("etc/ssh/ssh_host_rsa_key", 0400);
  root_.Write("etc/modprobe.d/cis.conf",
              "install rds /bin/true || modprobe -i rds\nblacklist rds\n"
              "install tipc /bin/false\nblacklist tipc\n");
  root_.Write("etc/audit/rules.d/all.rules", kAuditRulesOtherwise);
  root_.Write("etc/audit/audit.rules", kAuditRulesOtherwise);
  ExpectAgreement(root_);
}

}  // namespace

}  // namespace assay
