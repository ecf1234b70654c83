// SPDX-License-Identifier: Apache-2.0
// assay: the command line.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "agent/cli/command.h"
#include "base/verdict.h"

namespace {

const char kFooter[] =
    "Exit status of commands that judge: 0 golden (or passed), 1 drifted (or failed), 2 unknown;\n"
    "64 and up for misuse and failure.\n\n"
    "Examples:\n"
    "  assay check                                  how this machine stands\n"
    "  assay check --root /mnt/image --format json  how an image stands\n"
    "  assay seal --root /mnt/image --image web:42 --key key.pem --out "
    "/mnt/image/usr/share/assay/golden\n"
    "  assay status                                 what assayd says of this node\n"
    "  assay evidence --nonce $(openssl rand -hex 32) -o node.evidence\n";

}  // namespace

int main(int argc, char** argv) {
  int exit_code = 0;
  CLI::App app{"Tells whether a machine still is its golden image, and proves it.", "assay"};
  app.set_version_flag("--version", ASSAY_VERSION);
  app.require_subcommand(1);
  app.footer(kFooter);
  try {
    assay::AddCheck(app, exit_code);
    assay::AddHarden(app, exit_code);
    assay::AddSeal(app, exit_code);
    assay::AddDiff(app, exit_code);
    assay::AddHygiene(app, exit_code);
    assay::AddExplain(app, exit_code);
    assay::AddStatus(app, exit_code);
    assay::AddEvidence(app, exit_code);
    assay::AddEnroll(app, exit_code);
    assay::AddVerify(app, exit_code);
    assay::AddEventlog(app, exit_code);
    app.parse(argc, argv);
    return exit_code;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) ? assay::kExitUsage : 0;
  } catch (const std::exception& exception) {
    fprintf(stderr, "assay: %s\n", exception.what());
    return assay::kExitSoftware;
  }
}
