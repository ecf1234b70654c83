// SPDX-License-Identifier: Apache-2.0
#include "attest/ledger_chain.h"

namespace assay {

Digest RecordDigest(std::string_view record_bytes) {
  return Sha256().UpdateField("assay/ledger/record/v1").UpdateField(record_bytes).Final();
}

Digest NextHead(const Digest& head, const Digest& record_digest) {
  return Sha256()
      .UpdateField("assay/ledger/head/v1")
      .Update(AsBytes(head))
      .Update(AsBytes(record_digest))
      .Final();
}

Digest ExtendPcr(const Digest& old_value, const Digest& digest) {
  return Sha256().Update(AsBytes(old_value)).Update(AsBytes(digest)).Final();
}

Digest QualifyingData(std::string_view nonce, std::string_view node_id, const Digest& ledger_head,
                      uint64_t ledger_length, const Digest& report_digest,
                      const Digest& firmware_log_digest) {
  char length[8];
  for (int i = 0; i < 8; i++) length[i] = char(ledger_length >> (56 - 8 * i));
  return Sha256()
      .UpdateField("assay/attest/v1")
      .UpdateField(nonce)
      .UpdateField(node_id)
      .UpdateField(AsBytes(ledger_head))
      .UpdateField({length, sizeof length})
      .UpdateField(AsBytes(report_digest))
      .UpdateField(AsBytes(firmware_log_digest))
      .Final();
}

}  // namespace assay
