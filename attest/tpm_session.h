// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tss2/tss2_esys.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "attest/tpm.h"
#include "attest/tpm.pb.h"
#include "base/error.h"

namespace assay {

/// What went wrong in a session, and whether the session is of use any more.
struct TpmFault {
  Error error;
  bool connection_lost = false;
  bool key_refused = false;
};
template <typename T>
using TpmResult = std::expected<T, TpmFault>;

/// A connection to the TPM by tpm2-tss (ESYS, never FAPI). Lives in the child process; any call may
/// block for ever. Holds no session between calls and at most one object, the loaded AK.
class TpmSession {
 public:
  /// On a simulator (swtpm, mssim), which has no resource manager and one client, what an earlier
  /// client left loaded is flushed.
  static TpmResult<std::unique_ptr<TpmSession>> Connect(const std::string& tcti);
  ~TpmSession();
  TpmSession(const TpmSession&) = delete;
  TpmSession& operator=(const TpmSession&) = delete;

  /// A new attestation key below the endorsement key, wrapped.
  TpmResult<WrappedKey> CreateKey();
  /// Loads it unless it is the one loaded. key_refused if the TPM does not take it.
  TpmResult<void> LoadKey(const WrappedKey& key);
  /// TPMT_PUBLIC of the key loaded, and of its parent.
  const AttestationKey& loaded() const { return loaded_; }

  TpmResult<std::vector<Digest>> ReadPcrs(const PcrSelection& selection);
  TpmResult<void> Extend(uint8_t pcr, const Digest& digest);
  /// By the key loaded.
  TpmResult<TpmQuote> Quote(const Digest& qualifying_data, const PcrSelection& selection);
  TpmResult<TpmClock> ReadClock();
  /// How many handles of this kind (TPM2_HT_*, shifted: TPM2_TRANSIENT_FIRST, ...) are in use.
  TpmResult<std::vector<TPM2_HANDLE>> Handles(TPM2_HANDLE first);

 private:
  TpmSession() = default;
  TpmResult<void> FlushLeftovers();
  TpmResult<void> ReadBanks();
  TpmResult<TpmQuote> QuoteOnce(const Digest& qualifying_data, const PcrSelection& selection);

  TSS2_TCTI_CONTEXT* tcti_ = nullptr;
  ESYS_CONTEXT* esys_ = nullptr;
  ESYS_TR key_ = ESYS_TR_NONE;
  std::string loaded_private_;
  AttestationKey loaded_;
  std::map<TPMI_ALG_HASH, uint32_t> banks_;  ///< active ones: which PCRs (bit i = PCR i) they have
};

}  // namespace assay
