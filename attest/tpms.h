// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace assay {

/// Readers of the TPM structures that a verifier meets (TCG TPM 2.0 Library, Part 2), written
/// without a TPM library. All are strict: sizes are bounded by the largest object the TCG allows,
/// values outside the documented sets are kInvalid, and so is a single byte too many or too few.
/// Views point into the bytes that were parsed. What comes out is *well-formed*, not yet believed.

// TPM_ALG_ID (Part 2, 6.3)
inline constexpr uint16_t kAlgRsa = 0x0001, kAlgSha1 = 0x0004, kAlgNull = 0x0010;
inline constexpr uint16_t kAlgSha256 = 0x000B, kAlgSha384 = 0x000C, kAlgSha512 = 0x000D;
inline constexpr uint16_t kAlgSm3 = 0x0012, kAlgRsaSsa = 0x0014, kAlgRsaEs = 0x0015;
inline constexpr uint16_t kAlgRsaPss = 0x0016, kAlgOaep = 0x0017, kAlgEcdsa = 0x0018;
inline constexpr uint16_t kAlgEcDaa = 0x001A, kAlgEcc = 0x0023;
inline constexpr uint16_t kCurveP256 = 0x0003;  // TPM_ECC_CURVE (Part 2, 6.4)

// TPMA_OBJECT (Part 2, 8.3)
inline constexpr uint32_t kFixedTpm = 1u << 1, kFixedParent = 1u << 4;
inline constexpr uint32_t kSensitiveDataOrigin = 1u << 5, kRestricted = 1u << 16;
inline constexpr uint32_t kDecrypt = 1u << 17, kSign = 1u << 18;

/// Bytes of a digest of this algorithm; 0 for one we do not know.
size_t DigestSize(uint16_t algorithm);
/// "sha256", "ecdsa", "rsassa"; "0x1234" for what has no name here.
std::string AlgorithmName(uint16_t algorithm);

/// TPMS_PCR_SELECTION (10.6.2).
struct QuotedSelection {
  uint16_t bank = 0;
  std::string_view bitmap;  ///< bit i of byte j selects PCR 8j+i

  /// The PCRs selected, ascending.
  std::vector<uint8_t> Pcrs() const;
};

/// TPMS_ATTEST (10.12.12) of type TPM_ST_ATTEST_QUOTE.
struct QuoteStatement {
  std::string_view qualified_signer;  ///< TPM2B_NAME: algorithm and digest
  std::string_view qualifying_data;   ///< extraData
  uint64_t clock = 0;                 ///< milliseconds
  uint32_t reset_count = 0, restart_count = 0;
  bool safe = false;
  uint64_t firmware_version = 0;
  std::vector<QuotedSelection> selections;
  std::string_view pcr_digest;
};

/// kInvalid unless the magic is TPM_GENERATED_VALUE (a restricted key signs such bytes only when
/// the TPM made them: CVE-2024-29038) and the type is a quote; checklist step 8.
Expected<QuoteStatement> ParseQuote(std::string_view attest);

/// TPMT_PUBLIC (12.2.4) of an RSA or ECC key.
struct KeyTemplate {
  uint16_t type = 0, name_algorithm = 0;
  uint32_t attributes = 0;
  std::string_view policy;
  uint16_t scheme = kAlgNull, scheme_hash = kAlgNull;
  uint16_t curve = 0;        ///< ECC
  std::string_view x, y;     ///< ECC
  uint16_t key_bits = 0;     ///< RSA
  uint32_t exponent = 0;     ///< RSA; 0 means 65537
  std::string_view modulus;  ///< RSA
};
Expected<KeyTemplate> ParsePublic(std::string_view tpmt_public);

/// Name of an object (Part 1, 16): nameAlg || H_nameAlg(TPMT_PUBLIC). kUnsupported unless nameAlg
/// is SHA-256.
Expected<std::string> KeyName(std::string_view tpmt_public);

/// TPMT_SIGNATURE (11.3.4): ECDSA, RSASSA or RSAPSS.
struct TpmSignature {
  uint16_t algorithm = 0, hash = 0;
  std::string_view r, s;  ///< ECDSA
  std::string_view rsa;   ///< RSASSA, RSAPSS
};
Expected<TpmSignature> ParseSignature(std::string_view tpmt_signature);

}  // namespace assay
