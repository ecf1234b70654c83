// SPDX-License-Identifier: Apache-2.0
#include "checks/reports/report.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/printable.h"

namespace assay {

namespace {

constexpr std::pair<char, std::string_view> kEntities[] = {
    {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};

// U+FFFE and U+FFFF are UTF-8, but no characters of XML 1.0 (section 2.2).
std::string XmlOnly(std::string text) {
  for (const char* outside : {"\xef\xbf\xbe", "\xef\xbf\xbf"})
    for (size_t at; (at = text.find(outside)) != std::string::npos;) text.replace(at, 3, "?");
  return text;
}

}  // namespace

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (char c : XmlOnly(Printable(text))) {
    auto entity = std::ranges::find(kEntities, c, [](const auto& pair) { return pair.first; });
    if (entity == std::end(kEntities))
      escaped += c;
    else
      escaped += entity->second;
  }
  return escaped;
}

std::string WhyBelowFloor(const ReportView& view) {
  const CheckReport& report = view.report;
  if (report.count(Result::kPass) + report.count(Result::kFail) + report.count(Result::kWaived) ==
      0)
    return "No rule passed or failed: this run proves nothing.";
  return "Too little could be evaluated, " + std::to_string(report.evaluated) + " of " +
         std::to_string(report.selected) + " rules (the profile asks for " +
         std::to_string(view.policy.floor_percent()) + " %): this run proves nothing.";
}

std::string NumberOf(const Policy& policy, const Rule& rule) {
  for (const RecommendationId& id : rule.ids())
    if (id.benchmark() == policy.benchmark()) return id.number();
  return rule.ids().empty() ? "" : rule.ids(0).number();
}

std::string PlaceOf(const EvidenceItem& item) {
  return item.source + (item.line ? ":" + std::to_string(item.line) : "");
}

std::string Render(const ReportView& view, std::string_view format, bool colour) {
  if (format == "text") return RenderText(view, colour);
  if (format == "json") return RenderJson(view);
  if (format == "sarif") return RenderSarif(view);
  if (format == "junit") return RenderJunit(view);
  if (format == "xccdf") return RenderXccdf(view);
  if (format == "html") return RenderHtml(view);
  return "";
}

}  // namespace assay
