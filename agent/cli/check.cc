// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "agent/cli/command.h"
#include "base/clock.h"
#include "base/host.h"
#include "base/verdict.h"
#include "checks/reports/report.h"
#include "checks/rules/rule_loader.h"

namespace assay {

namespace {

struct CheckOptions {
  std::string root = "/", format = "text", out;
  PolicySource source{BenchmarkDirectory(kDefaultBenchmark), kDefaultProfile, "", ""};
  bool list = false;
};

Expected<int> PrintProfiles(const CheckOptions& options) {
  std::string text;
  for (const ProfileName& profile : TRY(ListProfiles(options.source.directory)))
    text += profile.id + std::string(profile.id.size() < 32 ? 32 - profile.id.size() : 1, ' ') +
            profile.title + "\n";
  TRY(Print(text, options.out));
  return 0;
}

// The image's own name: what it will call itself.
std::string NameOf(Host& host, const std::string& image) {
  if (!image.empty()) return image;
  std::string name = host.Read("/etc/hostname", 256).value_or("");
  return name.substr(0, name.find('\n'));
}

Expected<int> RunCheck(const CheckOptions& options) {
  if (options.list) return PrintProfiles(options);
  Policy policy = TRY(LoadPolicy(options.source));
  Host host = TRY(Host::Open(options.root, options.root == "/"));
  std::string now = Rfc3339(WallSeconds());
  ProgressLine line("judging");
  CheckReport report = Check(policy, host, now.substr(0, 10),
                             [&line](size_t done, size_t) { line.Show(done, "rules"); });
  ReportView view{policy, report,       options.root, NameOf(host, options.source.image),
                  now,    ASSAY_VERSION};
  TRY(Print(Render(view, options.format, options.out.empty() && ColourWanted()), options.out));
  if (report.below_floor) return ExitCode(Verdict::kUnknown);
  return report.count(Result::kFail) ? 1 : 0;
}

}  // namespace

namespace {

void AddJudging(CLI::App& command, const std::shared_ptr<CheckOptions>& options, int& exit_code) {
  command.add_option("--root", options->root, "Root of the image; / is this machine, live")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  AddPolicyOptions(command, options->source);
  command.add_option("--image", options->source.image, "NAME[:VERSION], for waivers by image");
  command.add_flag("--list-profiles", options->list, "Name the profiles and end");
  command.add_option("--format", options->format, "text, json, sarif, junit, xccdf or html")
      ->check(CLI::IsMember(
          std::vector<std::string>(std::begin(kReportFormats), std::end(kReportFormats))))
      ->capture_default_str();
  command.add_option("-o,--output", options->out, "File to write; default: standard output");
  std::string name = command.get_name();
  command.callback([options, name, &exit_code] { exit_code = Finish(name, RunCheck(*options)); });
}

}  // namespace

void AddCheck(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("check", "Judge a machine or an image by a CIS profile");
  AddJudging(*command, std::make_shared<CheckOptions>(), exit_code);
  command->footer(
      "Exit status: 0 nothing fails, 1 a rule fails, 2 too little could be judged.\n\n"
      "Examples: assay check\n"
      "          assay check --root /mnt/image --format html -o report.html\n"
      "          assay check --profile web.yaml --waivers waivers.yaml --image web:42");
}

void AddHygiene(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "hygiene",
      "Find leftovers that an image must not carry: keys, secrets, histories, ids, logs");
  auto options = std::make_shared<CheckOptions>();
  options->source = {BenchmarkDirectory(kHygieneBenchmark), kHygieneBenchmark, "", ""};
  AddJudging(*command, options, exit_code);
  command->footer(
      "Run it on the mounted image, after the cleaning and before the snapshot.\n"
      "Exit status: 0 nothing is left, 1 something is, 2 too little could be judged.\n\n"
      "Example: assay hygiene --root /mnt/image --format sarif -o hygiene.sarif");
}

}  // namespace assay
