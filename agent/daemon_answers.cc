// SPDX-License-Identifier: Apache-2.0
// What assayd says of the node: facts, report, status, evidence.
#include <algorithm>

#include "agent/daemon.h"
#include "attest/attester.h"
#include "base/printable.h"

namespace assay {

namespace {

constexpr size_t kMaxListed = 64;

void SetError(ControlReply& reply, const Error& error) {
  reply.mutable_error()->set_code(std::string(ErrorCodeName(error.code)));
  reply.mutable_error()->set_text(error.text);
  reply.mutable_error()->set_hint(error.hint);
}

}  // namespace

NodeFacts Daemon::Facts() const {
  NodeFacts facts;
  facts.now = BootNow();
  facts.baseline_error = baseline_error_;
  facts.scans = scans_;
  facts.matched = matched_;
  facts.objects = baseline_ ? baseline_->object_count() : 0;
  if (drift_.count() && !drift_.entries().empty())
    facts.drift = {drift_.count(), drift_.entries().front().finding};
  if (!never_matched_.empty())
    facts.never_matched = {never_matched_.size(), never_matched_.front()};
  facts.first_drift_at = first_drift_at_;
  if (!unverifiable_.empty())
    facts.unverifiable = {unverifiable_.size(),
                          {unverifiable_.begin()->first, unverifiable_.begin()->second}};
  facts.tpm_expected = !options_.no_tpm;
  facts.tpm_error =
      tpm_ ? tpm_error_ : "no TPM: " + (tpm_error_.empty() ? "not opened" : tpm_error_);
  if (facts.tpm_error.empty() && !ledger_) facts.tpm_error = ledger_error_;
  if (watcher_) facts.channels = watcher_->status();
  facts.oldest_dirty = list_ ? OldestDirty() : 0;
  return facts;
}

Report Daemon::MakeReport() const {
  NodeFacts facts = Facts();
  Assessment assessment = Assess(facts);
  Report report;
  report.set_version(1);
  report.set_verdict(std::string(VerdictName(assessment.verdict)));
  report.set_reason(assessment.reason);
  report.set_message(assessment.message);
  if (baseline_) {
    report.set_baseline_digest(std::string(AsBytes(baseline_->digest())));
    report.set_image(baseline_->image());
    report.set_objects(baseline_->object_count());
  }
  report.set_mode("observe");
  report.set_boot_id(boot_id_);
  report.set_agent_version(ASSAY_VERSION);
  report.set_boot_nanos(facts.now);
  report.set_wall_seconds(WallSeconds());
  for (const ChannelStatus& status : facts.channels) {
    ChannelReport* channel = report.add_channels();
    channel->set_channel(std::string(ChannelName(status.channel)));
    channel->set_rung(std::string(RungName(status.rung)));
    channel->set_proven_at(status.proven_at);
    channel->set_reason(status.reason);
  }
  if (watcher_) {
    report.set_doorbells(watcher_->counters().doorbells);
    report.set_lost(watcher_->counters().lost + watcher_->counters().overflows);
  }
  report.set_unverifiable_count(unverifiable_.size());
  for (const auto& [subject, reason] : unverifiable_)
    if (size_t(report.unverifiable_size()) < kMaxListed)
      report.add_unverifiable(Printable(subject + ": " + reason, 512));
  report.set_drift_records(drift_.count());
  return report;
}

NodeStatus Daemon::Status() const {
  NodeStatus status;
  *status.mutable_report() = MakeReport();
  status.set_node_id(node_name_);
  status.set_starting(baseline_ && scans_ == 0);
  const auto& entries = drift_.entries();
  for (size_t i = entries.size() - std::min(kMaxListed, entries.size()); i < entries.size(); i++) {
    StatusDrift* drift = status.add_drifts();
    *drift->mutable_deviation() = ToDeviation(entries[i].finding);
    *drift->mutable_cause() = entries[i].cause;
    drift->set_wall_seconds(entries[i].wall_seconds);
    drift->set_boot_nanos(entries[i].boot_nanos);
  }
  status.set_drift_count(drift_.count());
  for (size_t i = 0; i < std::min(kMaxListed, never_matched_.size()); i++)
    status.add_never_matched(Describe(never_matched_[i]));
  if (ledger_) {
    status.set_ledger_records(ledger_->records().size());
    status.set_ledger_committed(ledger_->committed());
    status.set_ledger_persisted(ledger_->persisted());
  }
  status.set_tpm(tpm_ ? tpm_error_ : "none");
  if (rules_) {
    status.set_rules_pass(rules_->Count(Result::kPass));
    status.set_rules_fail(rules_->Count(Result::kFail));
    for (std::string& line : rules_->Reported()) status.add_reported(std::move(line));
  }
  if (watcher_) status.set_swept(watcher_->counters().swept);
  status.set_scans(scans_);
  status.set_uptime_nanos(BootNow() - started_);
  return status;
}

ControlReply Daemon::Answer(const ControlRequest& request) {
  ControlReply reply;
  if (request.has_status()) {
    *reply.mutable_status() = Status();
  } else if (request.has_evidence()) {
    Expected<Evidence> evidence = AnswerEvidence(request.evidence().nonce());
    if (evidence)
      *reply.mutable_evidence() = std::move(*evidence);
    else
      SetError(reply, evidence.error());
  } else if (request.has_enrol()) {
    Expected<Enrolment> enrolment = AnswerEnrol();
    if (enrolment)
      *reply.mutable_enrolment() = std::move(*enrolment);
    else
      SetError(reply, enrolment.error());
  } else {
    SetError(reply, Error{ErrorCode::kUnsupported, "this assayd does not know that request",
                          "are assay and assayd of the same version?"});
  }
  return reply;
}

Expected<std::string> Daemon::NodeName() {
  if (!node_name_.empty()) return node_name_;
  if (!options_.node_id.empty()) return node_name_ = options_.node_id;
  if (!tpm_) return Fail(ErrorCode::kUnavailable, "no TPM to name this node by");
  Expected<AttestationKey> key = tpm_->OpenKey();
  if (!key) {
    NoteTpm(key.error());
    return std::unexpected(key.error());
  }
  return node_name_ = NodeId(*key);
}

Expected<Enrolment> Daemon::AnswerEnrol() {
  if (!tpm_) return Fail(ErrorCode::kUnavailable, "this assayd runs without a TPM");
  std::string name = TRY(NodeName());
  AttestationKey key = TRY(tpm_->OpenKey());
  Enrolment enrolment;
  enrolment.set_version(1);
  enrolment.set_node_id(name);
  enrolment.set_ak_public(key.ak_public);
  enrolment.set_ek_public(key.ek_public);
  enrolment.set_provenance("tofu");
  return enrolment;
}

Expected<Evidence> Daemon::AnswerEvidence(const std::string& nonce) {
  if (!tpm_) return Fail(ErrorCode::kUnavailable, "this assayd runs without a TPM");
  if (!ledger_) return Fail(ErrorCode::kUnavailable, "no ledger: " + ledger_error_);
  std::string name = TRY(NodeName());
  Settle();
  TryMatch();
  Report report = MakeReport();
  if (OldestDirty() != 0 && report.verdict() == VerdictName(Verdict::kGolden)) {
    report.set_verdict(std::string(VerdictName(Verdict::kUnknown)));
    report.set_reason("Settling");
    report.set_message("touched objects do not come to rest; ask again");
  }
  std::string log = host_->Read(options_.firmware_log, kFirmwareLogLimit).value_or("");
  (void)host_->TakeInputs();
  Expected<Evidence> evidence = MakeEvidence(*tpm_, *ledger_, nonce, name, report, std::move(log));
  if (evidence)
    tpm_error_.clear();
  else if (evidence.error().code != ErrorCode::kInvalid)
    NoteTpm(evidence.error());
  return evidence;
}

}  // namespace assay
