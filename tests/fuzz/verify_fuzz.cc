// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "attest/evidence_form.h"
#include "attest/render_result.h"
#include "attest/verify.h"
#include "tests/attest/evidence_builder.h"

// A quote over the fuzzer's own ledger and report, signed by a good key, so that the input reaches
// the steps behind the signature; and the input as evidence by itself.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static assay::EvidenceBuilder* const node = [] {
    auto* made = new assay::EvidenceBuilder;
    made->Begin();
    return made;
  }();
  std::string bytes(reinterpret_cast<const char*>(data), size);
  auto alone =
      assay::Verify(bytes, node->nonce, node->enrolment, node->reference, node->policy, {});
  if (alone.verdict != assay::Verdict::kUnknown) std::abort();  // nobody signed it
  auto evidence = assay::ReadEvidence(bytes);
  if (!evidence) return 0;
  assay::EvidenceBuilder signer = *node;
  signer.ledger.assign(evidence->ledger().begin(), evidence->ledger().end());
  signer.firmware_log = evidence->firmware_log();
  if (auto report = assay::ReadReport(evidence->report())) signer.report = *report;
  auto result = signer.Appraise();
  (void)assay::RenderResultText(result);
  (void)assay::RenderResultJson(result);
  return 0;
}
