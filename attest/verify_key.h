// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

struct evp_pkey_st;

namespace assay {

/// An enrolled attestation key that was found fit to sign quotes (checklist step 4): ECC P-256,
/// scheme ECDSA with SHA-256, nameAlg SHA-256, fixedTPM, fixedParent, sensitiveDataOrigin,
/// restricted, sign and not decrypt; the point lies on the curve. Everything else is refused by
/// name: a key that is not restricted can sign an attestation that somebody made up.
class QuotingKey {
 public:
  static Expected<QuotingKey> FromPublic(std::string_view tpmt_public);

  /// Success only if `signature` (a TPMT_SIGNATURE) over exactly `attest` was made by this key,
  /// with the algorithm and hash of the key; what the signature says of itself is compared with
  /// that, never followed (steps 6 and 7).
  Expected<void> Verify(std::string_view attest, std::string_view signature) const;

  /// TPM Name of the key.
  const std::string& name() const { return name_; }

 private:
  QuotingKey(std::shared_ptr<evp_pkey_st> key, std::string name)
      : key_(std::move(key)), name_(std::move(name)) {}
  std::shared_ptr<evp_pkey_st> key_;
  std::string name_;
};

/// Qualified Name (TPM 2.0 Part 1, 16.5) of a key whose parent is a primary key of the endorsement
/// hierarchy: QN(parent) = H(TPM_RH_ENDORSEMENT || Name(parent)), QN(key) = H(QN(parent) ||
/// Name(key)), each with the name algorithm before it.
std::string QualifiedName(std::string_view parent_name, std::string_view key_name);

}  // namespace assay
