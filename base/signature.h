// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

struct evp_pkey_st;

namespace assay {

/// A private key that signs: ECDSA P-256 with SHA-256 (signature in DER, RFC 3279) or Ed25519
/// (RFC 8032). From a PEM file or an OpenSSL provider URI ("pkcs11:...", "handle:..."). Other key
/// types are kUnsupported.
class SigningKey {
 public:
  static Expected<SigningKey> Open(const std::string& pem_or_uri);
  Expected<std::string> Sign(std::string_view message) const;
  /// Lower-case hexadecimal SHA-256 of the public key's SubjectPublicKeyInfo (RFC 5280).
  Expected<std::string> KeyId() const;

 private:
  explicit SigningKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

/// A public key that verifies what SigningKey signs.
class VerifyingKey {
 public:
  /// Every PUBLIC KEY block of a PEM text of at most 64 KiB; kInvalid when there is none.
  static Expected<std::vector<VerifyingKey>> FromPem(std::string_view pem);
  /// Success only if `signature` over exactly `message` was made by this key; otherwise kTampered.
  Expected<void> Verify(std::string_view message, std::string_view signature) const;
  Expected<std::string> KeyId() const;

 private:
  explicit VerifyingKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace assay
