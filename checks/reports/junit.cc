// SPDX-License-Identifier: Apache-2.0
#include "checks/reports/report.h"

namespace assay {

namespace {

std::string EvidenceLines(const RuleOutcome& outcome) {
  std::string lines;
  for (const EvidenceItem& item : outcome.evidence)
    lines += Escaped(PlaceOf(item)) + ": " + Escaped(item.value) +
             (item.expected.empty() ? "" : " (wanted: " + Escaped(item.expected) + ")") + "\n";
  return lines;
}

// The element inside a test case; empty for a pass.
std::string Inside(const Rule& rule, const RuleOutcome& outcome) {
  std::string message = " message=\"" + Escaped(outcome.reason) + "\"";
  switch (outcome.result) {
    case Result::kPass:
      return "";
    case Result::kFail:
      return "      <failure type=\"fail\"" + message + ">" + EvidenceLines(outcome) +
             (rule.fix().empty() ? "" : "fix: " + Escaped(rule.fix()) + "\n") + "</failure>\n";
    case Result::kError:
    case Result::kNotChecked:
      return "      <error type=\"" + std::string(ResultName(outcome.result)) + "\"" + message +
             ">" + EvidenceLines(outcome) + "</error>\n";
    default:
      return "      <skipped" + message + "/>\n";
  }
}

std::string Counts(const CheckReport& report) {
  size_t errors = report.count(Result::kError) + report.count(Result::kNotChecked);
  size_t skipped = report.count(Result::kWaived) + report.count(Result::kManual) +
                   report.count(Result::kNotApplicable);
  // A run below its floor is an error of its own, or a CI server would call it green.
  return " tests=\"" + std::to_string(report.outcomes.size() + report.below_floor) +
         "\" failures=\"" + std::to_string(report.count(Result::kFail)) + "\" errors=\"" +
         std::to_string(errors + report.below_floor) + "\" skipped=\"" + std::to_string(skipped) +
         "\"";
}

}  // namespace

std::string RenderJunit(const ReportView& view) {
  std::string counts = Counts(view.report), suite = Escaped(view.policy.profile());
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"assay\"" +
                    counts + ">\n  <testsuite name=\"" + suite + "\"" + counts + " timestamp=\"" +
                    Escaped(view.time) + "\" hostname=\"" + Escaped(view.host) + "\">\n";
  for (size_t i = 0; i < view.report.outcomes.size(); i++) {
    const Rule& rule = view.policy.rules(int(i));
    std::string inside = Inside(rule, view.report.outcomes[i]);
    xml += "    <testcase classname=\"" + suite + "\" name=\"" +
           Escaped(NumberOf(view.policy, rule) + " " + rule.id() + ": " + rule.title()) + "\"" +
           (inside.empty() ? "/>\n" : ">\n" + inside + "    </testcase>\n");
  }
  if (view.report.below_floor)
    xml += "    <testcase classname=\"" + suite +
           "\" name=\"floor\"><error type=\"floor\" message=\"" + Escaped(WhyBelowFloor(view)) +
           "\"/></testcase>\n";
  return xml + "  </testsuite>\n</testsuites>\n";
}

}  // namespace assay
