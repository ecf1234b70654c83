// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "agent/cli/command.h"
#include "agent/control_client.h"
#include "base/digest.h"

namespace assay {

namespace {

struct EvidenceOptions {
  std::string socket = kDefaultSocket, nonce, out;
};

Expected<int> RunEvidence(const EvidenceOptions& options) {
  ControlRequest request;
  request.mutable_evidence()->set_nonce(TRY(FromHex(options.nonce)));
  ControlReply reply = TRY(AskDaemon(options.socket, request));
  TRY(Print(reply.evidence().SerializeAsString(), options.out));
  return 0;
}

Expected<int> RunEnroll(const EvidenceOptions& options) {
  ControlRequest request;
  request.mutable_enrol();
  ControlReply reply = TRY(AskDaemon(options.socket, request));
  TRY(Print(reply.enrolment().SerializeAsString(), options.out));
  fprintf(stderr, "node %s, key taken on trust (no credential activation)\n",
          reply.enrolment().node_id().c_str());
  return 0;
}

}  // namespace

void AddEvidence(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<EvidenceOptions>();
  CLI::App* command =
      app.add_subcommand("evidence", "Pull evidence, quoted by the TPM for a nonce");
  command->add_option("--nonce", options->nonce, "The asker's nonce, 16 to 64 bytes in hexadecimal")
      ->required();
  command->add_option("--socket", options->socket, "Socket of assayd")->capture_default_str();
  command->add_option("-o,--output", options->out, "File to write; default: standard output");
  command->footer("Example: assay evidence --nonce $(openssl rand -hex 32) -o node.evidence");
  command->callback(
      [options, &exit_code] { exit_code = Finish("evidence", RunEvidence(*options)); });
}

void AddEnroll(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<EvidenceOptions>();
  CLI::App* command =
      app.add_subcommand("enroll", "Fetch this node's attestation key for a verifier");
  command->add_option("--socket", options->socket, "Socket of assayd")->capture_default_str();
  command->add_option("-o,--output", options->out, "File to write; default: standard output");
  command->footer(
      "The key is taken from the node's own word (trust on first use): enrol at image\n"
      "build or over a channel you trust.\n\nExample: assay enroll -o node.enrolment");
  command->callback([options, &exit_code] { exit_code = Finish("enroll", RunEnroll(*options)); });
}

}  // namespace assay
