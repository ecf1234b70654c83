// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "attest/evidence.pb.h"
#include "attest/ledger.h"
#include "attest/tpm.h"
#include "base/error.h"

namespace assay {

inline constexpr size_t kMinNonce = 16, kMaxNonce = 64;

/// Where the kernel shows the firmware's event log (securityfs).
inline constexpr char kFirmwareLogPath[] = "/sys/kernel/security/tpm0/binary_bios_measurements";
inline constexpr size_t kFirmwareLogLimit = 1 << 20;

/// Makes evidence: commits the ledger, quotes with qualifying data bound to nonce, node, ledger and
/// report, and checks its own quote before it is given away. `report` is serialized here, once.
/// kInvalid for a nonce of the wrong length, kUnavailable when the TPM is.
Expected<Evidence> MakeEvidence(Tpm& tpm, Ledger& ledger, std::string_view nonce,
                                const std::string& node_id, const Report& report,
                                std::string firmware_log);

/// SHA-256 of the endorsement key's TPMT_PUBLIC, hexadecimal: names a node by its TPM.
std::string NodeId(const AttestationKey& key);

}  // namespace assay
