// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "base/printable.h"
#include "checks/reports/report.h"

namespace assay {

namespace {

using Json = nlohmann::ordered_json;

// SARIF 2.1.0 sections 3.27.9 (kind) and 3.27.10 (level: "none" unless kind is "fail").
struct Standing {
  const char* kind;
  const char* level;
};

Standing StandingOf(Result result) {
  switch (result) {
    case Result::kPass:
      return {"pass", "none"};
    case Result::kFail:
      return {"fail", "error"};
    case Result::kWaived:
      return {"fail", "note"};
    case Result::kManual:
      return {"review", "none"};
    case Result::kNotApplicable:
      return {"notApplicable", "none"};
    case Result::kError:
    case Result::kNotChecked:
      return {"open", "none"};
  }
  return {"open", "none"};
}

// A path as a URI reference relative to the root (RFC 3986 section 2).
std::string RelativeUri(std::string_view path) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string uri;
  while (path.starts_with('/')) path.remove_prefix(1);
  for (char c : path) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 std::string_view("-._~/").contains(c);
    if (plain)
      uri += c;
    else
      (uri += '%', uri += kHex[uint8_t(c) >> 4], uri += kHex[uint8_t(c) & 15]);
  }
  return uri;
}

Json LocationJson(const EvidenceItem& item) {
  Json place = {{"artifactLocation", {{"uri", RelativeUri(item.source)}, {"uriBaseId", "ROOT"}}}};
  if (item.line > 0) place["region"] = {{"startLine", item.line}};
  Json message = "found '" + Printable(item.value) + "'" +
                 (item.expected.empty() ? "" : ", wanted " + Printable(item.expected));
  return {{"physicalLocation", place}, {"message", {{"text", message}}}};
}

Json RuleJson(const Rule& rule) {
  Json json = {{"id", Printable(rule.id())},
               {"shortDescription", {{"text", Printable(rule.title())}}}};
  if (!rule.why().empty()) json["fullDescription"] = {{"text", Printable(rule.why())}};
  if (!rule.fix().empty()) json["help"] = {{"text", Printable(rule.fix())}};
  Json tags = {Printable(rule.level())};
  for (const RecommendationId& id : rule.ids())
    tags.push_back(Printable(id.benchmark()) + " " + Printable(id.number()));
  json["properties"] = {{"tags", tags}};
  return json;
}

Json ResultJson(const ReportView& view, size_t index) {
  const Rule& rule = view.policy.rules(int(index));
  const RuleOutcome& outcome = view.report.outcomes[index];
  Standing standing = StandingOf(outcome.result);
  std::string message = outcome.reason.empty() ? rule.title() : outcome.reason;
  Json json = {{"ruleId", Printable(rule.id())},
               {"ruleIndex", index},
               {"kind", standing.kind},
               {"level", standing.level},
               {"message", {{"text", Printable(message)}}}};
  json["locations"] = Json::array();
  for (const EvidenceItem& item : outcome.evidence)
    if (item.source.starts_with('/')) json["locations"].push_back(LocationJson(item));
  if (outcome.result == Result::kWaived)
    json["suppressions"] = {{{"kind", "external"},
                             {"status", "accepted"},
                             {"justification", Printable(outcome.reason)}}};
  return json;
}

}  // namespace

std::string RenderSarif(const ReportView& view) {
  Json rules = Json::array(), results = Json::array();
  for (size_t i = 0; i < view.report.outcomes.size(); i++) {
    rules.push_back(RuleJson(view.policy.rules(int(i))));
    results.push_back(ResultJson(view, i));
  }
  Json run;
  run["tool"] = {{"driver", {{"name", "assay"}, {"version", view.version}, {"rules", rules}}}};
  run["automationDetails"] = {{"id", Printable(view.policy.profile()) + "/" + view.time}};
  run["originalUriBaseIds"] = {
      {"ROOT",
       {{"description", {{"text", "root of the judged system: " + Printable(view.root)}}}}}};
  run["invocations"] = {
      {{"executionSuccessful", !view.report.below_floor}, {"startTimeUtc", view.time}}};
  run["results"] = results;
  Json json = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
               {"version", "2.1.0"},
               {"runs", {run}}};
  return json.dump(2) + "\n";
}

}  // namespace assay
