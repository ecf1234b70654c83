// SPDX-License-Identifier: Apache-2.0
#include "attest/render_result.h"

#include <nlohmann/json.hpp>

#include "attest/verify_judge.h"
#include "base/printable.h"

namespace assay {

namespace {

using Json = nlohmann::ordered_json;

std::string_view StatusName(Claim::Status status) {
  switch (status) {
    case Claim::Status::kOk:
      return "ok";
    case Claim::Status::kFailed:
      return "failed";
    case Claim::Status::kUnknown:
      return "unknown";
  }
  return "unknown";
}

Json CauseJson(const CauseRecord& cause) {
  Json json = {{"exe", Printable(cause.process().exe())}, {"pid", cause.process().pid()}};
  if (cause.has_uid()) json["uid"] = cause.uid();
  if (cause.has_login_uid()) json["login_uid"] = cause.login_uid();
  if (!cause.cgroup().empty()) json["cgroup"] = Printable(cause.cgroup());
  return json;
}

Json DriftJson(const DriftRecord& drift) {
  Json deviations = Json::array();
  for (const Deviation& deviation : drift.deviations())
    deviations.push_back({{"kind", Printable(deviation.kind())},
                          {"change", Printable(deviation.change())},
                          {"subject", Printable(deviation.subject())},
                          {"property", Printable(deviation.property())},
                          {"expected", Printable(deviation.expected())},
                          {"actual", Printable(deviation.actual())}});
  Json json = {{"deviations", std::move(deviations)}, {"omitted", drift.omitted()}};
  if (drift.has_cause()) json["cause"] = CauseJson(drift.cause());
  return json;
}

Json ReportJson(const Report& report) {
  Json channels = Json::array();
  for (const ChannelReport& channel : report.channels())
    channels.push_back({{"channel", Printable(channel.channel())},
                        {"rung", Printable(channel.rung())},
                        {"proven_at", channel.proven_at()},
                        {"reason", Printable(channel.reason())}});
  return {{"verdict", Printable(report.verdict())},
          {"reason", Printable(report.reason())},
          {"message", Printable(report.message())},
          {"image", Printable(report.image())},
          {"mode", Printable(report.mode())},
          {"agent_version", Printable(report.agent_version())},
          {"kernel_release", Printable(report.kernel_release())},
          {"objects", report.objects()},
          {"unverifiable", report.unverifiable_count()},
          {"channels", std::move(channels)}};
}

}  // namespace

std::string RenderResultText(const AttestationResult& result) {
  std::string text = result.sentence + "\n";
  for (const Claim& claim : result.claims) {
    std::string status(StatusName(claim.status));
    status.resize(8, ' ');
    std::string name = claim.name;
    name.resize(std::max<size_t>(name.size(), 17), ' ');
    text += "  " + status + name + " " + Printable(claim.text) + "\n";
  }
  for (const DriftRecord& drift : result.drifts) text += "  drift   " + DriftSentence(drift) + "\n";
  return text;
}

std::string RenderResultJson(const AttestationResult& result) {
  Json json = {{"verdict", VerdictName(result.verdict)},
               {"appraisal", AppraisalName(result.appraisal)},
               {"sentence", Printable(result.sentence)},
               {"claims", Json::array()},
               {"drifts", Json::array()}};
  for (const Claim& claim : result.claims)
    json["claims"].push_back({{"name", claim.name},
                              {"status", StatusName(claim.status)},
                              {"text", Printable(claim.text)}});
  for (const DriftRecord& drift : result.drifts) json["drifts"].push_back(DriftJson(drift));
  if (result.report) json["report"] = ReportJson(*result.report);
  return json.dump(2) + "\n";
}

}  // namespace assay
