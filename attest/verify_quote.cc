// SPDX-License-Identifier: Apache-2.0
#include "attest/verify_quote.h"

#include <algorithm>

namespace assay {

namespace {

constexpr uint8_t kFirstResettable = 16, kFirstOsPcr = 8;
constexpr size_t kSelectBytes = 3;  // 24 PCRs (PC Client Platform TPM Profile, 4.6)

std::string List(const std::vector<uint8_t>& pcrs) {
  std::string text;
  for (uint8_t pcr : pcrs) text += (text.empty() ? "" : ",") + std::to_string(pcr);
  return text.empty() ? "none" : text;
}

}  // namespace

Checked<VerifiedQuote> VerifiedQuote::Check(const QuotingKey& key, std::string_view attest,
                                            std::string_view signature) {
  if (Expected<void> verified = key.Verify(attest, signature); !verified)
    return Refuse(Appraisal::kUntrusted, verified.error().ToString());
  Expected<QuoteStatement> statement = ParseQuote(attest);
  if (!statement) return Refuse(Appraisal::kUntrusted, "signed, but no quote", statement.error());
  return VerifiedQuote(std::move(*statement));
}

Checked<VerifiedPcrs> VerifiedPcrs::Check(const VerifiedQuote& quote, const Evidence& evidence) {
  if (quote->selections.size() != 1 || quote->selections[0].bank != kAlgSha256)
    return Refuse(Appraisal::kNoProof, "the quote is not of the SHA-256 bank alone");
  std::vector<uint8_t> selected = quote->selections[0].Pcrs();
  if (size_t(evidence.pcrs_size()) != selected.size())
    return Refuse(Appraisal::kUntrusted, std::to_string(evidence.pcrs_size()) +
                                             " PCR values presented for " +
                                             std::to_string(selected.size()) + " quoted");
  std::map<uint8_t, Digest> values;
  Sha256 hash;
  for (size_t i = 0; i < selected.size(); i++) {
    const PcrValue& presented = evidence.pcrs(int(i));
    Expected<Digest> value = DigestFrom(presented.value());
    if (presented.index() != selected[i] || !value)
      return Refuse(Appraisal::kUntrusted, "the value presented as PCR " +
                                               std::to_string(presented.index()) +
                                               " is not the one quoted there");
    hash.Update(AsBytes(*value));
    values.emplace(selected[i], *value);
  }
  if (AsBytes(hash.Final()) != quote->pcr_digest)
    return Refuse(Appraisal::kUntrusted, "the PCR values presented are not those that were quoted");
  return VerifiedPcrs(std::move(values));
}

Checked<void> CheckSelection(const VerifiedQuote& quote, const std::vector<uint8_t>& wanted) {
  if (quote->selections.size() != 1)
    return Refuse(Appraisal::kNoProof, "the quote has " + std::to_string(quote->selections.size()) +
                                           " PCR selections, not one");
  const QuotedSelection& selection = quote->selections[0];
  if (selection.bank != kAlgSha256)
    return Refuse(Appraisal::kNoProof,
                  "the quote is of bank " + AlgorithmName(selection.bank) + ", not sha256");
  if (selection.bitmap.size() != kSelectBytes || selection.Pcrs() != wanted)
    return Refuse(Appraisal::kNoProof,
                  "quoted are PCRs " + List(selection.Pcrs()) + ", asked for were " + List(wanted));
  return {};
}

Checked<void> CheckPolicy(const AppraisalPolicy& policy) {
  const std::vector<uint8_t>& pcrs = policy.pcrs;
  if (std::ranges::adjacent_find(pcrs, std::greater_equal<>()) != pcrs.end())
    return Refuse(Appraisal::kNoProof, "the policy's PCRs are not in ascending order");
  if (!pcrs.empty() && pcrs.back() >= kFirstResettable)
    return Refuse(Appraisal::kNoProof, "the policy asks for PCR " + std::to_string(pcrs.back()) +
                                           ", which can be reset and carries no trust");
  if (policy.ledger_pcr < kFirstOsPcr || !std::ranges::binary_search(pcrs, policy.ledger_pcr))
    return Refuse(Appraisal::kNoProof, "the policy does not ask for the ledger's PCR " +
                                           std::to_string(policy.ledger_pcr));
  return {};
}

}  // namespace assay
