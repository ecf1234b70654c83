// SPDX-License-Identifier: Apache-2.0
#include "agent/assessment.h"

#include <algorithm>

#include "base/printable.h"

namespace assay {

namespace {

constexpr size_t kMessageLimit = 256;

Assessment Unknown(std::string reason, const std::string& message) {
  return {Verdict::kUnknown, std::move(reason), Printable(message, kMessageLimit)};
}

std::string AndMore(size_t count) {
  return count > 1 ? " (and " + std::to_string(count - 1) + " more)" : "";
}

// The count goes first, so that a long path cannot push it out of the message.
std::string Summary(const Some<Finding>& findings) {
  return std::to_string(findings.count) + (findings.count == 1 ? " deviation: " : " deviations: ") +
         Describe(findings.first);
}

bool TooMuch(size_t deviations, const NodeFacts& facts) {
  return deviations > std::max<size_t>(kSuspectObjects, facts.objects * kSuspectPercent / 100);
}

// A channel on which files are watched that has no fresh proof; nullptr if there is none.
const ChannelStatus* Unproven(const NodeFacts& facts) {
  for (const ChannelStatus& status : facts.channels) {
    bool files = status.channel == Channel::kContent || status.channel == Channel::kAttributes ||
                 status.channel == Channel::kNames;
    if (!files) continue;
    bool fresh = status.proven_at != 0 && facts.now - status.proven_at <= kProofLimit;
    if (!fresh || status.rung == Rung::kComparison) return &status;
  }
  return nullptr;
}

}  // namespace

std::string DriftReason(const Finding& finding) {
  switch (finding.kind) {
    case Finding::Kind::kPackage:
      return "PackageDrift";
    case Finding::Kind::kSysctl:
    case Finding::Kind::kRule:
      return "ConfigDrift";
    case Finding::Kind::kFile:
      return finding.subject.starts_with("/etc/") ? "ConfigDrift" : "FileDrift";
  }
  return "FileDrift";
}

std::string Describe(const Finding& finding) {
  std::string text = std::string(KindName(finding.kind)) + " '" + finding.subject + "' is " +
                     std::string(ChangeName(finding.change));
  if (finding.change == Finding::Change::kChanged) {
    text +=
        ": " + finding.property + " expected " + finding.expected + ", actual " + finding.actual;
  }
  return Printable(text);
}

Assessment Assess(const NodeFacts& facts) {
  if (!facts.baseline_error.empty()) return Unknown("BaselineInvalid", facts.baseline_error);
  if (facts.scans == 0 && facts.drift.empty())
    return Unknown("Starting", "the first full comparison has not ended yet");
  if (!facts.drift.empty()) {
    if (TooMuch(facts.drift.count, facts) && facts.first_drift_at < kFreshBoot)
      return Unknown("BaselineSuspect",
                     "too much at once on a fresh boot: " + Summary(facts.drift));
    return {Verdict::kDrifted, DriftReason(facts.drift.first),
            Printable(Summary(facts.drift), kMessageLimit)};
  }
  if (!facts.matched && !facts.never_matched.empty()) {
    bool suspect = TooMuch(facts.never_matched.count, facts);
    const char* reason = suspect ? "BaselineSuspect" : "NeverMatched";
    return Unknown(reason, "never matched in this boot: " + Summary(facts.never_matched));
  }
  if (!facts.unverifiable.empty())
    return Unknown("Unverifiable", "'" + facts.unverifiable.first.subject +
                                       "' cannot be compared: " + facts.unverifiable.first.reason +
                                       AndMore(facts.unverifiable.count));
  if (!facts.matched) return Unknown("NeverMatched", "no full match in this boot yet");
  if (const ChannelStatus* status = Unproven(facts))
    return Unknown("ProbeLoss", "the canary did not come through channel " +
                                    std::string(ChannelName(status->channel)) + ": " +
                                    status->reason);
  if (facts.channels.empty()) return Unknown("ProbeLoss", "no probe is attached");
  if (facts.tpm_expected && !facts.tpm_error.empty())
    return Unknown("TpmUnavailable", facts.tpm_error);
  if (facts.oldest_dirty != 0 && facts.now - facts.oldest_dirty > kDirtyLimit)
    return Unknown("Settling", "touched objects wait to be compared");
  return {Verdict::kGolden, "BaselineMatch",
          std::to_string(facts.objects) + " objects match the baseline"};
}

}  // namespace assay
