// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "agent/cli/command.h"
#include "base/clock.h"
#include "base/host.h"
#include "base/verdict.h"
#include "checks/rules/engine.h"
#include "checks/reports/render.h"
#include "checks/rules/rule_loader.h"

namespace assay {

namespace {

struct CheckOptions {
  std::string root = "/", rules = DefaultRules(), profile = kDefaultProfile, format = "text", out;
};

Expected<int> RunCheck(const CheckOptions& options) {
  Policy policy = TRY(LoadPolicy({options.rules, options.profile, "", ""}));
  Host host = TRY(Host::Open(options.root, options.root == "/"));
  ProgressLine line("judging");
  std::string today = Rfc3339(WallSeconds()).substr(0, 10);
  CheckReport report =
      Check(policy, host, today, [&line](size_t done, size_t) { line.Show(done, "rules"); });
  bool text = options.format == "text";
  TRY(Print(text ? RenderText(policy, report, options.out.empty() && ColourWanted())
                 : RenderJson(policy, report, options.root),
            options.out));
  if (report.below_floor) return ExitCode(Verdict::kUnknown);
  return report.count(Result::kFail) ? 1 : 0;
}

}  // namespace

void AddCheck(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = app.add_subcommand("check", "Judge a machine or an image by a CIS profile");
  command->add_option("--root", options->root, "Root of the image; / is this machine, live")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  command->add_option("--rules", options->rules, "Directory of the benchmark")
      ->capture_default_str();
  command->add_option("--profile", options->profile, "Profile of the benchmark")
      ->capture_default_str();
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->add_option("-o,--output", options->out, "File to write; default: standard output");
  command->footer(
      "Exit status: 0 nothing fails, 1 a rule fails, 2 too little could be judged.\n\n"
      "Example: assay check --root /mnt/image --format json -o report.json");
  command->callback([options, &exit_code] { exit_code = Finish("check", RunCheck(*options)); });
}

}  // namespace assay
