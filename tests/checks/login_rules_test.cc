// SPDX-License-Identifier: Apache-2.0
// The shipped rules of chapters 5.2 and 5.3: all pass on a hardened Debian and on a hardened system
// of Red Hat's kind, and fail on what is shipped or worse.
#include <gtest/gtest.h>

#include <map>

#include "checks/rules/engine.h"
#include "checks/rules/rule_loader.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

const Policy& Rules() {
  static const Expected<Policy> policy = LoadPolicy(
      {ASSAY_SOURCE_DIR "/checks/benchmarks/cis-debian12", "cis-debian12-l2-server", "", ""});
  EXPECT_TRUE(policy) << policy.error().ToString();
  return *policy;
}

std::map<std::string, RuleOutcome> Judge(const TempRoot& root) {
  std::map<std::string, RuleOutcome> outcomes;
  Host host = root.OpenHost();
  for (const Rule& rule : Rules().rules())
    for (const RecommendationId& id : rule.ids())
      if (id.benchmark() == "cis-debian12" &&
          (id.number().starts_with("5.2.") || id.number().starts_with("5.3.")))
        outcomes[id.number()] = JudgeRule(Rules(), rule, host);
  return outcomes;
}

void Expect(const TempRoot& root, Result result, const std::map<std::string, Result>& others) {
  std::map<std::string, RuleOutcome> outcomes = Judge(root);
  EXPECT_EQ(outcomes.size(), 32u);
  for (const auto& [number, outcome] : outcomes) {
    Result wanted = others.contains(number) ? others.at(number) : result;
    if (number == "5.3.3.2.3") wanted = Result::kManual;
    EXPECT_EQ(ResultName(outcome.result), ResultName(wanted)) << number << ": " << outcome.reason;
  }
}

std::string Packages(std::initializer_list<std::pair<const char*, const char*>> packages) {
  std::string text;
  for (const auto& [name, version] : packages)
    text += std::string("Package: ") + name +
            "\nStatus: install ok installed\nArchitecture: amd64\nVersion: " + version + "\n\n";
  return text;
}

// Debian 12 as pam-auth-update writes it (libpam-runtime 1.5.2-6, GPL-2+ or BSD-3-Clause), without
// comments.
constexpr char kStockAccount[] =
    "account\t[success=1 new_authtok_reqd=done default=ignore]\tpam_unix.so \n"
    "account\trequisite\t\t\tpam_deny.so\naccount\trequired\t\t\tpam_permit.so\n";
constexpr char kStockAuth[] =
    "auth\t[success=1 default=ignore]\tpam_unix.so nullok\nauth\trequisite\t\t\tpam_deny.so\n"
    "auth\trequired\t\t\tpam_permit.so\nauth\toptional\t\t\tpam_cap.so \n";
constexpr char kStockPassword[] =
    "password\t[success=1 default=ignore]\tpam_unix.so obscure yescrypt\n"
    "password\trequisite\t\t\tpam_deny.so\npassword\trequired\t\t\tpam_permit.so\n";
constexpr char kStockSession[] =
    "session\t[default=1]\t\t\tpam_permit.so\nsession\trequisite\t\t\tpam_deny.so\n"
    "session\trequired\t\t\tpam_permit.so\nsession\trequired\tpam_unix.so \n"
    "session\toptional\tpam_systemd.so \n";
constexpr char kStockSu[] =
    "auth       sufficient pam_rootok.so\nsession    required   pam_limits.so\n"
    "@include common-auth\n@include common-account\n@include common-session\n";
constexpr char kStockSuLogin[] =
    "auth\t\tinclude\t\tsu\naccount\t\tinclude\t\tsu\npassword\tinclude\t\tsu\n"
    "session\t\toptional\tpam_keyinit.so force revoke\nsession\t\tinclude\t\tsu\n";
constexpr char kStockSudoers[] =
    "Defaults\tenv_reset\nDefaults\tmail_badpass\nDefaults\tuse_pty\n"
    "root\tALL=(ALL:ALL) ALL\n%sudo\tALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n";

