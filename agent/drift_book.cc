// SPDX-License-Identifier: Apache-2.0
#include "agent/drift_book.h"

#include <algorithm>

#include "base/printable.h"

namespace assay {

namespace {

ProcessRecord ToRecord(const Process& process) {
  ProcessRecord record;
  record.set_pid(process.pid);
  record.set_start_time(process.start_time);
  record.set_exe(Printable(process.exe, 512));
  record.set_command_line(Printable(process.command_line, 256));
  record.set_gone(process.gone);
  return record;
}

std::optional<Finding> FromDeviation(const Deviation& deviation) {
  Finding finding;
  auto kinds = {Finding::Kind::kFile, Finding::Kind::kPackage, Finding::Kind::kSysctl,
                Finding::Kind::kRule};
  auto changes = {Finding::Change::kChanged, Finding::Change::kMissing, Finding::Change::kExtra};
  auto kind = std::ranges::find(kinds, deviation.kind(), KindName);
  auto change = std::ranges::find(changes, deviation.change(), ChangeName);
  if (kind == kinds.end() || change == changes.end()) return std::nullopt;
  finding.kind = *kind;
  finding.change = *change;
  finding.subject = deviation.subject();
  finding.property = deviation.property();
  finding.expected = deviation.expected();
  finding.actual = deviation.actual();
  return finding;
}

// By what is on record: printable text, which is not the same when it is made printable again.
auto KeyOf(const Deviation& deviation) {
  return std::tuple(deviation.kind(), deviation.change(), deviation.subject(), deviation.property(),
                    deviation.actual());
}

}  // namespace

CauseRecord ToRecord(const Cause& cause) {
  CauseRecord record;
  *record.mutable_process() = ToRecord(cause.process);
  if (cause.uid) record.set_uid(*cause.uid);
  if (cause.login_uid) record.set_login_uid(*cause.login_uid);
  record.set_cgroup(Printable(cause.cgroup, 512));
  for (const Process& parent : cause.parents) *record.add_parents() = ToRecord(parent);
  return record;
}

Deviation ToDeviation(const Finding& finding) {
  Deviation deviation;
  deviation.set_kind(std::string(KindName(finding.kind)));
  deviation.set_change(std::string(ChangeName(finding.change)));
  deviation.set_subject(Printable(finding.subject));
  deviation.set_property(Printable(finding.property, 256));
  deviation.set_expected(Printable(finding.expected, 512));
  deviation.set_actual(Printable(finding.actual, 512));
  return deviation;
}

void DriftBook::Keep(Entry entry, const Deviation& deviation) {
  count_++;
  if (entries_.size() >= kMaxEntries) return;
  known_.insert(KeyOf(deviation));
  entries_.push_back(std::move(entry));
}

void DriftBook::Restore(const std::vector<DriftRecord>& records) {
  for (const DriftRecord& record : records) {
    for (const Deviation& deviation : record.deviations())
      if (std::optional<Finding> finding = FromDeviation(deviation))
        Keep({std::move(*finding), record.cause()}, deviation);
    count_ += record.omitted();
  }
}

size_t DriftBook::Add(const std::vector<Finding>& findings, const std::optional<Cause>& cause,
                      const Digest& baseline, Ledger* ledger, std::string* ledger_error) {
  std::vector<const Finding*> fresh;
  for (const Finding& finding : findings)
    if (!known_.contains(KeyOf(ToDeviation(finding)))) fresh.push_back(&finding);
  if (fresh.empty()) return 0;

  LedgerRecord record;
  DriftRecord* drift = record.mutable_drift();
  drift->set_baseline_digest(std::string(AsBytes(baseline)));
  if (cause) *drift->mutable_cause() = ToRecord(*cause);
  for (size_t i = 0; i < fresh.size() && i < kMaxPerRecord; i++)
    *drift->add_deviations() = ToDeviation(*fresh[i]);
  if (fresh.size() > kMaxPerRecord) drift->set_omitted(fresh.size() - kMaxPerRecord);
  CauseRecord cause_record = drift->cause();
  if (ledger) {
    Expected<void> appended = ledger->Append(std::move(record));
    if (!appended) *ledger_error = appended.error().ToString();
  }
  for (const Finding* finding : fresh)
    Keep({*finding, cause_record, WallSeconds(), BootNow()}, ToDeviation(*finding));
  return fresh.size();
}

}  // namespace assay
