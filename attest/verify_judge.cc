// SPDX-License-Identifier: Apache-2.0
#include "attest/verify_judge.h"

#include <algorithm>

#include "base/printable.h"

namespace assay {

namespace {

using Status = Claim::Status;

constexpr const char* kNeededChannels[] = {"content", "attributes", "names"};

// The history, counted. `foreign` names the first record that speaks of another baseline.
struct History {
  bool matched = false;
  uint64_t resyncs = 0, early_drifts = 0;
  std::vector<DriftRecord> drifts;
  std::string foreign;
};

const std::string* BaselineOf(const LedgerRecord& record) {
  if (record.has_open()) return &record.open().baseline_digest();
  if (record.has_match()) return &record.match().baseline_digest();
  if (record.has_drift()) return &record.drift().baseline_digest();
  if (record.has_restart()) return &record.restart().baseline_digest();
  return nullptr;
}

History CountHistory(const VerifiedLedger& ledger, const Digest& baseline) {
  History history;
  for (const LedgerRecord& record : ledger.records()) {
    const std::string* held_against = BaselineOf(record);
    if (held_against && *held_against != AsBytes(baseline)) {
      if (history.foreign.empty())
        history.foreign = "record " + std::to_string(record.seq()) + " is about another baseline";
      continue;
    }
    history.matched |= record.has_match();
    history.resyncs += record.has_resync();
    if (record.has_drift() && history.matched) history.drifts.push_back(record.drift());
    if (record.has_drift() && !history.matched) history.early_drifts++;
  }
  return history;
}

Claim HistoryClaim(const History& history) {
  const char* kName = "history";
  if (!history.drifts.empty())
    return {kName, Status::kFailed,
            "the ledger holds " + std::to_string(history.drifts.size()) + " drift records"};
  if (!history.foreign.empty()) return {kName, Status::kUnknown, history.foreign};
  if (history.early_drifts)
    return {kName, Status::kUnknown,
            "the node deviates and never matched the baseline in this boot"};
  if (!history.matched)
    return {kName, Status::kUnknown, "the node never matched the baseline in this boot"};
  if (history.resyncs)
    return {kName, Status::kUnknown,
            "somebody else extended the ledger's PCR; what was said before is not vouched for"};
  return {kName, Status::kOk, "the node matched the baseline and no drift was recorded since"};
}

Claim ReportClaim(const std::optional<Report>& report, const History& history,
                  const VerifiedLedger& ledger, const Digest& baseline) {
  const char* kName = "report";
  if (!report) return {kName, Status::kUnknown, "the evidence carries no readable report"};
  if (report->baseline_digest() != AsBytes(baseline))
    return {kName, Status::kUnknown, "the report is about another baseline"};
  if (report->boot_id() != ledger.open().boot_id())
    return {kName, Status::kUnknown, "the report is of another boot than the ledger"};
  if (report->verdict() != VerdictName(Verdict::kGolden))
    return {kName, Status::kUnknown,
            "the node itself says " + Printable(report->verdict(), 32) + ": " +
                Printable(report->reason(), 64) + " " + Printable(report->message(), 256)};
  if (report->drift_records() > history.drifts.size())
    return {kName, Status::kUnknown, "the report counts drift that the ledger does not hold"};
  if (report->unverifiable_count() || report->unverifiable_size())
    return {kName, Status::kUnknown, "the report names objects that could not be verified"};
  return {kName, Status::kOk, "the node itself says golden"};
}

Claim ChannelsClaim(const std::optional<Report>& report) {
  const char* kName = "channels";
  std::string rungs;
  for (const char* needed : kNeededChannels) {
    const ChannelReport* proven = nullptr;
    if (report)
      for (const ChannelReport& channel : report->channels())
        if (channel.channel() == needed && channel.proven_at() && !channel.rung().empty())
          proven = &channel;
    if (!proven)
      return {kName, Status::kUnknown, std::string("the probe for ") + needed + " is not proven"};
    rungs +=
        (rungs.empty() ? "" : ", ") + std::string(needed) + " by " + Printable(proven->rung(), 32);
  }
  return {kName, Status::kOk, rungs};
}

// Which claim keeps the appraisal from being golden; null if none does.
const Claim* Spoiler(const std::vector<Claim>& claims, bool require_boot) {
  for (const Claim& claim : claims) {
    if (claim.status == Status::kOk) continue;
    bool may_be_unknown = claim.name == "qualified-signer" || claim.name == "ek-binding" ||
                          claim.name == "firmware-log" || (claim.name == "boot" && !require_boot);
    if (claim.status == Status::kFailed || !may_be_unknown) return &claim;
  }
  return nullptr;
}

std::string Who(const CauseRecord& cause) {
  const ProcessRecord& process = cause.process();
  std::string text =
      ", by " + (process.exe().empty() ? "an unknown program" : Printable(process.exe(), 256));
  text += " (pid " + std::to_string(process.pid());
  if (cause.has_uid()) text += ", uid " + std::to_string(cause.uid());
  if (cause.has_login_uid() && cause.login_uid() != UINT32_MAX)
    text += ", login uid " + std::to_string(cause.login_uid());
  return text + ")";
}

}  // namespace

std::string DriftSentence(const DriftRecord& drift) {
  if (drift.deviations().empty()) return "drift without a named object";
  const Deviation& first = drift.deviations(0);
  auto shown = [](const std::string& value) {
    return value.empty() ? std::string("(nothing)") : Printable(value, 256);
  };
  std::string text = Printable(first.subject(), 512);
  if (!first.property().empty()) text += " " + Printable(first.property(), 64);
  text += ": " + shown(first.expected()) + " -> " + shown(first.actual());
  uint64_t more = uint64_t(drift.deviations_size() - 1) + drift.omitted();
  if (more) text += " and " + std::to_string(more) + " more";
  return text + (drift.has_cause() ? Who(drift.cause()) : ", by nobody who could be named");
}

void Judge(const VerifiedLedger& ledger, const ReferenceValues& reference, bool require_boot,
           AttestationResult& result) {
  History history = CountHistory(ledger, reference.baseline_digest);
  result.claims.push_back(HistoryClaim(history));
  result.claims.push_back(ReportClaim(result.report, history, ledger, reference.baseline_digest));
  result.claims.push_back(ChannelsClaim(result.report));
  if (!history.drifts.empty()) {
    result.verdict = Verdict::kDrifted;
    result.appraisal = Appraisal::kDrift;
    result.sentence = "drifted: " + DriftSentence(history.drifts.front());
    if (history.drifts.size() > 1)
      result.sentence += "; " + std::to_string(history.drifts.size() - 1) + " more records";
    result.drifts = std::move(history.drifts);
    return;
  }
  if (const Claim* spoiler = Spoiler(result.claims, require_boot)) {
    result.sentence = "unknown, no proof: " + spoiler->text;
    return;
  }
  result.verdict = Verdict::kGolden;
  result.appraisal = Appraisal::kMatch;
  result.sentence = "golden: the node matches " + Printable(reference.image, 256) +
                    ", proven by its TPM for this nonce";
}

}  // namespace assay
