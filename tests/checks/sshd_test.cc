// SPDX-License-Identifier: Apache-2.0
// sshd's effective configuration: what the manual page says, then what sshd itself says.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <sstream>

#include "checks/formats/sshd_config.h"
#include "checks/predicates/predicate.h"
#include "tests/support/process.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

using testing::HasSubstr;

constexpr char kConfig[] = "etc/ssh/sshd_config";

Sshd Wanted(const std::string& key, std::vector<std::string> values) {
  Sshd sshd;
  sshd.set_key(key);
  for (const std::string& value : values) sshd.mutable_demand()->add_values(value);
  sshd.mutable_demand()->set_ignore_case(true);
  return sshd;
}

Answer Ask(const Sshd& expected, const TempRoot& root) {
  Host host = root.OpenHost();
  return JudgeSshd(expected, host);
}

TempRoot& WithProgram(TempRoot& root) {
  root.Write("usr/sbin/sshd", "");
  return root;
}

Result RootLoginNo(const std::string& config) {
  TempRoot root{{kConfig, config}};
  return Ask(Wanted("permitrootlogin", {"no"}), WithProgram(root)).result;
}

TEST(SshdPredicate, TheFirstValueWinsWhateverItsCaseAndForm) {
  EXPECT_EQ(RootLoginNo("PermitRootLogin no\nPermitRootLogin yes\n"), Result::kPass);
  EXPECT_EQ(RootLoginNo("PermitRootLogin yes\nPermitRootLogin no\n"), Result::kFail);
  EXPECT_EQ(RootLoginNo("permitrootlogin=NO\n"), Result::kPass);
  EXPECT_EQ(RootLoginNo("  PermitRootLogin \t \"no\" # yes\n"), Result::kPass);
  EXPECT_EQ(RootLoginNo("#PermitRootLogin no\n"), Result::kFail) << "the default is no 'no'";
}

TEST(SshdPredicate, IncludeCountsWhereItStands) {
  TempRoot root{{kConfig, "Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin no\n"},
                {"etc/ssh/sshd_config.d/50-cloud.conf", "PermitRootLogin yes\n"},
                {"etc/ssh/sshd_config.d/ignored", "PermitRootLogin no\n"}};
  Answer answer = Ask(Wanted("permitrootlogin", {"no"}), WithProgram(root));
  EXPECT_EQ(answer.result, Result::kFail);
  EXPECT_EQ(answer.evidence[0].source, "/etc/ssh/sshd_config.d/50-cloud.conf");
  root.Write(kConfig, "PermitRootLogin no\nInclude sshd_config.d/*.conf\n");
  EXPECT_EQ(Ask(Wanted("permitrootlogin", {"no"}), root).result, Result::kPass);
}

TEST(SshdPredicate, AMatchBlockNeitherSetsNorHidesTheGlobalValue) {
  EXPECT_EQ(RootLoginNo("Match User x\nPermitRootLogin no\n"), Result::kFail);
  EXPECT_EQ(RootLoginNo("PermitRootLogin no\nMatch User x\n  X11Forwarding no\n"), Result::kPass);
  EXPECT_EQ(RootLoginNo("Match all\nPermitRootLogin no\n"), Result::kPass);
}

TEST(SshdPredicate, AMatchBlockThatWeakensFailsAndIsNamed) {
  TempRoot root{{kConfig, "PermitRootLogin no\nMatch Address 10.0.0.0/8\n  PermitRootLogin yes\n"}};
  Answer answer = Ask(Wanted("permitrootlogin", {"no"}), WithProgram(root));
  EXPECT_EQ(answer.result, Result::kFail);
  EXPECT_THAT(answer.reason, HasSubstr("Match Address 10.0.0.0/8"));
}

TEST(SshdPredicate, AMatchBlockOfAnIncludedFileEndsWithTheFile) {
  TempRoot root{{kConfig, "Include /etc/ssh/a\nPermitRootLogin no\n"},
                {"etc/ssh/a", "Match User x\n"}};
  EXPECT_EQ(Ask(Wanted("permitrootlogin", {"no"}), WithProgram(root)).result, Result::kPass);
  root.Write(kConfig, "Match User x\nInclude /etc/ssh/b\n");
  root.Write("etc/ssh/b", "PermitRootLogin no\n");
  EXPECT_EQ(Ask(Wanted("permitrootlogin", {"no"}), root).result, Result::kFail)
      << "an Include in a block is conditional";
}

