// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "attest/tpms.h"
#include "attest/verify_key.h"
#include "attest/verify_step.h"

namespace assay {

/// A quote whose signature, magic and type were checked: there is no other way to have one.
/// Views point into the attest bytes of the evidence.
class VerifiedQuote {
 public:
  /// Steps 6, 7 and 8.
  static Checked<VerifiedQuote> Check(const QuotingKey& key, std::string_view attest,
                                      std::string_view signature);
  const QuoteStatement& operator*() const { return statement_; }
  const QuoteStatement* operator->() const { return &statement_; }

 private:
  explicit VerifiedQuote(QuoteStatement statement) : statement_(std::move(statement)) {}
  QuoteStatement statement_;
};

/// Values of PCRs that a verified quote vouches for. Which registers they are comes from the signed
/// selection, never from what the evidence calls them.
class VerifiedPcrs {
 public:
  /// Step 11 is CheckSelection(); this is step 12: the values presented, in the order of the signed
  /// selection, hash to the quote's pcrDigest.
  static Checked<VerifiedPcrs> Check(const VerifiedQuote& quote, const Evidence& evidence);
  const std::map<uint8_t, Digest>& values() const { return values_; }

 private:
  explicit VerifiedPcrs(std::map<uint8_t, Digest> values) : values_(std::move(values)) {}
  std::map<uint8_t, Digest> values_;
};

/// Step 11: the signed selection is exactly the wanted one, of the SHA-256 bank alone.
Checked<void> CheckSelection(const VerifiedQuote& quote, const std::vector<uint8_t>& wanted);

/// Step 13, and that the policy itself makes sense: ascending, no register that software can reset
/// (16, 23) or that only a dynamic launch gives meaning (17-22), the ledger's among them.
Checked<void> CheckPolicy(const AppraisalPolicy& policy);

}  // namespace assay
