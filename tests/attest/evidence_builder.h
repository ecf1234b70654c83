// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "attest/verify.h"

struct evp_pkey_st;

namespace assay {

/// A P-256 key of OpenSSL that acts as an attestation key: its TPMT_PUBLIC says that it is
/// restricted and fixed to a TPM, which nothing but enrolment could refute. For tests.
class ActingKey {
 public:
  ActingKey();
  std::string Public(uint32_t attributes = 0x50072) const;  ///< TPMT_PUBLIC
  std::string Sign(std::string_view attest) const;          ///< TPMT_SIGNATURE

 private:
  std::shared_ptr<evp_pkey_st> key_;
};

std::string Be(uint64_t value, int bytes);
std::string Sized(std::string_view bytes);  ///< TPM2B: 16-bit length, then the bytes

/// A node whose evidence can be made wrong in one way at a time. `Build()` extends a simulated PCR
/// with the ledger, writes the TPMS_ATTEST byte by byte and signs it.
struct EvidenceBuilder {
  EvidenceBuilder();

  // The world as the verifier knows it.
  std::string nonce = std::string(32, 'n');
  ReferenceValues reference;
  AppraisalPolicy policy;
  Enrolment enrolment;

  // The node.
  ActingKey ak;
  std::string ek_public;
  std::string node_id = "node-1", firmware_log;
  Report report;
  std::map<uint8_t, Digest> pcrs;  ///< but the ledger's
  Digest pcr_before{};
  std::vector<std::string> ledger;  ///< what the PCR was extended with
  uint32_t reset_count = 7, restart_count = 1;
  uint64_t clock = 1'000'000;
  uint8_t safe = 1;

  // What is presented instead, where a forger would.
  uint32_t magic = 0xFF544347;
  uint16_t attest_type = 0x8018;
  std::optional<std::vector<std::string>> presented;  ///< instead of `ledger`, and vouched for
  std::optional<size_t> foreign_before;  ///< another writer extends the PCR before this record
  std::vector<std::string> unquoted;     ///< records beyond the ones in the PCR
  std::optional<std::string> selection;  ///< TPML_PCR_SELECTION
  std::optional<std::string> qualifying_data, qualified_signer;
  std::optional<uint64_t> vouched_length;

  std::string Record(LedgerRecord record, std::optional<uint64_t> seq = {}) const;
  void Append(LedgerRecord record);
  void AppendMatch();
  void AppendDrift();
  /// The ledger of this boot: opening and match.
  void Begin();

  /// What the simulated ledger PCR holds now.
  Digest LedgerPcr() const;
  Evidence Build() const;
  AttestationResult Appraise(const std::optional<VerifierState>& last = {}) const;
  AttestationResult Appraise(const Evidence& evidence,
                             const std::optional<VerifierState>& last = {}) const;
};

}  // namespace assay
