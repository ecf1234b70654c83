// SPDX-License-Identifier: Apache-2.0
#include "attest/ledger.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <span>

#include "attest/ledger_chain.h"
#include "attest/ledger_file.h"
#include "attest/ledger_history.h"

namespace assay {

namespace {

constexpr size_t kMaxBytes = 32 << 20;  ///< of records; beyond it they are merged too

class TpmLedger final : public Ledger {
 public:
  TpmLedger(Options options, Tpm* tpm, LedgerFile file)
      : options_(std::move(options)), tpm_(tpm), file_(std::move(file)) {}

  Expected<void> Load();

  Expected<void> Append(LedgerRecord record) override;
  Expected<void> Commit() override { return Commit(false); }
  Expected<void> Reconcile() override { return Commit(true); }
  const std::vector<std::string>& records() const override { return history_.records(); }
  uint64_t committed() const override { return committed_; }
  Digest head() const override { return history_.HeadAfter(committed_); }
  Digest pcr_value() const override { return history_.PcrAfter(committed_); }
  uint8_t pcr() const override { return options_.pcr; }
  bool HasMatch() const override { return history_.HasMatch(options_.baseline_digest); }
  std::vector<DriftRecord> Drifts() const override {
    return history_.Drifts(options_.baseline_digest);
  }
  bool persisted() const override { return persisted_; }

 private:
  Expected<void> Commit(bool look);
  Expected<void> Settle(bool look);
  Expected<void> Adopt(const TpmClock& clock, const Digest& pcr);
  Expected<void> Resync(const Digest& pcr);
  Expected<void> ExtendPending();
  Expected<void> Begin(std::vector<LedgerRecord> rest, const TpmClock* clock, const Digest* pcr);
  Expected<void> GoOnWith(LedgerImage image);
  Expected<void> BeginAfterLoss();
  void SetAside();
  Expected<void> Persist();
  bool Merged(LedgerRecord& record);
  void Stamp(LedgerRecord& record) const;

