// SPDX-License-Identifier: Apache-2.0
#include "attest/verify_ledger.h"

#include "attest/evidence_form.h"
#include "attest/ledger_chain.h"

namespace assay {

namespace {

std::string Number(uint64_t n) { return std::to_string(n); }

// The attester vouches for all its records but, after a crash, perhaps the last; so from the end.
std::optional<uint64_t> VouchedLength(const VerifiedQuote& quote, const Evidence& evidence,
                                      std::string_view nonce, const std::vector<Digest>& heads) {
  Digest report = Sha256Of(evidence.report()), log = Sha256Of(evidence.firmware_log());
  for (size_t n = heads.size(); n-- > 0;) {
    Digest data = QualifyingData(nonce, evidence.node_id(), heads[n], n, report, log);
    if (AsBytes(data) == quote->qualifying_data) return n;
  }
  return std::nullopt;
}

bool SameEpoch(const VerifiedQuote& quote, const VerifierState& last) {
  return quote->reset_count == last.reset_count() && quote->restart_count == last.restart_count();
}

Checked<void> CheckContinuity(const BoundPayload& payload, const VerifiedQuote& quote,
                              const std::optional<VerifierState>& last) {
  if (!last || !SameEpoch(quote, *last)) return {};
  if (payload.heads().size() <= last->ledger_length())
    return Refuse(Appraisal::kTampered, "history was removed: " + Number(payload.digests().size()) +
                                            " records where " + Number(last->ledger_length()) +
                                            " were seen earlier in this boot");
  if (AsBytes(payload.heads()[last->ledger_length()]) != last->ledger_head())
    return Refuse(Appraisal::kTampered, "history was forked: its first " +
                                            Number(last->ledger_length()) +
                                            " records are not those seen earlier in this boot");
  return {};
}

Checked<LedgerRecord> RecordAt(const Evidence& evidence, size_t i) {
  Expected<LedgerRecord> record = ReadRecord(evidence.ledger(int(i)));
  if (!record) return Refuse(Appraisal::kNoProof, "record " + Number(i), record.error());
  if (record->seq() != i)
    return Refuse(Appraisal::kTampered, "history was skipped or reordered: record " + Number(i) +
                                            " calls itself " + Number(record->seq()));
  if (record->has_open() != (i == 0))
    return Refuse(Appraisal::kNoProof, i ? "record " + Number(i) + " opens a ledger that was open"
                                         : "the ledger does not begin with its opening");
  return std::move(*record);
}

Checked<Digest> CheckOpening(const LedgerRecord& record, const VerifiedQuote& quote) {
  const OpenRecord& open = record.open();
  if (open.reset_count() != quote->reset_count || open.restart_count() != quote->restart_count)
    return Refuse(Appraisal::kNoProof,
                  "the ledger is of another boot: opened at reset " + Number(open.reset_count()) +
                      ", restart " + Number(open.restart_count()) + ", quoted at " +
                      Number(quote->reset_count) + ", " + Number(quote->restart_count));
  Expected<Digest> before = DigestFrom(open.pcr_before());
  if (!before) return Refuse(Appraisal::kNoProof, "the ledger's opening", before.error());
  return *before;
}

// The register after one more record. A ResyncRecord says what a foreign extend left in it.
Checked<Digest> After(const Digest& value, const LedgerRecord& record, const Digest& digest) {
  if (!record.has_resync()) return ExtendPcr(value, digest);
  Expected<Digest> observed = DigestFrom(record.resync().pcr_observed());
  if (!observed) return Refuse(Appraisal::kNoProof, "a resynchronisation", observed.error());
  return ExtendPcr(*observed, digest);
}

}  // namespace

Checked<BoundPayload> BoundPayload::Check(const VerifiedQuote& quote, const Evidence& evidence,
                                          const std::optional<VerifierState>& last) {
  BoundPayload payload;
  payload.heads_.push_back(Digest{});
  for (const std::string& record : evidence.ledger()) {
    payload.digests_.push_back(RecordDigest(record));
    payload.heads_.push_back(NextHead(payload.heads_.back(), payload.digests_.back()));
  }
  if (auto length = VouchedLength(quote, evidence, evidence.nonce(), payload.heads_)) {
    payload.length_ = *length;
    return payload;
  }
  if (last && VouchedLength(quote, evidence, last->last_nonce(), payload.heads_))
    return Refuse(Appraisal::kStale, "the quote was made for the nonce of the last appraisal");
  return Refuse(Appraisal::kUntrusted,
                "the quote was not made for this nonce, node, ledger, report and firmware log: "
                "an old quote, or the evidence was altered on its way");
}

Checked<VerifiedLedger> VerifiedLedger::Check(const BoundPayload& payload, const Evidence& evidence,
                                              const VerifiedQuote& quote, const Digest& quoted_pcr,
                                              const std::optional<VerifierState>& last) {
  if (auto goes_on = CheckContinuity(payload, quote, last); !goes_on)
    return std::unexpected(goes_on.error());
  const std::vector<Digest>& digests = payload.digests();
  if (digests.empty()) return Refuse(Appraisal::kNoProof, "the evidence carries no ledger");
  VerifiedLedger ledger;
  Digest value{};
  for (size_t i = 0; i < digests.size(); i++) {
    Checked<LedgerRecord> record = RecordAt(evidence, i);
    if (!record) return std::unexpected(record.error());
    if (i == 0) {
      Checked<Digest> before = CheckOpening(*record, quote);
      if (!before) return std::unexpected(before.error());
      value = ledger.pcr_before_ = *before;
      if (value == quoted_pcr && payload.length() == 0)
        return Refuse(Appraisal::kNoProof, "the ledger was not yet committed to the TPM");
    }
    Checked<Digest> after = After(value, *record, digests[i]);
    if (!after) return std::unexpected(after.error());
    value = *after;
    ledger.records_.push_back(std::move(*record));
    if (value != quoted_pcr) continue;
    if (ledger.length() < payload.length()) break;
    ledger.head_ = payload.heads()[i + 1];
    ledger.unquoted_ = digests.size() - ledger.length();
    return ledger;
  }
  return Refuse(Appraisal::kTampered,
                "the quoted PCR does not hold the history that the node presents: of " +
                    Number(payload.length()) + " records that it vouches for, " +
                    (value == quoted_pcr ? "only " + Number(ledger.length()) + " were committed"
                                         : std::string("records are missing or changed")));
}

Checked<void> CheckClock(const VerifiedQuote& quote, const std::optional<VerifierState>& last) {
  if (!last) return {};
  auto rolled_back = [](const char* what, uint64_t was, uint64_t is) {
    return Refuse(Appraisal::kTampered, std::string("the TPM was rolled back: its ") + what +
                                            " was " + Number(was) + " and is " + Number(is));
  };
  if (quote->reset_count < last->reset_count())
    return rolled_back("reset count", last->reset_count(), quote->reset_count);
  // The restart count returns to 0 and the clock may step back a little with a TPM reset.
  if (quote->reset_count > last->reset_count()) return {};
  if (quote->restart_count < last->restart_count())
    return rolled_back("restart count", last->restart_count(), quote->restart_count);
  if (quote->restart_count == last->restart_count() && quote->clock < last->clock())
    return rolled_back("clock", last->clock(), quote->clock);
  return {};
}

}  // namespace assay