TempRoot* Debian() {
  return new TempRoot{{"etc/pam.d/common-account", kStockAccount},
                      {"etc/pam.d/common-auth", kStockAuth},
                      {"etc/pam.d/common-password", kStockPassword},
                      {"etc/pam.d/common-session", kStockSession},
                      {"etc/pam.d/common-session-noninteractive", kStockSession},
                      {"etc/pam.d/su", kStockSu},
                      {"etc/pam.d/su-l", kStockSuLogin},
                      {"etc/sudoers", kStockSudoers},
                      {"etc/passwd", "root:x:0:0::/root:/bin/bash\n"},
                      {"etc/group", "root:x:0:\nsugroup:x:999:\n"},
                      {"var/lib/dpkg/status", Packages({{"sudo", "1.9.13p3-1+deb12u1"},
                                                        {"libpam-runtime", "1.5.2-6+deb12u1"},
                                                        {"libpam-modules", "1.5.2-6+deb12u1"}})}};
}

constexpr char kWheel[] = "auth required pam_wheel.so use_uid group=sugroup\n";
constexpr char kQuality[] =
    "difok = 2\nminlen = 14\nmaxrepeat = 3\nmaxsequence = 3\nenforce_for_root\n";

void Harden(const TempRoot& root) {
  root.Append("var/lib/dpkg/status", Packages({{"libpam-pwquality", "1.4.5-1"}}));
  root.Write("etc/pam.d/common-account",
             std::string("account required pam_faillock.so\n") + kStockAccount);
  root.Write("etc/pam.d/common-auth",
             "auth requisite pam_faillock.so preauth\n"
             "auth [success=2 default=ignore] pam_unix.so\n"
             "auth [default=die] pam_faillock.so authfail\n"
             "auth requisite pam_deny.so\nauth required pam_permit.so\n");
  root.Write("etc/pam.d/common-password",
             "password requisite pam_pwquality.so retry=3\n"
             "password requisite pam_pwhistory.so remember=24 enforce_for_root use_authtok\n"
             "password [success=1 default=ignore] pam_unix.so obscure use_authtok yescrypt\n"
             "password requisite pam_deny.so\npassword required pam_permit.so\n");
  root.Write("etc/pam.d/su", std::string("auth sufficient pam_rootok.so\n") + kWheel + kStockSu);
  root.Write("etc/security/faillock.conf", "deny = 5\nunlock_time = 900\neven_deny_root\n");
  root.Write("etc/security/pwquality.conf.d/50.conf", kQuality);
  root.Write("etc/sudoers.d/cis", "Defaults logfile=/var/log/sudo.log\n");
}

TEST(LoginRules, PassOnAHardenedDebian) {
  std::unique_ptr<TempRoot> root(Debian());
  Harden(*root);
  Expect(*root, Result::kPass, {});
}

TEST(LoginRules, OfAStockDebianWhatItShipsPasses) {
  std::unique_ptr<TempRoot> root(Debian());
  std::map<std::string, Result> passes;
  for (const char* number : {"5.2.1", "5.2.2", "5.2.4", "5.2.5", "5.2.6", "5.3.1.1", "5.3.1.2",
                             "5.3.2.1", "5.3.3.4.2", "5.3.3.4.3"})
    passes[number] = Result::kPass;
  Expect(*root, Result::kFail, passes);
}

TEST(LoginRules, FailOnASlackRoot) {
  std::unique_ptr<TempRoot> root(Debian());
  Harden(*root);
  root->Write("var/lib/dpkg/status",
              Packages({{"libpam-runtime", "1.4.0-9"}, {"libpam-modules", "1.4.0-9"}}));
  root->Write("etc/pam.d/common-account", "account required pam_permit.so\n");
  root->Write("etc/pam.d/common-auth",
              "auth required pam_unix.so nullok\n"
              "auth required pam_faillock.so preauth\n");
  root->Write("etc/pam.d/common-password",
              "password required pam_unix.so remember=5 sha512 md5\n"
              "password requisite pam_pwquality.so\npassword requisite pam_pwhistory.so\n");
  root->Write("etc/group", "sugroup:x:999:eve\n");
  root->Write("etc/security/faillock.conf", "deny = 0\nunlock_time = 604801\n");
  root->Write("etc/security/pwquality.conf",
              "dictcheck = 0\nenforcing = 0\nminlen = 8\n"
              "maxrepeat = 0\nmaxsequence = 9\ndifok = 1\n");
  root->Write("etc/security/pwquality.conf.d/50.conf", "minlen = 14\n");
  root->Write("etc/sudoers",
              "Defaults !use_pty, timestamp_timeout=-1\n"
              "Defaults:eve !authenticate\neve ALL=NOPASSWD: ALL\n");
  root->Remove("etc/sudoers.d/cis");
  Expect(*root, Result::kFail, {});
}

