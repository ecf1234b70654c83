// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "attest/evidence.pb.h"
#include "attest/tpm.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/error.h"

namespace assay {

/// The write-ahead log that is mirrored in a non-resettable PCR: what was said cannot be un-said
/// (DESIGN law 5). File format: attest/README.md. One writer.
///
/// Append(): the record is written and fsynced, then extended into the PCR; only then may anything
/// else hear of it. After a crash between the two, Open() finds at most one record that the PCR
/// does not hold yet and extends it then. Records of earlier boots (another reset or restart count,
/// or a PCR that was reset) are kept beside ("ledger.1") and a new epoch starts.
///
/// Without a TPM (`tpm` null, absent or hung) records are still written; they are *uncommitted*
/// until a later Append() or Commit() reaches the TPM. Append() then fails with kUnavailable,
/// unless `tpm` is null. A full disk: Append() fails with kUnavailable, but the record is kept in
/// memory, extended and counted, so that drift is not lost while assayd lives.
class Ledger {
 public:
  struct Options {
    std::string directory;
    uint8_t pcr = kLedgerPcr;
    std::string boot_id;
    std::string agent_version;
    Digest baseline_digest{};
    std::function<BootNanos()> boot_clock = BootNow;
    std::function<int64_t()> wall_clock = WallSeconds;
    /// Of one epoch. Beyond it scans are not recorded and drift is merged: the 1st, 2nd, 4th, 8th
    /// ... drift record is written and says how many deviations it stands for. Twice as many is the
    /// end: kUnavailable.
    size_t max_records = 100'000;
  };

  /// Reads the ledger of this boot or starts one. A torn tail (a record cut short by a crash) is
  /// cut off. A damaged middle is not repaired: the epoch is set aside as it is and a ResyncRecord
  /// tells what the PCR held.
  static Expected<std::unique_ptr<Ledger>> Open(Options options, Tpm* tpm);
  virtual ~Ledger() = default;

  /// `record` has its payload set; seq and times are filled in here.
  virtual Expected<void> Append(LedgerRecord record) = 0;
  /// Extends what is written but not yet in the PCR. kUnavailable while the TPM is.
  virtual Expected<void> Commit() = 0;
  /// Commit(), and the PCR is read and compared with the records. If somebody else extended it a
  /// ResyncRecord is added; if the TPM was reset below us a new epoch is begun, which keeps the
  /// matches and drifts of this boot of the kernel.
  virtual Expected<void> Reconcile() = 0;

  virtual const std::vector<std::string>& records() const = 0;  ///< serialized, of this epoch
  virtual uint64_t committed() const = 0;                       ///< how many of them the PCR holds
  virtual Digest head() const = 0;                              ///< chain over the committed ones
  virtual Digest pcr_value() const = 0;  ///< what the PCR holds if nobody else extended it
  virtual uint8_t pcr() const = 0;
  /// Whether this epoch already holds a MatchRecord or a DriftRecord for the baseline (restart
  /// within one boot: law 6 and stickiness outlive the process).
  virtual bool HasMatch() const = 0;
  virtual std::vector<DriftRecord> Drifts() const = 0;
  virtual bool persisted() const = 0;  ///< false once a write failed, until one succeeds
};

}  // namespace assay
