// SPDX-License-Identifier: Apache-2.0
#include "checks/reports/report.h"

namespace assay {

namespace {

constexpr char kNamespace[] = "http://checklists.nist.gov/xccdf/1.2";

// XCCDF 1.2 table 26, whose words are ours; what is waived or for a person is information.
std::string XccdfResult(Result result) {
  if (result == Result::kWaived || result == Result::kManual) return "informational";
  return std::string(ResultName(result));
}

// Identifiers are xs:NCName: what is not a letter, digit, '-', '_' or '.' becomes '-'.
std::string Id(const char* type, std::string_view name) {
  std::string id = std::string("xccdf_assay_") + type + "_";
  for (char c : name) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '-' || c == '_' || c == '.';
    id += plain ? c : '-';
  }
  return id;
}

std::string Element(const std::string& name, std::string_view text) {
  return "<" + name + ">" + Escaped(text) + "</" + name + ">";
}

std::string ProfileXml(const Policy& policy) {
  std::string xml = "  <Profile id=\"" + Id("profile", policy.profile()) + "\">\n    " +
                    Element("title", policy.title()) + "\n";
  for (const Rule& rule : policy.rules())
    xml += "    <select idref=\"" + Id("rule", rule.id()) + "\" selected=\"true\"/>\n";
  return xml + "  </Profile>\n";
}

std::string RuleXml(const Rule& rule) {
  std::string xml = "  <Rule id=\"" + Id("rule", rule.id()) + "\" selected=\"false\">\n    " +
                    Element("title", rule.title()) + "\n";
  for (const RecommendationId& id : rule.ids())
    xml += "    " + Element("reference", id.benchmark() + " " + id.number()) + "\n";
  if (!rule.why().empty()) xml += "    " + Element("rationale", rule.why()) + "\n";
  if (!rule.fix().empty()) xml += "    " + Element("fixtext", rule.fix()) + "\n";
  return xml + "  </Rule>\n";
}

std::string OverrideXml(const ReportView& view, const RuleOutcome& outcome) {
  if (outcome.result != Result::kWaived || !outcome.waiver) return "";
  const Waiver& waiver = view.policy.waivers(*outcome.waiver);
  return "      <override time=\"" + view.time + "\" authority=\"" + Escaped(waiver.owner()) +
         "\"><old-result>fail</old-result><new-result>informational</new-result>" +
         Element("remark", waiver.reason() + " (until " + waiver.until() + ")") + "</override>\n";
}

std::string RuleResultXml(const ReportView& view, size_t index) {
  const Rule& rule = view.policy.rules(int(index));
  const RuleOutcome& outcome = view.report.outcomes[index];
  std::string xml = "    <rule-result idref=\"" + Id("rule", rule.id()) + "\" time=\"" + view.time +
                    "\">\n      " + Element("result", XccdfResult(outcome.result)) + "\n";
  xml += OverrideXml(view, outcome);
  if (!outcome.reason.empty())
    xml += "      <message severity=\"info\">" + Escaped(outcome.reason) + "</message>\n";
  for (const EvidenceItem& item : outcome.evidence)
    xml += "      <message severity=\"info\">" +
           Escaped(PlaceOf(item) + ": " + item.value +
                   (item.expected.empty() ? "" : " (wanted: " + item.expected + ")")) +
           "</message>\n";
  return xml + "    </rule-result>\n";
}

// Of the rules that passed or failed, in per cent (the "flat unweighted" model of section 7.3.2).
std::string ScoreXml(const CheckReport& report) {
  size_t passed = report.count(Result::kPass), judged = passed + report.count(Result::kFail);
  return "    <score system=\"urn:xccdf:scoring:flat-unweighted\" maximum=\"" +
         std::to_string(judged) + "\">" + std::to_string(passed) + "</score>\n";
}

}  // namespace

std::string RenderXccdf(const ReportView& view) {
  const Policy& policy = view.policy;
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Benchmark xmlns=\"" +
                    std::string(kNamespace) + "\" id=\"" + Id("benchmark", policy.benchmark()) +
                    "\" resolved=\"true\" xml:lang=\"en\">\n  <status>incomplete</status>\n  " +
                    Element("title", policy.title()) + "\n  " + Element("version", view.version) +
                    "\n";
  xml += ProfileXml(policy);
  for (const Rule& rule : policy.rules()) xml += RuleXml(rule);
  xml += "  <TestResult id=\"" + Id("testresult", policy.profile()) + "\" start-time=\"" +
         view.time + "\" end-time=\"" + view.time + "\" test-system=\"assay\" version=\"" +
         Escaped(view.version) + "\">\n    " + Element("title", policy.title()) + "\n";
  if (view.report.below_floor) xml += "    " + Element("remark", WhyBelowFloor(view)) + "\n";
  xml += "    <profile idref=\"" + Id("profile", policy.profile()) + "\"/>\n    " +
         Element("target", view.host.empty() ? view.root : view.host) + "\n";
  for (size_t i = 0; i < view.report.outcomes.size(); i++) xml += RuleResultXml(view, i);
  return xml + ScoreXml(view.report) + "  </TestResult>\n</Benchmark>\n";
}

}  // namespace assay
