// SPDX-License-Identifier: Apache-2.0
// Image hygiene: secrets by their form, leftovers by their place, and every shipped rule.
#include <gmock/gmock.h>

#include <map>
#include <set>

#include "checks/formats/homes.h"
#include "checks/formats/secrets.h"
#include "checks/predicates/predicate.h"
#include "checks/rules/engine.h"
#include "checks/rules/rule_loader.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kRules[] = ASSAY_SOURCE_DIR "/checks/benchmarks/image-hygiene";

// In parts, so that this file holds no secret itself. The token is the example of GitHub's own
// announcement; its checksum is right.
const std::string kGithub = std::string("ghp") + "_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17";
const std::string kBegin = std::string("-----BEGIN ") + "PRIVATE KEY-----";
const std::string kEnd = std::string("-----END ") + "PRIVATE KEY-----";
const std::string kBody = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDZ8xF5";
const std::string kAws = std::string("AKIA") + "Q3EGRZ7LX5VWJ2NB";

std::vector<std::string> KindsIn(const std::string& text) {
  std::vector<std::string> kinds;
  for (const SecretFound& secret : FindSecrets(text)) kinds.push_back(secret.kind);
  return kinds;
}

TEST(Secrets, AreToldByTheirFormAndLine) {
  EXPECT_THAT(KindsIn(kBegin + "\n" + kBody + "\n" + kEnd + "\n"), ElementsAre("private key"));
  EXPECT_THAT(KindsIn("{\"k\": \"" + kBegin + "\\n" + kBody + "\\n" + kEnd + "\"}"),
              ElementsAre("private key"))
      << "a service account's JSON";
  EXPECT_THAT(KindsIn("token = '" + kGithub + "'"), ElementsAre("GitHub token"));
  EXPECT_THAT(KindsIn("aws_access_key_id=" + kAws + "\n"), ElementsAre("AWS access key id"));
  std::vector<SecretFound> found = FindSecrets("a\nb\n" + kGithub + "\n");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].line, 3);
}

TEST(Secrets, AreFoundOnceWhereverTheyStand) {
  for (size_t before = 0; before < 40; before++) {
    std::string padding = before ? std::string(before - 1, '-') + "\n" : "";
    std::string text = padding + kBegin + "\n" + kBody + "\n" + kEnd + "\n" + kAws + " " + kGithub;
    std::vector<SecretFound> found = FindSecrets(text);
    ASSERT_EQ(found.size(), 3u) << before;
    EXPECT_EQ(found[0].line, before ? 2 : 1);
    EXPECT_EQ(found[1].line, found[0].line + 3);
    EXPECT_EQ(found[2].kind, "GitHub token");
  }
}

TEST(Secrets, WhatOnlyLooksLikeOneIsNone) {
  for (const std::string& text : std::vector<std::string>{
           kBegin + "\n...\n" + kEnd,  // a template
           kBegin + "\n",              // a header that a program writes
           std::string("-----BEGIN ") + "CERTIFICATE-----\n" + kBody,
           kGithub.substr(0, kGithub.size() - 1) + "8",  // its checksum is wrong
           "x" + kGithub,                                // part of a longer word
           kGithub + "x",                                // too long
           std::string("AKIA") + "IOSFODNN7EXAMPLE",     // AWS's own example
           std::string("AKIA") + "XXXXXXXXXXXXXXXX", "AccountKey=<your key>", "-", ""})
    EXPECT_THAT(KindsIn(text), ElementsAre()) << text;
}

TEST(Secrets, AreBoundedInNumber) {
  std::string text;
  for (int i = 0; i < 100; i++) text += kGithub + "\n";
  EXPECT_EQ(FindSecrets(text).size(), 16u);
}

TEST(Homes, AreThoseOfTheImageAndNoSystemPlaces) {
  EXPECT_THAT(HomesOf("root:x:0:0::/root:/bin/sh\nbin:x:2:2::/bin:/x\nme:x:1:1::/home/me/:/x\n"
                      "odd:x:1:1::relative:/x\nup:x:1:1::/a/../b:/x\nshort:x\nno:x:1:1::/:/x\n"),
              ElementsAre("/home/me", "/root"));
  EXPECT_THAT(ExpandHomes({"/a*b", "/root"}, "~/.x"), ElementsAre("/a\\*b/.x", "/root/.x"));
  EXPECT_THAT(ExpandHomes({"/root"}, "/x"), ElementsAre("/x"));
}

Answer AskAbsent(const TempRoot& root, std::vector<std::string> paths, bool empty = false) {
  Absent absent;
  for (const std::string& path : paths) absent.add_paths(path);
  absent.set_empty_passes(empty);
  Host host = root.OpenHost();
  return JudgeAbsent(absent, host);
}

