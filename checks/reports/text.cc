// SPDX-License-Identifier: Apache-2.0
#include "base/printable.h"
#include "checks/reports/report.h"

namespace assay {

namespace {

constexpr char kIndent[] = "              ";
constexpr size_t kShownEvidence = 8;

const char* ColourOf(Result result) {
  switch (result) {
    case Result::kPass:
      return "\x1b[32m";
    case Result::kFail:
      return "\x1b[31m";
    case Result::kError:
    case Result::kNotChecked:
      return "\x1b[33m";
    default:
      return "\x1b[2m";
  }
}

// What is wanted is left out where a person decides, and said shortly where it is what was found.
std::string Wanted(const EvidenceItem& item, Result result) {
  if (item.expected.empty() || result == Result::kManual) return "";
  if (item.expected == item.value) return ", as wanted";
  return "; wanted: " + Printable(item.expected, 200);
}

void AddEvidence(std::string& text, const RuleOutcome& outcome) {
  const std::vector<EvidenceItem>& evidence = outcome.evidence;
  for (size_t i = 0; i < evidence.size() && i < kShownEvidence; i++) {
    const EvidenceItem& item = evidence[i];
    text += kIndent + ("seen in " + Printable(PlaceOf(item))) + ": " +
            (item.value.empty() ? "nothing" : Printable(item.value, 200)) +
            Wanted(item, outcome.result) + "\n";
  }
  if (evidence.size() > kShownEvidence)
    text += kIndent + ("and " + std::to_string(evidence.size() - kShownEvidence)) +
            " more in --format json\n";
}

std::string Summary(const CheckReport& report) {
  std::string text = std::to_string(report.selected) + (report.selected == 1 ? " rule" : " rules") +
                     " selected, " + std::to_string(report.evaluated) + " evaluated:";
  for (Result result : kResultOrder)
    if (size_t count = report.count(result))
      text += " " + std::to_string(count) + " " + std::string(ResultName(result));
  if (report.expired_waivers)
    text += "; " + std::to_string(report.expired_waivers) +
            (report.expired_waivers == 1 ? " waiver has ended" : " waivers have ended");
  return text + "\n";
}

}  // namespace

std::string RenderOutcome(const ReportView& view, size_t index, bool colour, bool all) {
  std::string text;
  const Rule& rule = view.policy.rules(int(index));
  const RuleOutcome& outcome = view.report.outcomes[index];
  std::string name(ResultName(outcome.result)), number = NumberOf(view.policy, rule);
  name.resize(sizeof kIndent - 1, ' ');
  text += (colour ? ColourOf(outcome.result) : "") + name + (colour ? "\x1b[0m" : "");
  text += Printable(rule.id()) + "  " + Printable(rule.title()) + " [" +
          (number.empty() ? "" : Printable(number) + ", ") + Printable(rule.level()) + "]\n";
  if (!outcome.reason.empty()) text += kIndent + Printable(outcome.reason) + "\n";
  bool shows = all || outcome.result == Result::kFail || outcome.result == Result::kManual;
  if (shows) AddEvidence(text, outcome);
  if (outcome.result == Result::kFail && !rule.fix().empty())
    text += kIndent + ("fix: " + Printable(rule.fix())) + "\n";
  return text;
}

std::string RenderText(const ReportView& view, bool colour) {
  const CheckReport& report = view.report;
  std::string text =
      Printable(view.policy.title()) + " (" + (report.live ? "live" : "static") + ")\n\n";
  for (Result result : kResultOrder)
    for (size_t i = 0; i < report.outcomes.size(); i++)
      if (report.outcomes[i].result == result) text += RenderOutcome(view, i, colour, false);
  text += "\n" + Summary(report);
  if (report.below_floor) text += WhyBelowFloor(view) + "\n";
  return text;
}

}  // namespace assay