  Options options_;
  Tpm* tpm_;
  LedgerFile file_;
  LedgerHistory history_;
  size_t committed_ = 0, written_ = 0;
  bool settled_ = false;  ///< committed_ is what the PCR was seen to hold, in this epoch
  bool persisted_ = true;
  uint64_t merged_records_ = 0, merged_deviations_ = 0;
};

void TpmLedger::Stamp(LedgerRecord& record) const {
  record.set_wall_seconds(options_.wall_clock());
  record.set_boot_nanos(options_.boot_clock());
}

// A new history: the opening, then `rest`. Without a clock and a PCR the opening is provisional.
Expected<void> TpmLedger::Begin(std::vector<LedgerRecord> rest, const TpmClock* clock,
                                const Digest* pcr) {
  LedgerRecord first;
  Stamp(first);
  OpenRecord* open = first.mutable_open();
  if (clock && pcr) {
    open->set_reset_count(clock->reset_count);
    open->set_restart_count(clock->restart_count);
    open->set_pcr_before(std::string(AsBytes(*pcr)));
  }
  open->set_baseline_digest(std::string(AsBytes(options_.baseline_digest)));
  open->set_boot_id(options_.boot_id);
  open->set_agent_version(options_.agent_version);
  LedgerHistory fresh;
  TRY(fresh.Add(std::move(first)));
  for (LedgerRecord& record : rest) {
    // Of a ledger that was lost: from here on the PCR holds only what follows.
    if (pcr && record.has_resync() && record.resync().pcr_observed().empty())
      record.mutable_resync()->set_pcr_observed(std::string(AsBytes(fresh.PcrAfter(fresh.size()))));
    TRY(fresh.Add(std::move(record)));
  }
  history_ = std::move(fresh);
  committed_ = written_ = 0;
  settled_ = pcr != nullptr;
  Expected<void> replaced = file_.Replace(history_.records());
  persisted_ = replaced.has_value();
  if (replaced) written_ = history_.size();
  return {};  // a full disk does not keep us from going on in memory
}

void TpmLedger::SetAside() {
  if (!file_.SetAside()) persisted_ = false;
}

Expected<void> TpmLedger::Load() {
  LedgerImage image = TRY(file_.Read());
  bool absent = image.state == LedgerImage::State::kWhole && image.good_bytes == 0;
  if (absent || (image.state == LedgerImage::State::kTorn && image.records.empty()))
    return Begin({}, nullptr, nullptr);
  if (image.state == LedgerImage::State::kDamaged) return BeginAfterLoss();
  return GoOnWith(std::move(image));
}

Expected<void> TpmLedger::BeginAfterLoss() {
  SetAside();
  LedgerRecord lost;
  Stamp(lost);
  lost.mutable_resync();
  return Begin({std::move(lost)}, nullptr, nullptr);
}

Expected<void> TpmLedger::GoOnWith(LedgerImage image) {
  Expected<LedgerHistory> history = LedgerHistory::From(std::move(image.records));
  if (!history) return BeginAfterLoss();
  history_ = std::move(*history);
  bool same_boot = history_.open().boot_id() == options_.boot_id;
  // After a kexec the kernel is another, but the PCR goes on, and so must the ledger.
  if (!same_boot && !history_.provisional() && tpm_) {
    Expected<TpmClock> clock = tpm_->ReadClock();
    Expected<std::vector<Digest>> pcr = tpm_->ReadPcrs({options_.pcr});
    same_boot = clock && pcr && clock->reset_count == history_.open().reset_count() &&
                clock->restart_count == history_.open().restart_count() &&
                history_.CommittedAt(pcr->at(0)).has_value();
  }
  if (!same_boot) {
    SetAside();
    return Begin({}, nullptr, nullptr);
  }
  persisted_ = file_.GoOn({.good_bytes = image.good_bytes}).has_value();
  written_ = history_.size();
  LedgerRecord restart;
  Stamp(restart);
  restart.mutable_restart()->set_agent_version(options_.agent_version);
  restart.mutable_restart()->set_baseline_digest(std::string(AsBytes(options_.baseline_digest)));
  if (tpm_)
    (void)Settle(true);  // before the new record, so that it follows a resync if there is one
  TRY(history_.Add(std::move(restart)));
  (void)Persist();  // persisted() says it
  return {};
}

Expected<void> TpmLedger::Persist() {
  Expected<void> done;
  if (!file_.open()) {
    done = file_.Replace(history_.records());
  } else if (written_ < history_.size()) {
    done = file_.Append(std::span(history_.records()).subspan(written_));
  }
  persisted_ = done.has_value();
  if (done) written_ = history_.size();
  return done;
}

// Past the bound a flood of drift costs the logarithm of its length.
bool TpmLedger::Merged(LedgerRecord& record) {
  bool over = history_.size() >= options_.max_records || history_.byte_count() >= kMaxBytes;
  if (!over) return false;
  if (record.has_scan()) return true;
  if (!record.has_drift()) return false;
  DriftRecord* drift = record.mutable_drift();
  merged_records_++;
  merged_deviations_ += uint64_t(drift->deviations_size()) + drift->omitted();
  if (!std::has_single_bit(merged_records_)) return true;
  drift->set_omitted(merged_deviations_ - uint64_t(drift->deviations_size()));
  merged_deviations_ = 0;
  return false;
}

Expected<void> TpmLedger::Append(LedgerRecord record) {
  Stamp(record);
  if (record.has_open()) return Fail(ErrorCode::kInvalid, "a ledger opens itself");
  if (Merged(record)) return {};
  if (history_.size() >= 2 * options_.max_records)
    return Fail(ErrorCode::kUnavailable, "the ledger of this boot is full");
  TRY(history_.Add(std::move(record)));
  Expected<void> persisted = Persist();
  Expected<void> committed;
  if (tpm_) committed = Commit();
  return persisted ? committed : persisted;
}

Expected<void> TpmLedger::Commit(bool look) {
  if (!tpm_) return Fail(ErrorCode::kUnavailable, "there is no TPM to commit the ledger to");
  TRY(Settle(look));
  Expected<void> extended = ExtendPending();
  // A connection that broke is made anew; whether the extend got through, the PCR tells.
  if (!extended && !settled_ && Settle(true)) extended = ExtendPending();
  return extended;
}

Expected<void> TpmLedger::ExtendPending() {
  while (committed_ < history_.size()) {
    std::string_view record = history_.records()[committed_];
    Expected<void> extended = tpm_->Extend(options_.pcr, RecordDigest(record));
    if (!extended) {
      settled_ = false;
      return extended;
    }
    committed_++;
  }
  return {};
}

// Where does the PCR stand, in which epoch? The clock is asked every time, for a TPM that was reset
// below us must not be extended as if nothing had happened.
Expected<void> TpmLedger::Settle(bool look) {
  TpmClock clock = TRY(tpm_->ReadClock());
  const OpenRecord& open = history_.open();
  bool same = !history_.provisional() && clock.reset_count == open.reset_count() &&
              clock.restart_count == open.restart_count();
  if (same && settled_ && !look) return {};
  std::vector<Digest> pcrs = TRY(tpm_->ReadPcrs({options_.pcr}));
  if (!same) return Adopt(clock, pcrs.at(0));
  if (std::optional<size_t> committed = history_.CommittedAt(pcrs.at(0))) {
    committed_ = *committed;
    settled_ = true;
    return {};
  }
  return Resync(pcrs.at(0));
}

// Nothing of a provisional history was extended yet, so it gets its true opening. Of another epoch
// of this boot what lasts is said again, in the new one.
Expected<void> TpmLedger::Adopt(const TpmClock& clock, const Digest& pcr) {
  if (history_.provisional()) {
    std::vector<LedgerRecord> rest(history_.parsed().begin() + 1, history_.parsed().end());
    return Begin(std::move(rest), &clock, &pcr);
  }
  std::vector<LedgerRecord> lasting = history_.Lasting();
  SetAside();
  return Begin(std::move(lasting), &clock, &pcr);
}

Expected<void> TpmLedger::Resync(const Digest& pcr) {
  LedgerRecord record;
  Stamp(record);
  record.mutable_resync()->set_pcr_observed(std::string(AsBytes(pcr)));
  TRY(history_.Add(std::move(record)));
  committed_ = history_.size() - 1;
  settled_ = true;
  (void)Persist();  // persisted() says it
  return {};
}

}  // namespace

Expected<std::unique_ptr<Ledger>> Ledger::Open(Options options, Tpm* tpm) {
  if (options.pcr < 8 || options.pcr > 15)
    return Fail(ErrorCode::kInvalid, "PCR " + std::to_string(options.pcr) + " for the ledger",
                "choose one from 8 to 15: others can be reset by software");
  LedgerFile file = TRY(LedgerFile::Lock(options.directory));
  auto ledger = std::make_unique<TpmLedger>(std::move(options), tpm, std::move(file));
  TRY(ledger->Load());
  if (tpm) (void)ledger->Commit();  // committed() says how far it came
  return ledger;
}

}  // namespace assay