TEST(AbsentPredicate, NamesWhatIsLeftAndKnowsEveryHome) {
  TempRoot root{{"etc/passwd", "me:x:1000:1000::/home/me:/bin/sh\n"},
                {"home/me/.bash_history", "ls\n"},
                {"root/.bash_history", ""}};
  EXPECT_EQ(AskAbsent(root, {"/etc/nothing", "/tmp/*"}).result, Result::kPass);
  Answer answer = AskAbsent(root, {"~/.*_history"});
  EXPECT_EQ(answer.result, Result::kFail);
  ASSERT_EQ(answer.evidence.size(), 2u);
  answer = AskAbsent(root, {"~/.*_history"}, true);
  ASSERT_EQ(answer.evidence.size(), 1u) << "an empty one is none";
  EXPECT_EQ(answer.evidence[0].source, "/home/me/.bash_history");
  EXPECT_EQ(answer.evidence[0].value, "a file of 3 bytes");
}

TEST(AbsentPredicate, ADirectoryIsEmptyWithoutNamesAndASpecialFileNever) {
  TempRoot root;
  root.MakeDirectory("var/lib/x");
  EXPECT_EQ(AskAbsent(root, {"/var/lib/x"}, true).result, Result::kPass);
  root.Write("var/lib/x/y", "");
  EXPECT_EQ(AskAbsent(root, {"/var/lib/x"}, true).result, Result::kFail);
  root.Fifo("var/fifo");
  EXPECT_EQ(AskAbsent(root, {"/var/fifo"}, true).result, Result::kFail);
}

TEST(SecretsPredicate, LooksIntoFilesBelowAndNamesKindNotValue) {
  TempRoot root{{"etc/app/conf.d/a", "x\ntoken=" + kGithub + "\n"}, {"etc/skip/b", kGithub}};
  root.Fifo("etc/app/fifo");
  root.Symlink("etc/app/loop", "/etc");
  Secrets secrets;
  secrets.add_trees("/etc");
  secrets.add_except("/etc/sk*");
  Host host = root.OpenHost();
  Answer answer = JudgeSecrets(secrets, host);
  std::set<Input> inputs = host.TakeInputs();
  EXPECT_TRUE(inputs.contains({Input::Kind::kTree, "/etc"}));
  EXPECT_FALSE(inputs.contains({Input::Kind::kFile, "/etc/app/conf.d/a"})) << "as with a walk";
  ASSERT_EQ(answer.result, Result::kFail) << answer.reason;
  ASSERT_EQ(answer.evidence.size(), 1u);
  EXPECT_EQ(answer.evidence[0].source, "/etc/app/conf.d/a");
  EXPECT_EQ(answer.evidence[0].line, 2);
  EXPECT_EQ(answer.evidence[0].value.find("zQWB"), std::string::npos);
}

Policy Shipped() {
  Expected<Policy> policy = LoadPolicy({kRules, "image-hygiene-strict", "", ""});
  EXPECT_TRUE(policy) << policy.error().ToString();
  return policy ? *policy : Policy();
}

std::map<Result, std::set<std::string>> Judged(const TempRoot& root) {
  Host host = root.OpenHost();
  std::map<Result, std::set<std::string>> rules;
  for (const RuleOutcome& outcome : Check(Shipped(), host, "2026-11-23").outcomes)
    rules[outcome.result].insert(outcome.rule);
  return rules;
}

TEST(ImageHygiene, EveryRulePassesOnACleanImage) {
  TempRoot root{
      {"etc/passwd", "root:x:0:0::/root:/bin/bash\nnobody:x:65534:65534::/nonexistent:/x\n"},
      {"etc/shadow", "root:*:19000:0:99999:7:::\nnobody:!:19000::::::\n"},
      {"etc/machine-id", ""},
      {"etc/hostname", "localhost\n"},
      {"var/log/dpkg.log", ""}};
  root.Symlink("var/lib/dbus/machine-id", "/etc/machine-id");
  root.Symlink("etc/resolv.conf", "../run/systemd/resolve/stub-resolv.conf");
  std::set<std::string> all;
  Policy policy = Shipped();
  for (const Rule& rule : policy.rules()) all.insert(rule.id());
  EXPECT_GE(all.size(), 45u);
  EXPECT_EQ(Judged(root)[Result::kPass], all);
}

// One leftover for each rule: a path, its content, the rules that must see it.
struct Leftover {
  const char* path;
  std::string content;
  std::vector<std::string> rules;
};

