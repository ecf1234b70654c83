// SPDX-License-Identifier: Apache-2.0
#include "attest/verify.h"

#include <memory>

#include "agent/cli/command.h"
#include "attest/render_result.h"
#include "base/digest.h"
#include "base/file.h"
#include "checks/baseline/baseline.h"
#include "checks/baseline/baseline.pb.h"

namespace assay {

namespace {

struct VerifyOptions {
  std::string evidence, nonce, baseline = kDefaultBaseline, trust = kDefaultTrust, ak, state;
  std::string format = "text";
  bool require_boot = false;
};

constexpr size_t kEvidenceLimit = 64 << 20;

template <typename Message>
Expected<Message> ReadMessage(const std::string& path, size_t limit) {
  Message message;
  if (!message.ParseFromString(TRY(ReadFile(path, limit))))
    return Fail(ErrorCode::kInvalid, "'" + path + "' cannot be read as what it should be");
  return message;
}

std::string StatePath(const VerifyOptions& options, const Enrolment& enrolment) {
  return options.state + "/" + Hex(Sha256Of(enrolment.node_id())) + ".state";
}

Expected<std::optional<VerifierState>> LastState(const VerifyOptions& options,
                                                 const Enrolment& enrolment) {
  if (options.state.empty()) return std::nullopt;
  auto state = ReadMessage<VerifierState>(StatePath(options, enrolment), 1 << 16);
  if (state) return std::optional(std::move(*state));
  if (state.error().code == ErrorCode::kNotFound) return std::nullopt;
  return std::unexpected(state.error());
}

ReferenceValues ReferenceOf(const VerifiedBaseline& baseline) {
  ReferenceValues reference;
  reference.baseline_digest = baseline.digest();
  reference.image = baseline.image();
  for (const BootGeneration& generation : baseline.boot().generations())
    for (const BootPcr& pcr : generation.pcrs())
      if (Expected<Digest> value = DigestFrom(pcr.sha256()))
        reference.boot_pcrs[uint8_t(pcr.index())].push_back(*value);
  return reference;
}

Expected<int> RunVerify(const VerifyOptions& options) {
  std::string evidence = TRY(ReadFile(options.evidence, kEvidenceLimit));
  std::string nonce = TRY(FromHex(options.nonce));
  std::string trust = TRY(ReadFile(options.trust, 64 << 10));
  VerifiedBaseline baseline = TRY(VerifiedBaseline::Open(options.baseline, trust));
  auto enrolment = TRY(ReadMessage<Enrolment>(options.ak, 1 << 16));
  std::optional<VerifierState> last = TRY(LastState(options, enrolment));
  AppraisalPolicy policy;
  policy.pcrs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14};
  policy.require_boot = options.require_boot;
  AttestationResult result =
      Verify(evidence, nonce, enrolment, ReferenceOf(baseline), policy, last);
  if (result.state && !options.state.empty())
    TRY(WriteFileAtomically(StatePath(options, enrolment), result.state->SerializeAsString(),
                            0600));
  TRY(Print(options.format == "text" ? RenderResultText(result) : RenderResultJson(result)));
  return ExitCode(result.verdict);
}

}  // namespace

void AddVerify(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<VerifyOptions>();
  CLI::App* command =
      app.add_subcommand("verify", "Appraise evidence; needs no TPM and trusts no node");
  command->add_option("evidence", options->evidence, "File made by 'assay evidence'")->required();
  command->add_option("--nonce", options->nonce, "The nonce that was drawn for it, hexadecimal")
      ->required();
  command->add_option("--baseline", options->baseline, "Directory of the baseline")
      ->capture_default_str();
  command->add_option("--trust", options->trust, "Public keys that may sign it (PEM)")
      ->capture_default_str();
  command->add_option("--ak", options->ak, "The node's enrolment, made by 'assay enroll'")
      ->required();
  command
      ->add_option("--state", options->state,
                   "Directory where history is kept, so that it cannot be rolled back")
      ->check(CLI::ExistingDirectory);
  command->add_flag("--require-boot", options->require_boot,
                    "Nothing is golden without reference values of measured boot");
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->footer(
      "Exit status: 0 golden; 1 drifted, or tampered; 2 unknown: stale, untrusted, no proof.\n\n"
      "Example: assay verify node.evidence --nonce $NONCE --baseline golden "
      "--trust trust.pem --ak node.enrolment --state ./history");
  command->callback([options, &exit_code] { exit_code = Finish("verify", RunVerify(*options)); });
}

}  // namespace assay
