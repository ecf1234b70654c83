// SPDX-License-Identifier: Apache-2.0
#include "checks/harden/harden.h"

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "agent/cli/command.h"
#include "base/clock.h"
#include "base/printable.h"
#include "checks/rules/rule_loader.h"

namespace assay {

namespace {

using Outcome = Hardened::Outcome;

struct HardenOptions {
  std::string root = "/", format = "text", out;
  PolicySource source{BenchmarkDirectory(kDefaultBenchmark), kDefaultProfile, "", ""};
  bool dry_run = false, force = false;
};

const char* NameOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kFixed:
      return "fixed";
    case Outcome::kPlanned:
      return "planned";
    case Outcome::kByHand:
      return "by-hand";
    case Outcome::kStill:
      return "still-fails";
    case Outcome::kError:
      return "error";
  }
  return "error";
}

std::string Listed(const std::map<std::string, std::set<std::string>>& packages) {
  std::string text;
  for (const auto& [name, rules] : packages) text += " " + name;
  return text;
}

std::string Section(const HardenReport& report, Outcome outcome, const std::string& title) {
  if (report.count(outcome) == 0) return "";
  std::string text = "\n" + title + " (" + std::to_string(report.count(outcome)) + ")\n";
  for (const Hardened& one : report.rules)
    if (one.outcome == outcome)
      text += "  " + one.rule + (one.reason.empty() ? "" : ": " + Printable(one.reason)) + "\n";
  return text;
}

std::string Changed(const HardenReport& report) {
  std::string text = "Changed (" + std::to_string(report.plan.changes().size()) + ")\n";
  for (const auto& [path, change] : report.plan.changes())
    text += "  " + Printable(path) + "  for " + std::to_string(change.rules.size()) +
            (change.rules.size() == 1 ? " rule\n" : " rules\n");
  return text;
}

std::string Packages(const HardenReport& report) {
  std::string text;
  if (!report.plan.install().empty())
    text += "\nTo install, with the package manager:" + Listed(report.plan.install()) + "\n";
  if (!report.plan.purge().empty())
    text += "\nTo remove, with the package manager:" + Listed(report.plan.purge()) + "\n";
  return text;
}

std::string TextOf(const HardenReport& report, const HardenOptions& options) {
  std::string text = options.dry_run ? Diff(report.plan) : Changed(report);
  text += Section(report, Outcome::kStill, "Changed, and still failing");
  text += Section(report, Outcome::kError, "Could not be read or changed");
  text += Section(report, Outcome::kByHand, "Left to a person");
  text += Packages(report);
  size_t done = report.count(Outcome::kFixed) + report.count(Outcome::kPlanned);
  text += "\n" + std::to_string(report.failed) + " rules failed, " + std::to_string(done) +
          (options.dry_run ? " would be fixed" : " fixed") + ", " +
          std::to_string(report.count(Outcome::kByHand)) + " left to a person\n";
  if (!options.dry_run && options.root == "/" && !report.plan.empty())
    text += "What runs now follows at the next boot.\n";
  return text;
}

nlohmann::json NamesOf(const std::map<std::string, std::set<std::string>>& packages) {
  nlohmann::json names = nlohmann::json::array();
  for (const auto& [name, rules] : packages) names.push_back(name);
  return names;
}

std::string JsonOf(const HardenReport& report, const HardenOptions& options) {
  nlohmann::json changes = nlohmann::json::array(), rules = nlohmann::json::array();
  for (const auto& [path, change] : report.plan.changes())
    changes.push_back({{"path", Printable(path)}, {"rules", change.rules}});
  for (const Hardened& one : report.rules)
    rules.push_back(
        {{"id", one.rule}, {"outcome", NameOf(one.outcome)}, {"reason", Printable(one.reason)}});
  nlohmann::json all = {{"profile", options.source.profile},
                        {"root", options.root},
                        {"dry_run", options.dry_run},
                        {"changes", changes},
                        {"rules", rules},
                        {"install", NamesOf(report.plan.install())},
                        {"remove", NamesOf(report.plan.purge())}};
  return all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

// A change on a sealed node is drift, and would get it replaced.
Expected<void> RefuseSealedNode(const HardenOptions& options) {
  if (options.root != "/" || options.dry_run || options.force) return {};
  if (!std::filesystem::exists(std::string(kDefaultBaseline) + "/statement.dsse.json")) return {};
  return Fail(ErrorCode::kPermission,
              "this machine is sealed: whatever is changed here is drift from its golden image",
              "harden the image and roll it out, or use --force and seal again");
}

Expected<int> RunHarden(const HardenOptions& options) {
  TRY(RefuseSealedNode(options));
  Policy policy = TRY(LoadPolicy(options.source));
  Host host = TRY(Host::Open(options.root, false));
  HardenReport report =
      TRY(Harden(policy, host, Rfc3339(WallSeconds()).substr(0, 10), options.dry_run));
  std::string text = options.format == "json" ? JsonOf(report, options) : TextOf(report, options);
  TRY(Print(text, options.out));
  if (options.dry_run) return report.plan.empty() ? 0 : 1;
  return report.count(Outcome::kStill) + report.count(Outcome::kError) > 0 ? 1 : 0;
}

}  // namespace

void AddHarden(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("harden", "Change an image's configuration until it meets a CIS profile");
  auto options = std::make_shared<HardenOptions>();
  command->add_option("--root", options->root, "Root of the image; / is this machine")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  AddPolicyOptions(*command, options->source);
  command->add_option("--image", options->source.image, "NAME[:VERSION], for waivers by image");
  command->add_flag("--dry-run", options->dry_run, "Show the changes as a diff, write nothing");
  command->add_flag("--force", options->force, "Also on a machine that is sealed");
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->add_option("-o,--output", options->out, "File to write; default: standard output");
  command->callback([options, &exit_code] { exit_code = Finish("harden", RunHarden(*options)); });
  command->footer(
      "Files of its own (zz-assay.conf and the like) come before edits of others. It installs and\n"
      "removes no packages: it names them. Waived rules are let be. Running it again changes "
      "nothing.\n"
      "Exit status: 0 each change did what it was made for (the gate is `assay check`), 1 one did\n"
      "not; with --dry-run 0 there is nothing to change, 1 there is.\n\n"
      "Examples: assay harden --root /mnt/image --dry-run\n"
      "          assay harden --root /mnt/image --profile kubernetes-node\n"
      "          assay harden --root /mnt/image && assay check --root /mnt/image");
}

}  // namespace assay
