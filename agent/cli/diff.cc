// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <nlohmann/json.hpp>

#include "agent/assessment.h"
#include "agent/cli/command.h"
#include "agent/relook.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/printable.h"
#include "base/verdict.h"
#include "checks/baseline/baseline.h"
#include "checks/rules/engine.h"

namespace assay {

namespace {

struct DiffOptions {
  std::string root = "/", baseline = kDefaultBaseline, trust = kDefaultTrust, format = "text", out;
};

// No event, no history: a one-shot comparison is golden or drifted by what is there now.
Verdict VerdictOf(const Comparison& comparison) {
  if (!comparison.findings.empty()) return Verdict::kDrifted;
  return comparison.unverifiable.empty() ? Verdict::kGolden : Verdict::kUnknown;
}

std::string Text(const Comparison& comparison, const VerifiedBaseline& baseline) {
  std::string text;
  for (const Finding& finding : comparison.findings) text += Describe(finding) + "\n";
  for (const Unverifiable& item : comparison.unverifiable)
    text += "unverifiable: '" + Printable(item.subject) + "': " + Printable(item.reason) + "\n";
  return text + std::string(VerdictName(VerdictOf(comparison))) + ": " +
         std::to_string(comparison.findings.size()) + " deviations, " +
         std::to_string(comparison.unverifiable.size()) + " unverifiable, " +
         std::to_string(baseline.object_count()) + " objects of '" + Printable(baseline.image()) +
         "'\n";
}

std::string Json(const Comparison& comparison, const VerifiedBaseline& baseline) {
  nlohmann::ordered_json json;
  json["verdict"] = VerdictName(VerdictOf(comparison));
  json["image"] = Printable(baseline.image());
  json["baseline"] = "sha256:" + Hex(baseline.digest());
  json["findings"] = nlohmann::json::array();
  for (const Finding& finding : comparison.findings)
    json["findings"].push_back({{"kind", KindName(finding.kind)},
                                {"change", ChangeName(finding.change)},
                                {"subject", Printable(finding.subject)},
                                {"property", Printable(finding.property)},
                                {"expected", Printable(finding.expected)},
                                {"actual", Printable(finding.actual)}});
  json["unverifiable"] = nlohmann::json::array();
  for (const Unverifiable& item : comparison.unverifiable)
    json["unverifiable"].push_back(
        {{"subject", Printable(item.subject)}, {"reason", Printable(item.reason)}});
  return json.dump(2) + "\n";
}

Expected<int> RunDiff(const DiffOptions& options) {
  std::string trust = TRY(ReadFile(options.trust, 64 << 10));
  VerifiedBaseline baseline = TRY(VerifiedBaseline::Open(options.baseline, trust));
  Host host = TRY(Host::Open(options.root, options.root == "/"));
  ProgressLine line("comparing");
  Comparison all = TRY(CompareAll(
      baseline, host, [&line](uint64_t done, std::string_view at) { line.Show(done, at); }));
  const Policy& policy = baseline.policy();
  std::string today = Rfc3339(WallSeconds()).substr(0, 10);
  for (int i = 0; i < policy.rules_size(); i++) {
    RuleOutcome outcome = JudgeRule(policy, policy.rules(i), host);
    ApplyWaiver(policy, today, outcome);
    Append(all, CompareRule(policy, size_t(i), outcome));
  }
  TRY(Print(options.format == "text" ? Text(all, baseline) : Json(all, baseline), options.out));
  return ExitCode(VerdictOf(all));
}

}  // namespace

void AddDiff(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<DiffOptions>();
  CLI::App* command = app.add_subcommand("diff", "Compare a machine or an image with its baseline");
  command->add_option("--baseline", options->baseline, "Directory of the baseline")
      ->capture_default_str();
  command->add_option("--trust", options->trust, "Public keys that may sign it (PEM)")
      ->capture_default_str();
  command->add_option("--root", options->root, "Root of the image; / is this machine, live")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->add_option("-o,--output", options->out, "File to write; default: standard output");
  command->footer(
      "Exit status: 0 golden, 1 drifted, 2 something could not be compared.\n\n"
      "Example: assay diff --baseline golden --trust trust.pem --root /mnt/image");
  command->callback([options, &exit_code] { exit_code = Finish("diff", RunDiff(*options)); });
}

}  // namespace assay
