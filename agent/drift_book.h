// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "attest/evidence.pb.h"
#include "attest/ledger.h"
#include "base/clock.h"
#include "base/digest.h"
#include "checks/baseline/finding.h"
#include "probes/cause.h"

namespace assay {

/// The drift of this boot. Sticky: what is written here stays until reboot, replacement or a signed
/// acknowledgement, also when the bytes are put back (a flapping signal is never repaired).
class DriftBook {
 public:
  struct Entry {
    Finding finding;
    CauseRecord cause;  ///< default-constructed when nobody could be named
    int64_t wall_seconds = 0;
    BootNanos boot_nanos = 0;  ///< when it was on record; 0 = by an earlier assayd of this boot
  };
  /// Entries kept with their details; more are only counted (a flood must not fill memory).
  static constexpr size_t kMaxEntries = 10'000;
  /// Deviations in one ledger record; the rest of a batch is counted in `omitted`.
  static constexpr size_t kMaxPerRecord = 64;

  /// What an earlier assayd of this boot has put on record.
  void Restore(const std::vector<DriftRecord>& records);

  /// Puts findings on record that are not there yet: first the ledger and its PCR (DESIGN law 5),
  /// then the book. Returns how many were new. A ledger that cannot be written or extended is told
  /// in `ledger_error`; the book keeps the drift all the same.
  size_t Add(const std::vector<Finding>& findings, const std::optional<Cause>& cause,
             const Digest& baseline, Ledger* ledger, std::string* ledger_error);

  const std::vector<Entry>& entries() const { return entries_; }
  uint64_t count() const { return count_; }

 private:
  void Keep(Entry entry, const Deviation& deviation);

  std::vector<Entry> entries_;
  std::set<std::tuple<std::string, std::string, std::string, std::string, std::string>> known_;
  uint64_t count_ = 0;
};

CauseRecord ToRecord(const Cause& cause);
Deviation ToDeviation(const Finding& finding);

}  // namespace assay
