// SPDX-License-Identifier: Apache-2.0
// The shipped rules of banners, cron, logging and system files: a root that is hardened, and what
// each of them notices.
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>

#include "base/file.h"
#include "checks/rules/engine.h"
#include "checks/rules/rule_form.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

// Of one file; without those whose predicate is not built yet.
std::map<std::string, Rule> RulesOf(const std::string& file) {
  std::map<std::string, Rule> rules;
  std::string path = ASSAY_SOURCE_DIR "/checks/benchmarks/cis-debian12/rules/" + file;
  const YamlNode file_node = ParseYaml(path, ReadFile(path, 1 << 20).value()).value();
  for (const YamlNode& node : file_node.items) {
    Rule rule = CompileRule(Form(path, node));
    EXPECT_FALSE(rule.fix().empty()) << rule.id();
    rules[rule.id()] = rule;
  }
  return rules;
}

RuleOutcome Judge(const std::map<std::string, Rule>& rules, const std::string& id,
                  const TempRoot& root) {
  Host host = root.OpenHost();
  EXPECT_TRUE(rules.contains(id)) << id;
  if (!rules.contains(id)) return {};
  Rule rule = rules.at(id);
  rule.clear_group();  // whichever member is in use
  return JudgeRule(Policy(), rule, host);
}

// The ids of the files are those of whoever runs the test, under the name that the rules want.
TempRoot& WithRoot(TempRoot& root) {
  root.Write("etc/passwd", "root:x:" + std::to_string(getuid()) + ":0::/:\n");
  root.Write("etc/group", "root:x:" + std::to_string(getgid()) + ":\n");
  return root;
}

TEST(TreeRules, AllFilesLoad) {
  for (const char* file : {"1.1-filesystem.yaml", "1.6-banners.yaml", "2.4-cron.yaml",
                           "6.1-logging.yaml", "7.1-files.yaml"})
    (void)RulesOf(file);
  EXPECT_GE(RulesOf("1.1-filesystem.yaml").size(), 34u);
  EXPECT_EQ(RulesOf("7.1-files.yaml").size(), 13u);
}

TEST(TreeRules, ABannerOfDebianFailsAndANeutralOnePasses) {
  auto rules = RulesOf("1.6-banners.yaml");
  TempRoot root{{"etc/os-release", "ID=debian\n"},
                {"etc/issue", "Debian GNU/Linux 12 \\n \\l\n\n"},
                {"etc/issue.net", "Kernel \\r\n"}};
  WithRoot(root);
  EXPECT_EQ(Judge(rules, "lines-issue", root).result, Result::kFail);
  EXPECT_EQ(Judge(rules, "lines-issue-net", root).result, Result::kFail);
  EXPECT_EQ(Judge(rules, "lines-motd", root).result, Result::kPass);
  root.Write("etc/issue", "Authorized use only. All activity is logged.\n");
  EXPECT_EQ(Judge(rules, "lines-issue", root).result, Result::kPass);
  root.Write("etc/motd.d/hello", "Welcome to Debian\n");
  EXPECT_EQ(Judge(rules, "lines-motd", root).result, Result::kFail);
  root.Chmod("etc/issue", 0664);
  EXPECT_EQ(Judge(rules, "inode-issue", root).result, Result::kFail);
}

// rsyslog.conf(5), omfile: the mode of files that are created; the last $FileCreateMode before an
// action holds for it, so that one wide line is enough.
TEST(TreeRules, EveryFileCreateModeOfRsyslogIsTight) {
  auto rules = RulesOf("6.1-logging.yaml");
  for (auto [text, result] : std::vector<std::pair<std::string, Result>>{
           {"$FileCreateMode 0640\n", Result::kPass},
           {"$fileCreateMode 0600 # tight\n", Result::kPass},
           {"$FileCreateMode 640\n", Result::kPass},
           {"module(load=\"builtin:omfile\" fileCreateMode=\"0640\")\n", Result::kPass},
           {"", Result::kFail},
           {"# $FileCreateMode 0640\n", Result::kFail},
           {"$FileCreateMode 0644\n", Result::kFail},
           {"$FileCreateMode 0660\n", Result::kFail},
           {"$FileCreateMode 0740\n", Result::kFail},
           {"$FileCreateMode 4640\n", Result::kFail},
           {"$FileCreateMode 0640\n$FileCreateMode 0644\n", Result::kFail},
           {"$FileCreateMode 0640\naction(type=\"omfile\" FileCreateMode=\"0644\")\n",
            Result::kFail}}) {
    TempRoot root{{"etc/rsyslog.conf", text}};
    EXPECT_EQ(Judge(rules, "lines-rsyslog-mode", root).result, result) << text;
  }
}

