// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "attest/verify_quote.h"
#include "attest/verify_step.h"

namespace assay {

/// The part of the evidence beside the quote (ledger, report, firmware log) that the quote's
/// qualifying data was found to name: the attester signed *this* payload for *this* nonce and node
/// (step 9). Constructed only by that check.
///
/// A payload that does not fit is kUntrusted, not kTampered: whoever carries the evidence can alter
/// it, so it says nothing about the node. Where it fits the nonce of the last appraisal instead, it
/// is an old quote: kStale. What fits and yet contradicts the PCR is the node's own lie: kTampered.
class BoundPayload {
 public:
  static Checked<BoundPayload> Check(const VerifiedQuote& quote, const Evidence& evidence,
                                     const std::optional<VerifierState>& last);

  uint64_t length() const { return length_; }                  ///< records the attester vouches for
  const std::vector<Digest>& heads() const { return heads_; }  ///< [n] = chain over n records
  const std::vector<Digest>& digests() const { return digests_; }

 private:
  BoundPayload() = default;
  uint64_t length_ = 0;
  std::vector<Digest> heads_, digests_;
};

/// The history that the quoted ledger PCR vouches for (step 17). Constructed only by the check.
class VerifiedLedger {
 public:
  /// In order: the history extends the one seen last in this epoch, else kTampered; it begins with
  /// an OpenRecord of the quote's reset and restart count, else kNoProof; it replays to the quoted
  /// PCR at a prefix no shorter than the one the attester vouches for, else kTampered; its sequence
  /// numbers are 0, 1, 2, ..., else kTampered. Records beyond the prefix are counted and not read.
  static Checked<VerifiedLedger> Check(const BoundPayload& payload, const Evidence& evidence,
                                       const VerifiedQuote& quote, const Digest& quoted_pcr,
                                       const std::optional<VerifierState>& last);

  uint64_t length() const { return records_.size(); }
  const Digest& head() const { return head_; }
  uint64_t unquoted() const { return unquoted_; }  ///< records beyond the prefix
  const std::vector<LedgerRecord>& records() const { return records_; }
  const OpenRecord& open() const { return records_.front().open(); }
  const Digest& pcr_before() const { return pcr_before_; }

 private:
  VerifiedLedger() = default;
  std::vector<LedgerRecord> records_;
  Digest head_{}, pcr_before_{};
  uint64_t unquoted_ = 0;
};

/// Step 18: the TPM's clock and counters against those seen last. A decrease with a fresh nonce is
/// a TPM that was rolled back (a restored snapshot): kTampered. A caller must appraise the evidence
/// of one node in the order in which it asked for it.
Checked<void> CheckClock(const VerifiedQuote& quote, const std::optional<VerifierState>& last);

}  // namespace assay
