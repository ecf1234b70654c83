// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/digest.h"
#include "base/error.h"

namespace assay {

/// PCRs of the SHA-256 bank, ascending, each 0..23 and at most once.
using PcrSelection = std::vector<uint8_t>;

/// Quoted by default: firmware and boot loader (0-9), stub and sysext (12, 13), the ledger (14).
/// 10 (IMA) and 11, 15 (written by a running systemd) are left out until their logs are carried.
inline const PcrSelection kQuotedPcrs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14};
inline constexpr uint8_t kLedgerPcr = 14;

struct TpmClock {  ///< TPMS_CLOCK_INFO (TCG TPM 2.0 Part 2, 10.11)
  uint64_t clock = 0;
  uint32_t reset_count = 0, restart_count = 0;
  bool safe = false;
};

struct AttestationKey {
  std::string ak_public;  ///< TPMT_PUBLIC, marshalled
  std::string ek_public;  ///< TPMT_PUBLIC, marshalled
};

struct TpmQuote {
  std::string attest;        ///< TPMS_ATTEST, as the TPM signed it
  std::string signature;     ///< TPMT_SIGNATURE, marshalled
  std::vector<Digest> pcrs;  ///< values in the order of the selection, that match pcrDigest
};

/// The TPM as assayd sees it. ESYS runs in a child process, because a TPM call may hang for ever
/// and tpm2-tss cannot interrupt it: past the deadline the child is killed and the call fails with
/// kUnavailable; the next call starts a fresh child. Two processes are forked: a broker, early and
/// while this process has one thread, and from it the child that talks to the TPM. Nothing is
/// executed. One caller at a time.
class Tpm {
 public:
  struct Options {
    std::string tcti = "device:/dev/tpmrm0";  ///< tpm2-tss TCTI string: "swtpm:path=..." in tests
    std::string state_directory;         ///< where the AK's wrapped key is kept (ak.pub, ak.priv)
    BootNanos deadline = 5'000'000'000;  ///< per call
    /// After a missed deadline calls fail at once for this long, so that a loop is not held up by
    /// each of them.
    BootNanos back_off = 10'000'000'000;
    BootClock clock = BootNow;  ///< of the back-off alone
    /// User the broker and the child become ("tss"), without any capability; empty: they stay.
    std::string child_user;
  };

  /// Forks the broker. Must be called before any thread is started. Does not touch the TPM yet.
  static Expected<std::unique_ptr<Tpm>> Start(Options options);
  virtual ~Tpm() = default;

  /// The attestation key: ECC P-256, restricted, signing, ECDSA/SHA-256, below the ECC P-256
  /// endorsement key (TCG EK Credential Profile 2.x template L-2). Made at the first call and kept
  /// wrapped in the state directory; the same from then on, as long as the TPM's seed is.
  virtual Expected<AttestationKey> OpenKey() = 0;
  virtual Expected<std::vector<Digest>> ReadPcrs(const PcrSelection& selection) = 0;
  /// Extends `digest` into `pcr` in every active bank that takes it: the SHA-256 bank with the
  /// digest itself, others with their own hash of its 32 bytes (TPM2_PCR_Event semantics differ;
  /// only the SHA-256 bank is quoted). A failure does not say that nothing was extended: it is
  /// never tried twice here, and the caller reads the PCR to know.
  virtual Expected<void> Extend(uint8_t pcr, const Digest& digest) = 0;
  /// TPM2_Quote by the attestation key; the values are read around it and agree with pcrDigest.
  virtual Expected<TpmQuote> Quote(const Digest& qualifying_data,
                                   const PcrSelection& selection) = 0;
  virtual Expected<TpmClock> ReadClock() = 0;
  /// Calls that missed their deadline, and children started, since Start().
  virtual uint64_t deadlines_missed() const = 0;
  virtual uint64_t children_started() const = 0;
  /// Readable when the broker has died; for the caller's loop.
  virtual int broker_fd() const = 0;
  /// Objects and sessions that the TPM holds for us, for those who look for leaks.
  struct HandleCount {
    uint32_t transient = 0, sessions = 0;
  };
  virtual Expected<HandleCount> CountHandles() = 0;
};

}  // namespace assay