TEST(TreeRules, AListenerOfRsyslogIsSeenInBothLanguages) {
  auto rules = RulesOf("6.1-logging.yaml");
  for (auto [text, result] : std::vector<std::pair<std::string, Result>>{
           {"module(load=\"imuxsock\")\n#module(load=\"imudp\")\n#input(type=\"imudp\")\n",
            Result::kPass},
           {"module(load=\"imtcp\")\n", Result::kFail},
           {"input( type = \"imudp\" port=\"514\")\n", Result::kFail},
           {"$ModLoad imtcp\n", Result::kFail},
           {"$ModLoad imklog\n", Result::kPass},
           {"$UDPServerRun 514\n", Result::kFail},
           {"$InputTCPServerRun 514\n", Result::kFail}}) {
    TempRoot root{{"etc/rsyslog.d/a.conf", text}};
    EXPECT_EQ(Judge(rules, "lines-rsyslog-listener", root).result, result) << text;
  }
}

TEST(TreeRules, JournaldIsJudgedByItsDefaultsToo) {
  auto rules = RulesOf("6.1-logging.yaml");
  TempRoot root;
  EXPECT_EQ(Judge(rules, "text-journald-forward", root).result, Result::kPass);
  EXPECT_EQ(Judge(rules, "text-journald-no-forward", root).result, Result::kFail);
  EXPECT_EQ(Judge(rules, "text-journald-compress", root).result, Result::kPass);
  EXPECT_EQ(Judge(rules, "text-journald-storage", root).result, Result::kFail);
  root.Write("etc/systemd/journald.conf.d/a.conf",
             "[Journal]\nStorage=persistent\nForwardToSyslog=No\n");
  EXPECT_EQ(Judge(rules, "text-journald-no-forward", root).result, Result::kPass);
  EXPECT_EQ(Judge(rules, "text-journald-storage", root).result, Result::kPass);
}

TEST(TreeRules, LogFilesAreJudgedByTheirNames) {
  auto rules = RulesOf("6.1-logging.yaml");
  struct Case {
    const char* file;
    unsigned mode;
    Result result;
  };
  for (const Case& one :
       std::vector<Case>{{"var/log/syslog", 0640, Result::kPass},
                         {"var/log/syslog", 0644, Result::kFail},
                         {"var/log/wtmp", 0664, Result::kPass},
                         {"var/log/wtmp", 0666, Result::kFail},
                         {"var/log/btmp-20260101", 0660, Result::kPass},
                         {"var/log/cloud-init.log", 0644, Result::kPass},
                         {"var/log/apt/term.log", 0644, Result::kPass},
                         {"var/log/apt/term.log", 0646, Result::kFail},
                         {"var/log/gdm3/x", 0660, Result::kPass},
                         {"var/log/journal/0/system.journal", 0640, Result::kPass},
                         {"var/log/journal/0/user.journal~", 0660, Result::kFail},
                         {"var/log/nginx/access.log", 0640, Result::kPass},
                         {"var/log/nginx/access.log", 0750, Result::kFail},
                         {"var/log/.hidden", 0644, Result::kFail}}) {
    if (getuid() > 999) GTEST_SKIP() << "needs to be an account of the system: it makes logs";
    TempRoot root;
    WithRoot(root);
    root.Write(one.file, "");
    root.Chmod(one.file, one.mode);
    RuleOutcome outcome = Judge(rules, "inode-log-files", root);
    EXPECT_EQ(outcome.result, one.result) << one.file << " " << outcome.reason;
  }
}

TEST(TreeRules, SystemFilesPassAsDebianShipsThem) {
  auto rules = RulesOf("7.1-files.yaml");
  TempRoot root{{"etc/shadow", ""}, {"etc/gshadow", ""}, {"etc/shells", ""}};
  WithRoot(root);
  for (const char* file : {"etc/shadow", "etc/gshadow"}) root.Chmod(file, 0640);
  for (const auto& [id, rule] : rules)
    EXPECT_EQ(ResultName(Judge(rules, id, root).result), id == "walk-set-id" ? "manual" : "pass")
        << id;
  root.Write("etc/security/opasswd.old", "");
  EXPECT_EQ(Judge(rules, "inode-opasswd", root).result, Result::kFail);
  root.Chmod("etc/group", 0666);
  EXPECT_EQ(Judge(rules, "walk-world-writable", root).result, Result::kFail);
}

}  // namespace

}  // namespace assay
