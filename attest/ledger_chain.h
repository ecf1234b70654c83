// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/digest.h"

namespace assay {

/// The arithmetic of the ledger, shared by the attester that writes it and the verifier that
/// replays it. Pure.

/// What is extended into the ledger's PCR for one record:
/// SHA-256("assay/ledger/record/v1" as a field, record bytes as a field) (Sha256::UpdateField).
Digest RecordDigest(std::string_view record_bytes);

/// The chain over the records: head(0) = 32 zero bytes; head(n) = SHA-256("assay/ledger/head/v1" as
/// a field, head(n-1), RecordDigest(record n)).
Digest NextHead(const Digest& head, const Digest& record_digest);

/// TPM2_PCR_Extend (TCG TPM 2.0 Part 3, section 22.2): SHA-256(old || digest).
Digest ExtendPcr(const Digest& old_value, const Digest& digest);

/// The quote's qualifyingData (checklist step 9): SHA-256 over the fields "assay/attest/v1", nonce,
/// node id, ledger head, ledger length (8 bytes big-endian), digest of the report bytes, digest of
/// the firmware log bytes.
Digest QualifyingData(std::string_view nonce, std::string_view node_id, const Digest& ledger_head,
                      uint64_t ledger_length, const Digest& report_digest,
                      const Digest& firmware_log_digest);

}  // namespace assay
