// SPDX-License-Identifier: Apache-2.0
// The command line as scripts use it: outputs and exit codes, on a root of six lines.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/fd.h"
#include "tests/support/process.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

using testing::HasSubstr;

constexpr char kProfiles[] =
    "benchmark: b\nprofiles:\n"
    "  - {id: both, title: Both, levels: [L1]}\n"
    "  - {id: good, title: Good, rules: [pass]}\n"
    "  - {id: doubt, title: Doubt, rules: [loop]}\n";
constexpr char kRules[] =
    "- {id: pass, title: It is there, level: L1, ids: {b: '1.1'}, why: because,\n"
    "   inode: {path: /etc/there, mode: '0777'}}\n"
    "- {id: fail, title: It is absent, level: L1, fix: make it,\n"
    "   inode: {path: /etc/absent, mode: '0777'}}\n"
    "- {id: loop, title: It cannot be told, level: L2, inode: {path: /etc/loop, mode: '0777'}}\n";

class Cli : public ::testing::Test {
 protected:
  Cli() { root_.Symlink("etc/loop", "loop"); }
  Ran Assay(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), ASSAY_BINARY_DIR "/agent/assay");
    return RunProgram(arguments);
  }
  Ran Check(std::vector<std::string> more) {
    std::vector<std::string> all = {"check", "--root", root_.path(), "--rules", benchmark_.path()};
    all.insert(all.end(), more.begin(), more.end());
    return Assay(all);
  }
  Ran Explain(const std::string& target) {
    return Assay({"explain", target, "--root", root_.path(), "--rules", benchmark_.path(),
                  "--profile", "both"});
  }
  TempRoot root_{{"etc/there", ""}};
  TempRoot benchmark_{{"profiles.yaml", kProfiles}, {"rules/r.yaml", kRules}};
};

TEST_F(Cli, ChecksExitCodeIsItsVerdict) {
  EXPECT_EQ(Check({"--profile", "good"}).exit, 0);
  EXPECT_EQ(Check({"--profile", "both"}).exit, 1);
  EXPECT_EQ(Check({"--profile", "doubt"}).exit, 2) << "what cannot be told is not good";
  EXPECT_GE(Check({"--profile", "nobody"}).exit, 64);
  EXPECT_GE(Check({"--format", "docx"}).exit, 64);
}

