// SPDX-License-Identifier: Apache-2.0
// The reports. The policies are hostile: what an image holds must not become markup or controls.
#include <gmock/gmock.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "checks/reports/report.h"
#include "tests/support/process.h"
#include "tests/support/temp_root.h"

namespace assay {

namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr char kHostile[] = "<script>alert(1)</script>&\"' \x1b[2J\xff\xef\xbf\xbe";

// One outcome of each kind, with evidence.
class Reports : public ::testing::Test {
 protected:
  Reports() {
    policy_.set_title(kHostile);
    policy_.set_profile("p1");
    policy_.set_benchmark("cis-debian12");
    Waiver& waiver = *policy_.add_waivers();
    waiver.set_owner("ops");
    waiver.set_reason(kHostile);
    waiver.set_until("2027-01-01");
    for (Result result : kResultOrder) Add(result);
    report_.selected = report_.outcomes.size();
    report_.evaluated = 4;
    report_.expired_waivers = 1;
  }
  void Add(Result result) {
    Rule& rule = *policy_.add_rules();
    rule.set_id("rule-" + std::string(ResultName(result)));
    rule.set_title(kHostile);
    rule.set_level("L1");
    rule.set_why("why");
    rule.set_fix("do this");
    RecommendationId& id = *rule.add_ids();
    id.set_benchmark("cis-debian12");
    id.set_number("1." + std::to_string(policy_.rules_size()));
    RuleOutcome outcome{rule.id(), result, result == Result::kPass ? "" : kHostile};
    outcome.evidence.push_back({"/etc/a b", 7, kHostile, "w"});
    if (result == Result::kWaived) outcome.waiver = 0;
    report_.outcomes.push_back(std::move(outcome));
  }
  ReportView View() const {
    return {policy_, report_, "/mnt", "web-7", "2026-11-23T10:00:00Z", "0.1"};
  }
  std::string In(std::string_view format) const { return Render(View(), format, false); }

