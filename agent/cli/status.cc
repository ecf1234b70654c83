// SPDX-License-Identifier: Apache-2.0
#include <poll.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "agent/cli/command.h"
#include "agent/control_client.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/printable.h"
#include "base/verdict.h"

namespace assay {

namespace {

struct StatusOptions {
  std::string socket = kDefaultSocket, format = "text";
  unsigned wait = 0;
};

Verdict VerdictNamed(const std::string& name) {
  if (name == VerdictName(Verdict::kGolden)) return Verdict::kGolden;
  if (name == VerdictName(Verdict::kDrifted)) return Verdict::kDrifted;
  return Verdict::kUnknown;
}

std::string Text(const NodeStatus& status) {
  const Report& report = status.report();
  // The first line is the node-problem-detector's message: the verdict's reason and what it is.
  std::string text = Printable(report.verdict()) + ": " + Printable(report.reason()) + ": " +
                     Printable(report.message()) + "\n";
  for (const StatusDrift& drift : status.drifts()) {
    const Deviation& d = drift.deviation();
    text += "  " + Printable(d.kind()) + " " + Printable(d.subject()) + " is " +
            Printable(d.change()) + "\n";
    if (!d.property().empty()) text += "    property  " + Printable(d.property()) + "\n";
    if (!d.expected().empty()) text += "    expected  " + Printable(d.expected()) + "\n";
    if (!d.actual().empty()) text += "    actual    " + Printable(d.actual()) + "\n";
    text += "    by        " + Who(drift.cause()) + "\n";
  }
  for (const std::string& item : status.never_matched())
    text += "  never matched " + Printable(item) + "\n";
  for (const std::string& item : report.unverifiable())
    text += "  unverifiable " + Printable(item) + "\n";
  for (const std::string& item : status.reported())
    text += "  fails, which is no drift: " + Printable(item) + "\n";
  text +=
      "image     " + Printable(report.image()) + " sha256:" + Hex(report.baseline_digest()) + "\n";
  text += "node      " + Printable(status.node_id()) + "\n";
  std::string reason;  // said once where several channels share it
  for (const ChannelReport& channel : report.channels()) {
    text += "channel   " + Printable(channel.channel()) + ": " + Printable(channel.rung()) +
            (channel.proven_at() ? ", proven" : ", unproven");
    if (!channel.reason().empty() && channel.reason() != reason)
      text += " (" + Printable(channel.reason()) + ")";
    reason = channel.reason();
    text += "\n";
  }
  text += "ledger    " + std::to_string(status.ledger_records()) + " records, " +
          std::to_string(status.ledger_committed()) + " in the TPM" +
          (status.ledger_persisted() ? "" : ", not on disk") + "\n";
  text += "tpm       " +
          (status.tpm().empty() ? std::string("in order") : Printable(status.tpm())) + "\n";
  text += "rules     " + std::to_string(status.rules_pass()) + " pass, " +
          std::to_string(status.rules_fail()) + " fail\n";
  text += "events    " + std::to_string(report.doorbells()) + " doorbells, " +
          std::to_string(report.lost()) + " lost, " + std::to_string(status.swept()) +
          " found by sweeps\n";
  return text;
}

nlohmann::ordered_json ProcessJson(const ProcessRecord& process) {
  return {{"pid", process.pid()},
          {"exe", Printable(process.exe())},
          {"command_line", Printable(process.command_line())},
          {"start_time", process.start_time()},
          {"gone", process.gone()}};
}

nlohmann::ordered_json DriftJson(const StatusDrift& drift) {
  const Deviation& d = drift.deviation();
  nlohmann::ordered_json json{{"kind", d.kind()},
                              {"change", d.change()},
                              {"subject", d.subject()},
                              {"property", d.property()},
                              {"expected", d.expected()},
                              {"actual", d.actual()},
                              {"wall_seconds", drift.wall_seconds()},
                              {"boot_nanos", drift.boot_nanos()}};
  if (!drift.cause().has_process()) return json;
  const CauseRecord& cause = drift.cause();
  json["cause"] = ProcessJson(cause.process());
  if (cause.has_uid()) json["cause"]["uid"] = cause.uid();
  if (cause.has_login_uid()) json["cause"]["login_uid"] = cause.login_uid();
  json["cause"]["cgroup"] = cause.cgroup();
  json["cause"]["parents"] = nlohmann::json::array();
  for (const ProcessRecord& parent : cause.parents())
    json["cause"]["parents"].push_back(ProcessJson(parent));
  return json;
}

std::string Json(const NodeStatus& status) {
  const Report& report = status.report();
  nlohmann::ordered_json json;
  json["verdict"] = report.verdict();
  json["reason"] = report.reason();
  json["message"] = report.message();
  json["starting"] = status.starting();
  json["image"] = report.image();
  json["baseline"] = "sha256:" + Hex(report.baseline_digest());
  json["node"] = status.node_id();
  json["mode"] = report.mode();
  json["drift_count"] = status.drift_count();
  json["drifts"] = nlohmann::json::array();
  for (const StatusDrift& drift : status.drifts()) json["drifts"].push_back(DriftJson(drift));
  json["never_matched"] = nlohmann::json::array();
  for (const std::string& item : status.never_matched()) json["never_matched"].push_back(item);
  json["reported"] = nlohmann::json::array();
  for (const std::string& item : status.reported()) json["reported"].push_back(item);
  json["unverifiable"] = nlohmann::json::array();
  for (const std::string& item : report.unverifiable()) json["unverifiable"].push_back(item);
  json["channels"] = nlohmann::json::array();
  for (const ChannelReport& channel : report.channels())
    json["channels"].push_back({{"channel", channel.channel()},
                                {"rung", channel.rung()},
                                {"proven_at", channel.proven_at()},
                                {"reason", channel.reason()}});
  json["ledger"] = {{"records", status.ledger_records()},
                    {"committed", status.ledger_committed()},
                    {"persisted", status.ledger_persisted()}};
  json["tpm"] = status.tpm();
  json["rules"] = {{"pass", status.rules_pass()}, {"fail", status.rules_fail()}};
  json["events"] = {{"doorbells", report.doorbells()},
                    {"lost", report.lost()},
                    {"swept", status.swept()},
                    {"scans", status.scans()}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

// Polls: the socket may not be there yet while the service starts.
Expected<NodeStatus> Ask(const StatusOptions& options) {
  ControlRequest request;
  request.mutable_status();
  BootNanos until = BootNow() + options.wait * BootNanos(1'000'000'000);
  for (;;) {
    Expected<ControlReply> reply = AskDaemon(options.socket, request);
    bool settled = reply && reply->has_status() && !reply->status().starting();
    if (settled || BootNow() >= until) {
      if (!reply) return std::unexpected(reply.error());
      return reply->status();
    }
    poll(nullptr, 0, 100);
  }
}

Expected<int> RunStatus(const StatusOptions& options) {
  NodeStatus status = TRY(Ask(options));
  TRY(Print(options.format == "text" ? Text(status) : Json(status)));
  return ExitCode(VerdictNamed(status.report().verdict()));
}

}  // namespace

void AddStatus(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<StatusOptions>();
  CLI::App* command = app.add_subcommand("status", "Ask assayd; the exit status is the verdict");
  command->add_option("--socket", options->socket, "Socket of assayd")->capture_default_str();
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->add_option("--wait", options->wait,
                      "Seconds to wait for assayd and its first full comparison");
  command->footer(
      "Exit status: 0 golden, 1 drifted, 2 unknown (also when assayd cannot be asked).\n\n"
      "Example: assay status --wait 60\n"
      "As a custom plugin of the node-problem-detector: \"path\": \"/usr/bin/assay\", "
      "\"args\": [\"status\"]");
  command->callback([options, &exit_code] {
    Expected<int> outcome = RunStatus(*options);
    // Silence is never golden, and it is not misuse either: whoever reads exit codes needs
    // "unknown".
    if (!outcome) Complain("status", outcome.error());
    exit_code = outcome ? *outcome : ExitCode(Verdict::kUnknown);
  });
}

}  // namespace assay