TEST(SshdPredicate, AlgorithmListsAreThoseThatAreInForce) {
  Sshd weak;
  weak.set_key("macs");
  weak.add_none_of("umac-64@openssh.com");
  for (auto [line, result] : {std::pair{"", Result::kFail},
                              {"MACs -umac-64*", Result::kPass},
                              {"MACs hmac-sha2-512", Result::kPass},
                              {"MACs +hmac-md5", Result::kFail},
                              {"MACs ^umac-64@openssh.com", Result::kFail}}) {
    TempRoot root{{kConfig, std::string(line) + "\n"}};
    EXPECT_EQ(Ask(weak, WithProgram(root)).result, result) << line;
  }
}

TEST(SshdPredicate, TimesAndStartupsAreNumbers) {
  Sshd grace = Wanted("logingracetime", {"1", "60"});
  grace.mutable_demand()->set_kind("within");
  for (auto [value, result] : {std::pair{"60", Result::kPass},
                               {"1m", Result::kPass},
                               {"1m1s", Result::kFail},
                               {"0", Result::kFail},
                               {"soon", Result::kFail}}) {
    TempRoot root{{kConfig, "LoginGraceTime " + std::string(value) + "\n"}};
    EXPECT_EQ(Ask(grace, WithProgram(root)).result, result) << value;
  }
  Sshd startups;
  startups.set_key("maxstartups");
  for (uint32_t bound : {10, 30, 60}) startups.add_at_most_each(bound);
  for (auto [line, result] : {std::pair{"MaxStartups 10:30:60", Result::kPass},
                              {"MaxStartups 10", Result::kPass},
                              {"MaxStartups 11:30:60", Result::kFail},
                              {"", Result::kFail}}) {
    TempRoot root{{kConfig, std::string(line) + "\n"}};
    EXPECT_EQ(Ask(startups, WithProgram(root)).result, result) << line;
  }
}

TEST(SshdPredicate, AListOfWhoMayLogInMustHoldForEverybody) {
  Sshd allow;
  for (const char* keyword : {"allowusers", "allowgroups"}) allow.add_any_set(keyword);
  for (auto [config, result] : {std::pair{"AllowGroups ops\n", Result::kPass},
                                {"Match User x\nAllowUsers x\n", Result::kFail},
                                {"\n", Result::kFail}}) {
    TempRoot root{{kConfig, config}};
    EXPECT_EQ(Ask(allow, WithProgram(root)).result, result) << config;
  }
}

TEST(SshdPredicate, ABannerMustNameAFileThatIsThere) {
  Sshd banner;
  banner.set_key("banner");
  banner.set_names_file(true);
  TempRoot root{{kConfig, "Banner /etc/issue.net\n"}};
  EXPECT_EQ(Ask(banner, WithProgram(root)).result, Result::kFail);
  root.Write("etc/issue.net", "hands off\n");
  EXPECT_EQ(Ask(banner, root).result, Result::kPass);
  root.Write(kConfig, "\n");
  EXPECT_EQ(Ask(banner, root).result, Result::kFail) << "none is the default";
}

TEST(SshdPredicate, WhatSshdWouldRefuseIsAnErrorWithItsLine) {
  for (const char* line : {"PermitRotLogin no", "PermitRootLogin", "PermitRootLogin \"no"}) {
    TempRoot root{{kConfig, "\n" + std::string(line) + "\n"}};
    Answer answer = Ask(Wanted("permitrootlogin", {"no"}), WithProgram(root));
    EXPECT_EQ(answer.result, Result::kError) << line;
    EXPECT_THAT(answer.reason, HasSubstr("sshd_config line 2")) << line;
  }
  TempRoot loop{{kConfig, "Include /etc/ssh/sshd_config\n"}};
  EXPECT_EQ(Ask(Wanted("permitrootlogin", {"no"}), WithProgram(loop)).result, Result::kError);
}

