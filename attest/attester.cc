// SPDX-License-Identifier: Apache-2.0
#include "attest/attester.h"

#include <algorithm>

#include "attest/evidence_form.h"
#include "attest/ledger_chain.h"
#include "attest/tpms.h"
#include "attest/verify_key.h"

namespace assay {

namespace {

// Somebody else may extend the ledger's PCR between our look at it and the quote; hardly thrice.
constexpr int kAttempts = 3;

PcrSelection QuotedWith(uint8_t ledger_pcr) {
  PcrSelection selection = kQuotedPcrs;
  auto place = std::ranges::lower_bound(selection, ledger_pcr);
  if (place == selection.end() || *place != ledger_pcr) selection.insert(place, ledger_pcr);
  return selection;
}

// What a verifier would refuse for a reason that lies with us is not given away.
Expected<void> CheckOwnQuote(const AttestationKey& key, const TpmQuote& quote,
                             const Digest& asked) {
  QuotingKey verifier = TRY(QuotingKey::FromPublic(key.ak_public));
  TRY(verifier.Verify(quote.attest, quote.signature));
  QuoteStatement statement = TRY(ParseQuote(quote.attest));
  if (statement.qualifying_data != AsBytes(asked))
    return Fail(ErrorCode::kInternal, "the TPM quoted other data than it was asked to");
  return {};
}

Expected<void> CheckRequest(std::string_view nonce, const std::string& node_id,
                            const std::string& firmware_log) {
  if (nonce.size() < kMinNonce || nonce.size() > kMaxNonce)
    return Fail(ErrorCode::kInvalid, "a nonce has " + std::to_string(kMinNonce) + " to " +
                                         std::to_string(kMaxNonce) + " bytes, not " +
                                         std::to_string(nonce.size()));
  if (node_id.empty() || node_id.size() > kMaxNodeId)
    return Fail(ErrorCode::kInvalid, "a node id has 1 to 256 bytes");
  if (firmware_log.size() > kFirmwareLogLimit)
    return Fail(ErrorCode::kInvalid, "the firmware log is larger than 1 MiB");
  return {};
}

Expected<void> CommitAll(Ledger& ledger) {
  TRY(ledger.Reconcile());
  if (ledger.committed() == ledger.records().size()) return {};
  return Fail(ErrorCode::kUnavailable, "the ledger is not committed to the TPM");
}

bool LedgerIsQuoted(const Ledger& ledger, const PcrSelection& selection, const TpmQuote& quote) {
  auto place = std::ranges::find(selection, ledger.pcr());
  return quote.pcrs.at(size_t(place - selection.begin())) == ledger.pcr_value();
}

Evidence Assemble(const TpmQuote& quote, const PcrSelection& selection, const Ledger& ledger) {
  Evidence evidence;
  evidence.set_version(1);
  evidence.set_attest(quote.attest);
  evidence.set_signature(quote.signature);
  for (size_t i = 0; i < selection.size(); i++) {
    PcrValue* value = evidence.add_pcrs();
    value->set_index(selection[i]);
    value->set_value(std::string(AsBytes(quote.pcrs[i])));
  }
  evidence.set_ledger_pcr(ledger.pcr());
  for (const std::string& record : ledger.records()) evidence.add_ledger(record);
  return evidence;
}

}  // namespace

Expected<Evidence> MakeEvidence(Tpm& tpm, Ledger& ledger, std::string_view nonce,
                                const std::string& node_id, const Report& report,
                                std::string firmware_log) {
  TRY(CheckRequest(nonce, node_id, firmware_log));
  std::string report_bytes = report.SerializeAsString();
  TRY(ReadReport(report_bytes));
  AttestationKey key = TRY(tpm.OpenKey());
  PcrSelection selection = QuotedWith(ledger.pcr());
  for (int attempt = 0; attempt < kAttempts; attempt++) {
    TRY(CommitAll(ledger));
    Digest asked = QualifyingData(nonce, node_id, ledger.head(), ledger.committed(),
                                  Sha256Of(report_bytes), Sha256Of(firmware_log));
    TpmQuote quote = TRY(tpm.Quote(asked, selection));
    TRY(CheckOwnQuote(key, quote, asked));
    if (!LedgerIsQuoted(ledger, selection, quote)) continue;
    Evidence evidence = Assemble(quote, selection, ledger);
    evidence.set_node_id(node_id);
    evidence.set_nonce(std::string(nonce));
    evidence.set_report(std::move(report_bytes));
    evidence.set_firmware_log(std::move(firmware_log));
    return evidence;
  }
  return Fail(ErrorCode::kUnavailable, "somebody else keeps extending PCR " +
                                           std::to_string(ledger.pcr()) + ", the ledger's");
}

std::string NodeId(const AttestationKey& key) { return Hex(AsBytes(Sha256Of(key.ek_public))); }

}  // namespace assay