TEST(LoginRules, WithoutSudoItsOptionsDoNotApply) {
  std::unique_ptr<TempRoot> root(Debian());
  Harden(*root);
  root->Remove("etc/sudoers");
  std::map<std::string, Result> others;
  for (const char* number : {"5.2.2", "5.2.3", "5.2.4", "5.2.5", "5.2.6"})
    others[number] = Result::kNotApplicable;
  Expect(*root, Result::kPass, others);
}

// In the manner of authselect's profile `sssd with-faillock with-pwhistory without-nullok` of
// RHEL 9.
constexpr char kAuthselect[] =
    "auth required pam_env.so\n"
    "auth required pam_faildelay.so delay=2000000\n"
    "auth required pam_faillock.so preauth silent\n"
    "auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular\n"
    "auth [default=1 ignore=ignore success=ok] pam_localuser.so\n"
    "auth sufficient pam_unix.so\n"
    "auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular\n"
    "auth sufficient pam_sss.so forward_pass\n"
    "auth required pam_faillock.so authfail\n"
    "auth required pam_deny.so\n"
    "account required pam_faillock.so\n"
    "account required pam_unix.so\n"
    "account sufficient pam_localuser.so\n"
    "account sufficient pam_usertype.so issystem\n"
    "account [default=bad success=ok user_unknown=ignore] pam_sss.so\n"
    "account required pam_permit.so\n"
    "password requisite pam_pwquality.so local_users_only\n"
    "password [default=1 ignore=ignore success=ok] pam_localuser.so\n"
    "password requisite pam_pwhistory.so use_authtok remember=24 enforce_for_root\n"
    "password sufficient pam_unix.so sha512 shadow use_authtok\n"
    "password [success=1 default=ignore] pam_localuser.so\n"
    "password sufficient pam_sss.so use_authtok\n"
    "password required pam_deny.so\n"
    "session optional pam_keyinit.so revoke\n"
    "session required pam_limits.so\n"
    "-session optional pam_systemd.so\n"
    "session [success=1 default=ignore] pam_succeed_if.so service in crond quiet use_uid\n"
    "session required pam_unix.so\n"
    "session optional pam_sss.so\n";

TEST(LoginRules, PassOnAuthselectsStacks) {
  TempRoot root{{"etc/authselect/system-auth", kAuthselect},
                {"etc/authselect/password-auth", kAuthselect},
                {"etc/pam.d/su", std::string("auth sufficient pam_rootok.so\n") + kWheel +
                                     "auth substack system-auth\n"},
                {"etc/pam.d/su-l", "auth include su\n"},
                {"etc/passwd", "root:x:0:0::/root:/bin/bash\n"},
                {"etc/group", "root:x:0:\nsugroup:x:999:\n"},
                {"etc/security/faillock.conf", "deny = 5\nunlock_time = 900\neven_deny_root\n"},
                {"etc/security/pwquality.conf", kQuality},
                {"etc/sudoers",
                 "Defaults use_pty, logfile=/var/log/sudo.log\n"
                 "root ALL=(ALL) ALL\n%wheel ALL=(ALL) ALL\n"}};
  for (const char* stack : {"system-auth", "password-auth"})
    root.Symlink(std::string("etc/pam.d/") + stack, std::string("/etc/authselect/") + stack);
  // There is no package database here.
  std::map<std::string, Result> others;
  for (const char* number : {"5.2.1", "5.3.1.1", "5.3.1.2", "5.3.1.3"})
    others[number] = Result::kError;
  Expect(root, Result::kPass, others);
}

}  // namespace

}  // namespace assay
