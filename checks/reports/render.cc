// SPDX-License-Identifier: Apache-2.0
#include "checks/reports/render.h"

#include <nlohmann/json.hpp>

#include "base/printable.h"

namespace assay {

namespace {

constexpr Result kOrder[] = {Result::kFail,   Result::kError,  Result::kNotChecked,
                             Result::kWaived, Result::kManual, Result::kNotApplicable,
                             Result::kPass};

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

std::string Numbers(const Rule& rule) {
  for (const RecommendationId& id : rule.ids()) return id.benchmark() + " " + id.number();
  return "-";
}

void AddOutcome(std::string& text, const Rule& rule, const RuleOutcome& outcome, bool colour) {
  std::string name(ResultName(outcome.result));
  name.resize(14, ' ');
  text += (colour ? ColourOf(outcome.result) : "") + name + (colour ? "\x1b[0m" : "");
  text += Printable(rule.id()) + "  " + Printable(rule.title()) + " [" + Printable(Numbers(rule)) +
          ", " + Printable(rule.level()) + "]\n";
  if (!outcome.reason.empty()) text += "              " + Printable(outcome.reason) + "\n";
  if (outcome.result != Result::kFail) return;
  for (const EvidenceItem& item : outcome.evidence)
    text += "              seen in " + Printable(item.source) +
            (item.line ? ":" + std::to_string(item.line) : "") + ": " + Printable(item.value, 200) +
            "\n";
  if (!rule.fix().empty()) text += "              fix: " + Printable(rule.fix()) + "\n";
}

nlohmann::ordered_json OutcomeJson(const Rule& rule, const RuleOutcome& outcome) {
  nlohmann::ordered_json json;
  json["id"] = Printable(rule.id());
  json["title"] = Printable(rule.title());
  json["ids"] = nlohmann::ordered_json::object();
  for (const RecommendationId& id : rule.ids())
    json["ids"][Printable(id.benchmark())] = Printable(id.number());
  json["level"] = Printable(rule.level());
  json["result"] = ResultName(outcome.result);
  json["reason"] = Printable(outcome.reason);
  json["evidence"] = nlohmann::ordered_json::array();
  for (const EvidenceItem& item : outcome.evidence)
    json["evidence"].push_back({{"source", Printable(item.source)},
                                {"line", item.line},
                                {"value", Printable(item.value)},
                                {"expected", Printable(item.expected)}});
  return json;
}

}  // namespace

std::string RenderText(const Policy& policy, const CheckReport& report, bool colour) {
  std::string text = Printable(policy.title()) + " (" + (report.live ? "live" : "static") + ")\n\n";
  for (Result result : kOrder)
    for (size_t i = 0; i < report.outcomes.size(); i++)
      if (report.outcomes[i].result == result)
        AddOutcome(text, policy.rules(int(i)), report.outcomes[i], colour);
  text += "\n" + std::to_string(report.selected) + " rules selected, " +
          std::to_string(report.evaluated) + " evaluated:";
  for (Result result : kOrder)
    if (size_t count = report.count(result))
      text += " " + std::to_string(count) + " " + std::string(ResultName(result));
  text += "\n";
  if (report.below_floor)
    text += "Too little could be evaluated (the profile asks for " +
            std::to_string(policy.floor_percent()) + " %): this run proves nothing.\n";
  return text;
}

std::string RenderJson(const Policy& policy, const CheckReport& report, const std::string& root) {
  nlohmann::ordered_json json;
  json["profile"] = Printable(policy.profile());
  json["root"] = Printable(root);
  json["mode"] = report.live ? "live" : "static";
  json["rules"] = nlohmann::ordered_json::array();
  for (size_t i = 0; i < report.outcomes.size(); i++)
    json["rules"].push_back(OutcomeJson(policy.rules(int(i)), report.outcomes[i]));
  json["summary"] = {{"selected", report.selected}, {"evaluated", report.evaluated}};
  for (Result result : kOrder)
    json["summary"][std::string(ResultName(result))] = report.count(result);
  json["summary"]["below_floor"] = report.below_floor;
  return json.dump(2) + "\n";
}

}  // namespace assay
