// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "attest/evidence.pb.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/verdict.h"

namespace assay {

/// Why an appraisal ended as it did; the word that people and scripts see.
enum class Appraisal {
  kMatch,      ///< golden: proven match
  kDrift,      ///< drifted: the ledger holds drift
  kTampered,   ///< drifted: authentic quote contradicts the history that was presented
  kStale,      ///< unknown: an old quote, or the wrong nonce
  kUntrusted,  ///< unknown: not made by the enrolled key, or not a quote at all
  kNoProof,    ///< unknown: authentic, but it proves neither (never matched, probes unproven, ...)
};
std::string_view AppraisalName(Appraisal appraisal);  ///< "match", "drift", "tampered", ...

/// One step of the checklist (attest/README.md) and how it went.
struct Claim {
  std::string name;  ///< "nonce", "ak-attributes", "signature", "pcr-selection", "ledger", ...
  enum class Status { kOk, kFailed, kUnknown } status = Status::kUnknown;
  std::string text;  ///< one sentence
};

/// What a node is held against: from the verified baseline, by the caller.
struct ReferenceValues {
  Digest baseline_digest{};
  std::string image;
  /// SHA-256 bank reference values of measured boot, per PCR the accepted ones (several boot
  /// generations). Empty: the boot claim is unknown, which by itself does not spoil a match.
  std::map<uint8_t, std::vector<Digest>> boot_pcrs;
};

struct AppraisalPolicy {
  std::vector<uint8_t> pcrs;    ///< the exact selection that must be quoted
  uint8_t ledger_pcr = 14;
  bool require_boot = false;    ///< without boot reference values nothing is golden
  /// Believe the firmware log about what the ledger's PCR held before the ledger (shim extends
  /// PCR 14). Weaker than a reference value in boot_pcrs: root can write that log (verify_boot.h).
  bool accept_logged_ledger_start = false;
};

struct AttestationResult {
  Verdict verdict = Verdict::kUnknown;
  Appraisal appraisal = Appraisal::kNoProof;
  std::string sentence;            ///< the whole result in one sentence
  std::vector<Claim> claims;       ///< in checklist order; ends at the first that is fatal
  std::vector<DriftRecord> drifts; ///< authentic: the quoted PCR vouches for them
  std::optional<Report> report;    ///< only once the quote vouches for it
  std::optional<VerifierState> state;  ///< to be kept for the next time; only of authentic evidence
};

/// Appraises evidence. A pure function: no file, no TPM, no clock, no network; links neither libbpf
/// nor tpm2-tss (DESIGN law 8). Every byte of `evidence` is untrusted.
///
/// `nonce` is the one the caller drew for this request. `last` is the state of the last appraisal
/// of this node, if there was one. Fails closed: whatever is not proven is not golden.
AttestationResult Verify(std::string_view evidence, std::string_view nonce,
                         const Enrolment& enrolment, const ReferenceValues& reference,
                         const AppraisalPolicy& policy, const std::optional<VerifierState>& last);

}  // namespace assay