TEST_F(Cli, OutputGoesThroughWhatIsNoFileAndDoesNotReplaceIt) {
  root_.Fifo("fifo");
  Fd reader(open(root_.Path("fifo").c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_TRUE(reader);
  EXPECT_EQ(Check({"--profile", "good", "-o", root_.Path("fifo")}).exit, 0);
  char text[65536];
  ssize_t size = read(reader.get(), text, sizeof text);
  EXPECT_THAT(std::string(text, size_t(std::max<ssize_t>(size, 0))), HasSubstr("It is there"));
  EXPECT_TRUE(std::filesystem::is_fifo(root_.Path("fifo"))) << "as root, /dev/null was a file";
  root_.Write("target", "");
  root_.Symlink("link", "target");
  EXPECT_EQ(Check({"--profile", "good", "-o", root_.Path("link")}).exit, 0);
  EXPECT_TRUE(std::filesystem::is_symlink(root_.Path("link")));
  EXPECT_GT(std::filesystem::file_size(root_.Path("target")), 0u);
}

TEST_F(Cli, EveryFormatGoesToTheFileThatIsNamed) {
  for (const char* format : {"text", "json", "sarif", "junit", "xccdf", "html"}) {
    Ran ran = Check({"--profile", "both", "--format", format, "-o", root_.Path("out")});
    EXPECT_EQ(ran.exit, 1) << ran.err;
    EXPECT_EQ(ran.out, "");
    EXPECT_THAT(root_.ReadBack("out"), HasSubstr("It is absent")) << format;
  }
}

TEST_F(Cli, ATailoringAndAWaiverFileExcuseAFailure) {
  benchmark_.Write("mine.yaml", "id: mine\nextends: both\n");
  benchmark_.Write("waivers.yaml",
                   "- {rule: fail, reason: r, owner: ops, until: 9998-12-31, images: 'web*'}\n");
  std::vector<std::string> arguments = {"--profile", benchmark_.Path("mine.yaml"), "--waivers",
                                        benchmark_.Path("waivers.yaml")};
  EXPECT_EQ(Check(arguments).exit, 1);
  arguments.insert(arguments.end(), {"--image", "web:7", "--format", "json"});
  Ran ran = Check(arguments);
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(nlohmann::json::parse(ran.out)["summary"]["waived"], 1);
}

TEST_F(Cli, ProfilesAreListed) { EXPECT_THAT(Check({"--list-profiles"}).out, HasSubstr("doubt")); }

TEST_F(Cli, HardenShowsThenDoesThenHasNothingLeft) {
  benchmark_.Write("rules/sysctl.yaml",
                   "- {id: sysctl, title: No routing, level: L1, fix: 'put it into sysctl.d',\n"
                   "   sysctl: {net.ipv4.ip_forward: 0}}\n");
  std::vector<std::string> harden = {"harden",          "--root",    root_.path(), "--rules",
                                     benchmark_.path(), "--profile", "both"};
  std::vector<std::string> dry = harden;
  dry.push_back("--dry-run");
  Ran ran = Assay(dry);
  EXPECT_EQ(ran.exit, 1) << "there is something to change";
  EXPECT_THAT(ran.out, HasSubstr("+net.ipv4.ip_forward=0"));
  EXPECT_THAT(ran.out, HasSubstr("fail: make it")) << "what is left to a person";
  ran = Assay(harden);
  EXPECT_EQ(ran.exit, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("2 rules failed, 1 fixed, 1 left to a person"));
  EXPECT_EQ(Assay(dry).exit, 0) << "nothing is left to change";
  dry.insert(dry.end(), {"--format", "json"});
  EXPECT_EQ(nlohmann::json::parse(Assay(dry).out)["rules"][0]["outcome"], "by-hand");
}

TEST_F(Cli, AScopeFileSaysWhatIsGolden) {
  TempRoot out{{"scope.yaml",
                "trees: [/etc]\nexclude: []\nrules:\n"
                "  - {path: /etc/lease, class: ignored, reason: it is renewed}\n"}};
  ASSERT_EQ(
      RunProgram({"openssl", "genpkey", "-algorithm", "ED25519", "-out", out.Path("key")}).exit, 0);
  ASSERT_EQ(
      RunProgram({"openssl", "pkey", "-in", out.Path("key"), "-pubout", "-out", out.Path("trust")})
          .exit,
      0);
  Ran sealed = Assay({"seal", "--root", root_.path(), "--rules", benchmark_.path(), "--profile",
                      "good", "--image", "i:1", "--key", out.Path("key"), "--scope-file",
                      out.Path("scope.yaml"), "--out", out.Path("golden")});
  ASSERT_EQ(sealed.exit, 0) << sealed.err;
  auto diff = [&] {
    return Assay({"diff", "--root", root_.path(), "--baseline", out.Path("golden"), "--trust",
                  out.Path("trust")});
  };
  root_.Write("etc/lease", "new");
  EXPECT_EQ(diff().exit, 0) << diff().out;
  root_.Write("etc/other", "new");
  EXPECT_EQ(diff().exit, 1);
  EXPECT_THAT(diff().out, HasSubstr("/etc/other"));
}

TEST_F(Cli, ExplainTellsOfARuleByIdOrNumberAndOfAPath) {
  for (const char* target : {"pass", "1.1"}) {
    Ran ran = Explain(target);
    EXPECT_EQ(ran.exit, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("Why: because"));
    EXPECT_THAT(ran.out, HasSubstr("metadata /etc/there"));
    EXPECT_THAT(ran.out, HasSubstr("It is b 1.1."));
    EXPECT_THAT(ran.out, HasSubstr("It asks for inode; judged: live and image."));
  }
  EXPECT_THAT(Explain("/etc/absent").out, HasSubstr("fail          fail  It is absent"));
  EXPECT_GE(Explain("nothing").exit, 64);
}

}  // namespace

}  // namespace assay
