// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <memory>

#include "agent/cli/command.h"
#include "base/digest.h"
#include "base/host.h"
#include "checks/baseline/baseline.h"
#include "checks/rules/policy.pb.h"
#include "checks/rules/rule_loader.h"

namespace assay {

namespace {

struct SealCommand {
  std::string root = "/";
  PolicySource source{BenchmarkDirectory(kDefaultBenchmark), kDefaultProfile, "", ""};
  SealOptions seal;
};

Expected<int> RunSeal(SealCommand& command) {
  command.source.image = command.seal.image_name;
  Policy policy = TRY(LoadPolicy(command.source));
  Host host = TRY(Host::Open(command.root, command.root == "/"));
  ProgressLine line("sealing");
  command.seal.progress = [&line](uint64_t done, std::string_view at) { line.Show(done, at); };
  SealSummary summary = TRY(Seal(host, std::move(policy), command.seal));
  TRY(Print("sealed " + std::to_string(summary.objects) + " objects, " +
            std::to_string(summary.packages) + " packages, " + std::to_string(summary.sysctls) +
            " sysctls and " + std::to_string(summary.rules) + " rules into " + command.seal.out +
            "\nbaseline sha256:" + Hex(summary.digest) + "\n"));
  return 0;
}

}  // namespace

void AddSeal(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<SealCommand>();
  CLI::App* command = app.add_subcommand("seal", "Capture and sign the golden baseline");
  command->add_option("--root", options->root, "Root of the image; / is this machine, live")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  AddPolicyOptions(*command, options->source);
  command->add_option("--image", options->seal.image_name, "Subject, NAME or NAME:VERSION")
      ->required();
  command->add_option("--key", options->seal.key, "Signing key: PEM file or provider URI")
      ->required();
  command->add_option("--out", options->seal.out, "Directory of the baseline")->required();
  command
      ->add_option("--scope-file", options->seal.scope_file,
                   "What is golden, latched or ignored; default: as shipped, scope.yaml")
      ->check(CLI::ExistingFile);
  command->add_option("--scope", options->seal.scope, "Seal only these trees (repeatable)");
  command->add_option("--exclude", options->seal.exclude, "Leave these trees out (repeatable)");
  command->footer(
      "A key: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem\n"
      "       openssl pkey -in key.pem -pubout -out trust.pem\n\n"
      "Example: assay seal --root /mnt/image --image web:42 --key key.pem --out golden");
  command->callback([options, &exit_code] { exit_code = Finish("seal", RunSeal(*options)); });
}

}  // namespace assay
