// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/verdict.h"
#include "checks/baseline/finding.h"
#include "probes/watcher.h"

namespace assay {

/// How many there are, and the first of them, for the message.
template <typename T>
struct Some {
  size_t count = 0;
  T first = {};
  bool empty() const { return count == 0; }
};

/// All that a verdict is made of. Nothing else is looked at: Assess() is pure.
struct NodeFacts {
  std::string baseline_error;  ///< why there is no verified baseline; empty when there is one
  uint64_t scans = 0;          ///< full comparisons that ended
  bool matched = false;  ///< the whole node matched this baseline earlier in this boot (law 6)
  uint64_t objects = 0;  ///< in the baseline
  Some<Finding> drift;   ///< deviations after the match; sticky
  Some<Finding> never_matched;  ///< deviations of the last scan while nothing matched yet
  BootNanos first_drift_at = 0;
  Some<Unverifiable> unverifiable;  ///< could not be compared
  bool tpm_expected = true;
  std::string tpm_error;  ///< why the TPM cannot be asked; empty when it can
  std::vector<ChannelStatus> channels;
  BootNanos oldest_dirty = 0;  ///< when the longest-waiting touched object was touched; 0 = none
  BootNanos now = 0;
};

/// The verdict and its Kubernetes words (DESIGN section 6, Health signal).
struct Assessment {
  Verdict verdict = Verdict::kUnknown;
  std::string reason;   ///< BaselineMatch, FileDrift, ..., NeverMatched, ProbeLoss, ...
  std::string message;  ///< one line, at most 256 bytes, printable
};

/// How long a touched object may wait for its look before the node is unknown.
inline constexpr BootNanos kDirtyLimit = 2'000'000'000;
/// A canary must have come through each file channel within this time.
inline constexpr BootNanos kProofLimit = 180'000'000'000;
/// Law 6: this much drift, this early in a boot, accuses the baseline and not the node.
inline constexpr BootNanos kFreshBoot = 600'000'000'000;
inline constexpr size_t kSuspectObjects = 50;
inline constexpr size_t kSuspectPercent = 5;

/// Rules, in this order: no baseline, no comparison yet, drift after a match (or too much of it on
/// a fresh boot: BaselineSuspect), never matched, something could not be compared, probes not
/// proven, TPM expected but not there, touched objects waiting; only then golden.
Assessment Assess(const NodeFacts& facts);

/// FileDrift, ConfigDrift (below /etc, a sysctl or a rule), PackageDrift.
std::string DriftReason(const Finding& finding);

/// "'/etc/x' changed: content expected sha256:.. actual sha256:..", printable.
std::string Describe(const Finding& finding);

}  // namespace assay