std::vector<Leftover> Leftovers() {
  return {
      {"etc/ssh/ssh_host_ed25519_key.pub", "k", {"ssh-host-keys"}},
      {"etc/machine-id", "0123456789abcdef0123456789abcdef\n", {"machine-id"}},
      {"var/lib/dbus/machine-id", "0123456789abcdef0123456789abcdef\n", {"dbus-machine-id"}},
      {"etc/hostname", "build-7\n", {"hostname"}},
      {"var/lib/systemd/random-seed", "s", {"random-seed"}},
      {"var/lib/systemd/credential.secret", "s", {"credential-secret"}},
      {"etc/iscsi/initiatorname.iscsi", "i", {"iscsi-initiator"}},
      {"etc/nvme/hostid", "i", {"nvme-host"}},
      {"etc/lvm/devices/system.devices", "i", {"lvm-devices"}},
      {"var/lib/assay/ledger", "l", {"assay-state"}},
      {"var/lib/kubelet/pki/kubelet.key", "k", {"kubelet-state"}},
      {"etc/krb5.keytab", "k", {"directory-membership"}},
      {"etc/salt/minion_id", "k", {"configuration-management"}},
      {"var/lib/dhcp/dhclient.eth0.leases", "l", {"dhcp-leases"}},
      {"etc/udev/rules.d/70-persistent-net.rules", "r", {"persistent-net-names"}},
      {"etc/netplan/a.yaml", "  macaddress: 00:11\n", {"mac-addresses"}},
      {"etc/NetworkManager/system-connections/w", "p", {"network-manager-connections"}},
      {"etc/resolv.conf", "nameserver 10.0.0.1\n", {"resolver"}},
      {"root/.ssh/authorized_keys", "ssh-ed25519 A\n", {"authorized-keys"}},
      {"root/.ssh/id_ed25519.pub", "k", {"ssh-client-keys"}},
      {"root/.ssh/known_hosts", "h", {"known-hosts"}},
      {"etc/shadow", "root:$y$j9T$x:19000::::::\n", {"root-password", "password-hashes"}},
      {"etc/shadow", "me::19000::::::\n", {"empty-passwords"}},
      {"etc/passwd", "packer:x:1000:1000::/home/packer:/bin/bash\n", {"people"}},
      {"root/.python_history", "x", {"shell-histories"}},
      {"etc/sudoers.d/90-cloud-init-users", "x", {"sudo-for-the-builder"}},
      {"opt/app/key", kBegin + "\n" + kBody + "\n", {"secrets-in-files"}},
      {"root/.aws/credentials", "x", {"cloud-credentials"}},
      {"root/.netrc", "x", {"tool-credentials"}},
      {"root/.gnupg/private-keys-v1.d/a.key", "x", {"gnupg-keys"}},
      {"etc/ssl/private/ssl-cert-snakeoil.key", "x", {"snakeoil"}},
      {"swapfile", "x", {"swap"}},
      {"etc/fstab", "/dev/x none swap sw 0 0\n", {"swap"}},
      {"var/lib/cloud/instances/i-1/user-data.txt", "x", {"cloud-init-state"}},
      {"etc/ssh/sshd_config.d/50-cloud-init.conf", "x", {"cloud-init-ssh"}},
      {"var/log/cloud-init-output.log", "x", {"cloud-init-logs", "logs"}},
      {"var/lib/waagent/ovf-env.xml", "x", {"azure-agent"}},
      {"var/lib/amazon/ssm/i-1/v", "x", {"amazon-agent"}},
      {"root/anaconda-ks.cfg", "x", {"installer"}},
      {"var/log/apt/history.log", "x", {"logs"}},
      {"var/log/journal/abc/system.journal", "x", {"journal"}},
      {"var/log/wtmp", "x", {"login-records"}},
      {"var/log/audit/audit.log", "x", {"audit-logs", "logs"}},
      {"var/crash/core", "x", {"crashes"}},
      {"tmp/.X11-unix/X0", "x", {"temporary-files"}},
      {"var/spool/cron/crontabs/root", "x", {"spools"}},
      {"var/cache/apt/pkgcache.bin", "x", {"package-caches"}},
      {"etc/shadow-", "root:*::::::::\n", {"account-backups"}},
      {"var/lib/apt/lists/deb_dists_InRelease", "x", {"package-lists"}},
  };
}

TEST(ImageHygiene, EveryRuleSeesItsLeftover) {
  std::set<std::string> seen;
  for (const Leftover& leftover : Leftovers()) {
    TempRoot root{{"etc/passwd", "root:x:0:0::/root:/bin/bash\n"}, {"etc/machine-id", ""}};
    root.Write(leftover.path, leftover.content);
    std::set<std::string> failed = Judged(root)[Result::kFail];
    for (const std::string& rule : leftover.rules) {
      EXPECT_TRUE(failed.contains(rule)) << leftover.path << " is not seen by " << rule;
      seen.insert(rule);
    }
  }
  Policy policy = Shipped();
  for (const Rule& rule : policy.rules())
    EXPECT_TRUE(seen.contains(rule.id())) << rule.id() << " was never shown a leftover";
}

}  // namespace

}  // namespace assay