TEST(SshdPredicate, WithoutSshdNothingAppliesAndWithoutItsFileNothingCanBeTold) {
  TempRoot root{{kConfig, "PermitRootLogin yes\n"}};
  EXPECT_EQ(Ask(Wanted("permitrootlogin", {"no"}), root).result, Result::kNotApplicable);
  TempRoot bare;
  EXPECT_EQ(Ask(Wanted("permitrootlogin", {"no"}), WithProgram(bare)).result, Result::kError);
}

// The keywords whose values we and sshd both print, one value each.
constexpr const char* kCompared[] = {"allowtcpforwarding",
                                     "banner",
                                     "ciphers",
                                     "clientalivecountmax",
                                     "clientaliveinterval",
                                     "disableforwarding",
                                     "gssapiauthentication",
                                     "hostbasedauthentication",
                                     "ignorerhosts",
                                     "kbdinteractiveauthentication",
                                     "kexalgorithms",
                                     "logingracetime",
                                     "loglevel",
                                     "macs",
                                     "maxauthtries",
                                     "maxsessions",
                                     "maxstartups",
                                     "passwordauthentication",
                                     "permitemptypasswords",
                                     "permitrootlogin",
                                     "permituserenvironment",
                                     "pubkeyauthentication",
                                     "strictmodes",
                                     "usepam",
                                     "x11forwarding"};

std::map<std::string, std::string> OfSshd(const std::string& path) {
  std::map<std::string, std::string> values;
  Ran ran = RunProgram({"/usr/sbin/sshd", "-T", "-f", path});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);)
    values[line.substr(0, line.find(' '))] = line.substr(line.find(' ') + 1);
  return values;
}

std::string Ours(const std::vector<SshdSetting>& settings, const std::string& keyword) {
  for (const SshdSetting& setting : settings)
    if (setting.keyword == keyword && setting.match.empty())
      return NormalSshdValue(keyword, setting.value);
  return std::string(SshdDefault(keyword).value_or("?"));
}

TEST(SshdConfig, AgreesWithSshdItself) {
  Ran version = RunProgram({"/usr/sbin/sshd", "-V"});
  if (!version.err.starts_with("OpenSSH_9.2")) GTEST_SKIP() << "sshd 9.2 is not installed";
  mkdir("/run/sshd", 0755);  // sshd -T wants it
  for (const std::string& config : std::vector<std::string>{
           "", "PermitRootLogin no\nPermitRootLogin yes\n", "permitrootlogin=prohibit-password\n",
           "Ciphers -aes*\nMACs +hmac-md5\nKexAlgorithms ^ecdh-sha2-nistp521\n",
           "MACs ^hmac-md5\nCiphers +aes128-ctr,3des-cbc\n", "LoginGraceTime 1h2m3s\n",
           "ClientAliveInterval 2m\nMaxStartups 5\nMaxSessions 3 # few\n",
           "Match User x\nPermitRootLogin no\nMatch all\nX11Forwarding yes\n",
           "UsePAM \"yes\"\nBanner /etc/issue\nLogLevel VERBOSE\n",
           "Include %/inner\nPermitRootLogin no\nX11Forwarding yes\n"}) {
    TempRoot root;
    Ran key = RunProgram(
        {"/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", root.Path("key")});
    ASSERT_EQ(key.exit, 0) << key.err;
    std::string text = config;
    if (size_t at = text.find('%'); at != std::string::npos) text.replace(at, 1, root.path());
    root.Write("inner", "PermitRootLogin yes\nMatch User y\n");
    root.Write("config", "HostKey " + root.Path("key") + "\n" + text);
    Expected<Host> host = Host::Open("/", false);
    ASSERT_TRUE(host);
    auto settings = ReadSshdConfig(*host, root.Path("config"));
    ASSERT_TRUE(settings) << settings.error().ToString();
    std::map<std::string, std::string> theirs = OfSshd(root.Path("config"));
    for (const char* keyword : kCompared)
      EXPECT_EQ(Ours(*settings, keyword), theirs[keyword]) << keyword << " in\n" << config;
  }
}

}  // namespace

}  // namespace assay