  Policy policy_;
  CheckReport report_;
};

TEST_F(Reports, EveryFormatSaysEveryRuleAndNoControlReachesTheReader) {
  for (std::string_view format : kReportFormats) {
    std::string text = In(format);
    for (const RuleOutcome& outcome : report_.outcomes)
      EXPECT_THAT(text, HasSubstr(outcome.rule)) << format;
    for (char c : text) ASSERT_TRUE(c == '\n' || uint8_t(c) >= 0x20) << format << " " << int(c);
    EXPECT_THAT(text, Not(HasSubstr("\xff"))) << format;
    if (format != "text" && format != "json" && format != "sarif") {
      EXPECT_THAT(text, Not(HasSubstr("<script>alert"))) << format;
      EXPECT_THAT(text, Not(HasSubstr("\xef\xbf\xbe"))) << format;
    }
  }
  EXPECT_EQ(In("docx"), "");
}

TEST_F(Reports, TextShowsFailuresFirstWithEvidenceAndFix) {
  std::string text = In("text");
  EXPECT_LT(text.find("rule-fail"), text.find("rule-pass"));
  EXPECT_THAT(text, HasSubstr("seen in /etc/a b:7: "));
  EXPECT_THAT(text, HasSubstr("fix: do this"));
  EXPECT_THAT(text, HasSubstr("7 rules selected, 4 evaluated: 1 fail"));
  EXPECT_THAT(text, HasSubstr("1 waiver has ended"));
}

TEST_F(Reports, JsonIsWhatProgramsReadBack) {
  json document = json::parse(In("json"));
  EXPECT_EQ(document["profile"], "p1");
  EXPECT_EQ(document["mode"], "static");
  EXPECT_EQ(document["rules"][0]["ids"]["cis-debian12"], "1.1");
  EXPECT_EQ(document["rules"][0]["result"], "fail");
  EXPECT_EQ(document["rules"][0]["evidence"][0]["line"], 7);
  EXPECT_EQ(document["rules"][3]["waiver"]["owner"], "ops");
  EXPECT_EQ(document["rules"][3]["waiver"]["holds"], true);
  EXPECT_EQ(document["summary"]["selected"], 7);
  EXPECT_EQ(document["summary"]["waived"], 1);
  EXPECT_EQ(document["summary"]["expired_waivers"], 1);
}

TEST_F(Reports, SarifKeepsFailuresApartFromWhatIsWaivedOrOpen) {
  json run = json::parse(In("sarif"))["runs"][0];
  ASSERT_EQ(run["results"].size(), 7u);
  EXPECT_EQ(run["results"][0]["kind"], "fail");
  EXPECT_EQ(run["results"][0]["level"], "error");
  EXPECT_EQ(run["results"][1]["kind"], "open");
  EXPECT_EQ(run["results"][3]["suppressions"][0]["status"], "accepted");
  EXPECT_EQ(run["results"][4]["kind"], "review");
  EXPECT_EQ(run["results"][6]["kind"], "pass");
  EXPECT_EQ(run["results"][6]["level"], "none");
  json place = run["results"][0]["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "etc/a%20b");
  EXPECT_EQ(place["region"]["startLine"], 7);
  for (size_t i = 0; i < 7; i++)
    EXPECT_EQ(run["tool"]["driver"]["rules"][i]["id"], run["results"][i]["ruleId"]);
  EXPECT_EQ(run["invocations"][0]["executionSuccessful"], true);
}

TEST_F(Reports, JunitCountsAddUp) {
  EXPECT_THAT(In("junit"), HasSubstr("tests=\"7\" failures=\"1\" errors=\"2\" skipped=\"3\""));
}

TEST_F(Reports, NoFormatCallsARunBelowItsFloorGood) {
  report_.below_floor = true;
  policy_.set_floor_percent(80);
  EXPECT_THAT(In("text"), HasSubstr("4 of 7 rules (the profile asks for 80 %)"));
  EXPECT_THAT(In("text"), HasSubstr("proves nothing"));
  EXPECT_EQ(json::parse(In("json"))["summary"]["below_floor"], true);
  EXPECT_EQ(json::parse(In("sarif"))["runs"][0]["invocations"][0]["executionSuccessful"], false);
  EXPECT_THAT(In("junit"), HasSubstr("tests=\"8\" failures=\"1\" errors=\"3\""));
  EXPECT_THAT(In("xccdf"), HasSubstr("proves nothing"));
  EXPECT_THAT(In("html"), HasSubstr("proves nothing"));
}

// The path of a program, or "" with a reason to skip.
bool Installed(const char* program) { return access(program, X_OK) == 0; }

TEST_F(Reports, XccdfIsValidByTheSchemaAndOscapReadsIt) {
  if (!Installed("/usr/bin/oscap")) GTEST_SKIP() << "oscap is not installed";
  TempRoot root{{"x.xml", In("xccdf")}};
  auto oscap = [&root](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "/usr/bin/oscap");
    arguments.push_back(root.Path("x.xml"));
    return RunProgram(arguments);
  };
  // Its Schematron wants an override of every result as soon as one has one.
  Ran ran = oscap({"xccdf", "validate", "--skip-schematron"});
  EXPECT_EQ(ran.exit, 0) << ran.out << ran.err;
  ran = oscap({"info"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("xccdf_assay_testresult_p1"));
  for (RuleOutcome& outcome : report_.outcomes) outcome.waiver.reset();
  root.Write("x.xml", In("xccdf"));
  ran = oscap({"xccdf", "validate"});
  EXPECT_EQ(ran.exit, 0) << ran.out << ran.err;
}

TEST_F(Reports, JunitIsWellFormed) {
  if (!Installed("/usr/bin/xmllint")) GTEST_SKIP() << "xmllint is not installed";
  TempRoot root{{"x.xml", In("junit")}};
  Ran ran = RunProgram({"/usr/bin/xmllint", "--noout", root.Path("x.xml")});
  EXPECT_EQ(ran.exit, 0) << ran.err;
}

// What the browser has after the page's script ran.
std::string Dom(const TempRoot& root, const std::string& file) {
  Ran ran = RunProgram({"/usr/bin/chromium", "--headless=new", "--no-sandbox", "--disable-gpu",
                        "--user-data-dir=" + root.Path("profile"), "--dump-dom",
                        "file://" + root.Path(file)});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  return ran.out;
}

TEST_F(Reports, TheBrowserShowsThePageAndItsFilterWorks) {
  if (!Installed("/usr/bin/chromium")) GTEST_SKIP() << "chromium is not installed";
  // The page itself, and the page after a click on the first figure (the failures).
  std::string page = In("html"), clicked = page;
  size_t end = clicked.find("</script>");
  ASSERT_NE(end, std::string::npos);
  clicked.insert(end, "boxes[0].click();\n");
  TempRoot root{{"page.html", page}, {"clicked.html", clicked}};
  std::string dom = Dom(root, "page.html");
  EXPECT_THAT(dom, HasSubstr("<details class=\"fail\" data-result=\"fail\">"));
  EXPECT_THAT(dom, HasSubstr("<p id=\"none\" hidden=\"\">")) << "the script has run";
  EXPECT_THAT(dom, HasSubstr("&lt;script&gt;alert(1)"));
  EXPECT_THAT(Dom(root, "clicked.html"),
              HasSubstr("<details class=\"fail\" data-result=\"fail\" hidden=\"\">"));
}

}  // namespace

}  // namespace assay
