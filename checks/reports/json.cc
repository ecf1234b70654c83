// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "base/printable.h"
#include "checks/reports/report.h"

namespace assay {

namespace {

using Json = nlohmann::ordered_json;

Json WaiverJson(const Policy& policy, const RuleOutcome& outcome) {
  const Waiver& waiver = policy.waivers(*outcome.waiver);
  return {{"reason", Printable(waiver.reason())},
          {"owner", Printable(waiver.owner())},
          {"until", Printable(waiver.until())},
          {"holds", outcome.result == Result::kWaived}};
}

Json OutcomeJson(const ReportView& view, size_t index) {
  const Rule& rule = view.policy.rules(int(index));
  const RuleOutcome& outcome = view.report.outcomes[index];
  Json json;
  json["id"] = Printable(rule.id());
  json["title"] = Printable(rule.title());
  json["ids"] = Json::object();
  for (const RecommendationId& id : rule.ids())
    json["ids"][Printable(id.benchmark())] = Printable(id.number());
  json["level"] = Printable(rule.level());
  json["result"] = ResultName(outcome.result);
  json["reason"] = Printable(outcome.reason);
  if (outcome.waiver) json["waiver"] = WaiverJson(view.policy, outcome);
  if (outcome.result == Result::kFail) json["fix"] = Printable(rule.fix());
  json["evidence"] = Json::array();
  for (const EvidenceItem& item : outcome.evidence)
    json["evidence"].push_back({{"source", Printable(item.source)},
                                {"line", item.line},
                                {"value", Printable(item.value)},
                                {"expected", Printable(item.expected)}});
  return json;
}

}  // namespace

std::string RenderJson(const ReportView& view) {
  const CheckReport& report = view.report;
  Json json;
  json["profile"] = Printable(view.policy.profile());
  json["root"] = Printable(view.root);
  json["mode"] = report.live ? "live" : "static";
  json["time"] = view.time;
  json["rules"] = Json::array();
  for (size_t i = 0; i < report.outcomes.size(); i++) json["rules"].push_back(OutcomeJson(view, i));
  json["summary"] = {{"selected", report.selected}, {"evaluated", report.evaluated}};
  for (Result result : kResultOrder)
    json["summary"][std::string(ResultName(result))] = report.count(result);
  json["summary"]["expired_waivers"] = report.expired_waivers;
  json["summary"]["floor_percent"] = view.policy.floor_percent();
  json["summary"]["below_floor"] = report.below_floor;
  return json.dump(2) + "\n";
}

}  // namespace assay
