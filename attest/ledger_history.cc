// SPDX-License-Identifier: Apache-2.0
#include "attest/ledger_history.h"

#include <google/protobuf/stubs/logging.h>

#include <algorithm>

#include "attest/evidence_form.h"
#include "attest/ledger_chain.h"
#include "base/printable.h"

namespace assay {

namespace {

constexpr size_t kMaxText = 1024;
constexpr int kMaxParents = 16;

void Clean(std::string* text) { *text = Printable(*text, kMaxText); }

void Clean(ProcessRecord* process) {
  Clean(process->mutable_exe());
  Clean(process->mutable_command_line());
}

// Names of files need not be UTF-8 nor short; records must be.
void Clean(DriftRecord* drift) {
  for (Deviation& deviation : *drift->mutable_deviations())
    for (std::string* text :
         {deviation.mutable_kind(), deviation.mutable_change(), deviation.mutable_subject(),
          deviation.mutable_property(), deviation.mutable_expected(), deviation.mutable_actual()})
      Clean(text);
  if (!drift->has_cause()) return;
  CauseRecord* cause = drift->mutable_cause();
  Clean(cause->mutable_cgroup());
  Clean(cause->mutable_process());
  while (cause->parents_size() > kMaxParents) cause->mutable_parents()->RemoveLast();
  for (ProcessRecord& parent : *cause->mutable_parents()) Clean(&parent);
}

std::string Fitted(LedgerRecord& record) {
  google::protobuf::LogSilencer quiet;  // it writes to standard error about text that is not UTF-8
  std::string bytes = record.SerializeAsString();
  if (!record.has_drift() || ReadRecord(bytes)) return bytes;
  DriftRecord* drift = record.mutable_drift();
  Clean(drift);
  for (;;) {
    bytes = record.SerializeAsString();
    if (bytes.size() <= kMaxRecord || drift->deviations_size() <= 1) return bytes;
    // Half at a time, so that a long list costs little.
    for (int drop = drift->deviations_size() / 2; drop > 0; drop--) {
      drift->mutable_deviations()->RemoveLast();
      drift->set_omitted(drift->omitted() + 1);
    }
  }
}

Digest PcrBefore(const LedgerRecord& record, const Digest& replayed) {
  if (!record.has_resync()) return replayed;
  return DigestFrom(record.resync().pcr_observed()).value_or(replayed);
}

bool SizedAsDeclared(const LedgerRecord& record) {
  auto fits = [](const std::string& bytes) { return bytes.empty() || bytes.size() == 32; };
  return (!record.has_open() || fits(record.open().pcr_before())) &&
         (!record.has_resync() || fits(record.resync().pcr_observed()));
}

}  // namespace

void LedgerHistory::Extend(const LedgerRecord& record, std::string bytes) {
  if (parsed_.empty()) {
    pcrs_ = {DigestFrom(record.open().pcr_before()).value_or(Digest{})};
    heads_ = {Digest{}};
  }
  Digest digest = RecordDigest(bytes);
  pcrs_.push_back(ExtendPcr(PcrBefore(record, pcrs_.back()), digest));
  heads_.push_back(NextHead(heads_.back(), digest));
  byte_count_ += bytes.size();
  parsed_.push_back(record);
  bytes_.push_back(std::move(bytes));
}

Expected<void> LedgerHistory::Add(LedgerRecord record) {
  record.set_seq(size());
  std::string bytes = Fitted(record);
  LedgerRecord read = TRY(ReadRecord(bytes));
  if (read.has_open() != (size() == 0) || !SizedAsDeclared(read))
    return Fail(ErrorCode::kInvalid, "a ledger begins with its opening, and has one");
  Extend(read, std::move(bytes));
  return {};
}

Expected<LedgerHistory> LedgerHistory::From(std::vector<std::string> records) {
  LedgerHistory history;
  for (std::string& bytes : records) {
    LedgerRecord record = TRY(ReadRecord(bytes));
    if (record.seq() != history.size() || record.has_open() != (history.size() == 0) ||
        !SizedAsDeclared(record))
      return Fail(ErrorCode::kInvalid, "ledger record " + std::to_string(history.size()) +
                                           " is not the one that should be there");
    history.Extend(record, std::move(bytes));
  }
  if (history.size() == 0) return Fail(ErrorCode::kInvalid, "a ledger without an opening");
  return history;
}

std::optional<size_t> LedgerHistory::CommittedAt(const Digest& pcr) const {
  for (size_t n = size() + 1; n-- > 0;) {
    if (pcrs_[n] == pcr) return n;
    bool resync = n < size() && parsed_[n].has_resync();
    if (resync && PcrBefore(parsed_[n], pcrs_[n]) == pcr) return n;
  }
  return std::nullopt;
}

bool LedgerHistory::HasMatch(const Digest& baseline) const {
  return std::ranges::any_of(parsed_, [&](const LedgerRecord& record) {
    return (record.has_match() && record.match().baseline_digest() == AsBytes(baseline)) ||
           (record.has_drift() && record.drift().baseline_digest() == AsBytes(baseline));
  });
}

std::vector<DriftRecord> LedgerHistory::Drifts(const Digest& baseline) const {
  std::vector<DriftRecord> drifts;
  for (const LedgerRecord& record : parsed_)
    if (record.has_drift() && record.drift().baseline_digest() == AsBytes(baseline))
      drifts.push_back(record.drift());
  return drifts;
}

std::vector<LedgerRecord> LedgerHistory::Lasting() const {
  std::vector<LedgerRecord> lasting;
  for (const LedgerRecord& record : parsed_)
    if (record.has_match() || record.has_drift()) lasting.push_back(record);
  return lasting;
}

}  // namespace assay
