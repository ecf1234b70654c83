// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "checks/reports/page.h"
#include "checks/reports/report.h"

namespace assay {

namespace {

std::string Name(Result result) { return std::string(ResultName(result)); }

// The word for people; the name stays in classes and values.
std::string Label(Result result) {
  if (result == Result::kNotApplicable) return "not applicable";
  if (result == Result::kNotChecked) return "not checked";
  return Name(result);
}

std::string Figures(const CheckReport& report) {
  std::string html;
  for (Result result : kResultOrder) {
    size_t count = report.count(result);
    if (count == 0) continue;
    html += "<label class=\"" + Name(result) + "\"><input type=\"checkbox\" checked value=\"" +
            Name(result) + "\"><b>" + std::to_string(count) + "</b> " + Label(result) + "</label>";
  }
  return html;
}

std::string Bar(const CheckReport& report) {
  std::string html;
  for (Result result : kResultOrder)
    if (size_t count = report.count(result))
      html += "<span class=\"" + Name(result) + "\" style=\"flex:" + std::to_string(count) +
              "\" title=\"" + std::to_string(count) + " " + Label(result) + "\"></span>";
  return html;
}

std::string Summary(const CheckReport& report) {
  std::string text = std::to_string(report.selected) + " rules";
  for (Result result : kResultOrder)
    if (size_t count = report.count(result))
      text += ", " + std::to_string(count) + " " + Label(result);
  return text;
}

std::string EvidenceTable(const RuleOutcome& outcome) {
  if (outcome.evidence.empty()) return "";
  // Where a person decides, nothing in particular is wanted.
  bool wanted = outcome.result != Result::kManual;
  std::string html = "<table><tr><th>Seen in</th><th>Found</th>";
  html += wanted ? "<th>Wanted</th></tr>" : "</tr>";
  for (const EvidenceItem& item : outcome.evidence)
    html += "<tr><td>" + Escaped(PlaceOf(item)) + "</td><td>" + Escaped(item.value) + "</td>" +
            (wanted ? "<td>" + Escaped(item.expected) + "</td></tr>" : "</tr>");
  return html + "</table>";
}

// The reason under the title, so that failures read without opening each.
std::string Short(const RuleOutcome& outcome) {
  bool shows = outcome.result != Result::kPass && outcome.result != Result::kNotApplicable;
  return shows ? "<small>" + Escaped(outcome.reason) + "</small>" : "";
}

std::string RuleHtml(const ReportView& view, size_t index) {
  const Rule& rule = view.policy.rules(int(index));
  const RuleOutcome& outcome = view.report.outcomes[index];
  std::string name = Name(outcome.result), ids;
  for (const RecommendationId& id : rule.ids())
    ids += (ids.empty() ? "" : ", ") + Escaped(id.benchmark() + " " + id.number());
  std::string html = "<details class=\"" + name + "\" data-result=\"" + name +
                     "\"><summary><span class=\"result\">" + Label(outcome.result) +
                     "</span><span class=\"number\">" + Escaped(NumberOf(view.policy, rule)) +
                     "</span><span class=\"title\">" + Escaped(rule.title()) + Short(outcome) +
                     "</span></summary><div class=\"body\">";
  html += "<p class=\"id\"><code>" + Escaped(rule.id()) + "</code> · " + Escaped(rule.level()) +
          (ids.empty() ? "" : " · " + ids) + "</p>";
  if (Short(outcome).empty() && !outcome.reason.empty())
    html += "<p>" + Escaped(outcome.reason) + "</p>";
  if (!rule.why().empty()) html += "<p>Why: " + Escaped(rule.why()) + "</p>";
  html += EvidenceTable(outcome);
  if (outcome.result != Result::kPass && !rule.fix().empty())
    html += "<p class=\"fix\">Fix: " + Escaped(rule.fix()) + "</p>";
  return html + "</div></details>\n";
}

std::string About(const ReportView& view) {
  return Escaped(view.host.empty() ? view.root : view.host + " (" + view.root + ")") + " · " +
         (view.report.live ? "live" : "static: what the next boot would be") + " · " +
         Escaped(view.policy.profile()) + " · " + Escaped(view.time) + " · assay " +
         Escaped(view.version);
}

std::string Alarm(const ReportView& view) {
  std::string html;
  if (view.report.below_floor) html += "<p class=\"alarm\">" + WhyBelowFloor(view) + "</p>\n";
  if (view.report.expired_waivers)
    html += "<p class=\"alarm\">" + std::to_string(view.report.expired_waivers) +
            (view.report.expired_waivers == 1 ? " waiver has ended; what it"
                                              : " waivers have ended; what they") +
            " excused fails.</p>\n";
  return html;
}

std::string Rules(const ReportView& view) {
  std::string html;
  for (Result result : kResultOrder)
    for (size_t i = 0; i < view.report.outcomes.size(); i++)
      if (view.report.outcomes[i].result == result) html += RuleHtml(view, i);
  return html;
}

}  // namespace

std::string RenderHtml(const ReportView& view) {
  const std::map<std::string_view, std::string> parts = {{"title", Escaped(view.policy.title())},
                                                         {"about", About(view)},
                                                         {"alarm", Alarm(view)},
                                                         {"bar", Bar(view.report)},
                                                         {"summary", Summary(view.report)},
                                                         {"figures", Figures(view.report)},
                                                         {"rules", Rules(view)}};
  // One pass over the page: what is filled in is not looked at again.
  std::string html;
  std::string_view page = kPage;
  for (size_t open; (open = page.find("{{")) != std::string_view::npos;) {
    size_t close = page.find("}}", open);
    html += page.substr(0, open);
    html += parts.at(page.substr(open + 2, close - open - 2));
    page.remove_prefix(close + 2);
  }
  return html + std::string(page);
}

}  // namespace assay
