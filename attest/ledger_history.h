// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "attest/evidence.pb.h"
#include "base/digest.h"
#include "base/error.h"

namespace assay {

/// The records of one epoch and what follows from them; pure, in memory. The first is an
/// OpenRecord. Until the TPM has been asked where its PCR stands the opening is *provisional*: its
/// pcr_before is empty, and nothing was extended, so it may still be replaced.
class LedgerHistory {
 public:
  /// kInvalid unless these are records of one epoch from the first on, in order.
  static Expected<LedgerHistory> From(std::vector<std::string> records);
  /// Adds a record as number `size()`; times stay. Drift that does not fit into a record is cut and
  /// counted. kInvalid for what a verifier would not read.
  Expected<void> Add(LedgerRecord record);

  const std::vector<std::string>& records() const { return bytes_; }
  const std::vector<LedgerRecord>& parsed() const { return parsed_; }
  size_t size() const { return bytes_.size(); }
  size_t byte_count() const { return byte_count_; }
  const OpenRecord& open() const { return parsed_.front().open(); }
  bool provisional() const { return open().pcr_before().empty(); }

  /// PCR value and chain head over the first `n` records; not for a provisional history.
  Digest PcrAfter(size_t n) const { return pcrs_[n]; }
  Digest HeadAfter(size_t n) const { return heads_[n]; }
  /// How many records the PCR holds if this is its value; nothing if it is none of ours.
  std::optional<size_t> CommittedAt(const Digest& pcr) const;

  bool HasMatch(const Digest& baseline) const;
  std::vector<DriftRecord> Drifts(const Digest& baseline) const;
  /// What of a history must outlive it when the TPM, but not the kernel, was restarted: matches and
  /// drift.
  std::vector<LedgerRecord> Lasting() const;

 private:
  void Extend(const LedgerRecord& record, std::string bytes);

  std::vector<std::string> bytes_;
  std::vector<LedgerRecord> parsed_;
  std::vector<Digest> pcrs_, heads_;  ///< one more than records
  size_t byte_count_ = 0;
};

}  // namespace assay
