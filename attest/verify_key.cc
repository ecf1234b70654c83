// SPDX-License-Identifier: Apache-2.0
#include "attest/verify_key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "attest/tpms.h"
#include "base/digest.h"

namespace assay {

namespace {

constexpr size_t kP256Bytes = 32;

using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)>;

Expected<void> CheckAttributes(uint32_t attributes) {
  static constexpr struct {
    uint32_t bit;
    const char* name;
  } kNeeded[] = {{kFixedTpm, "fixedTPM"},
                 {kFixedParent, "fixedParent"},
                 {kSensitiveDataOrigin, "sensitiveDataOrigin"},
                 {kRestricted, "restricted"},
                 {kSign, "sign"}};
  for (const auto& needed : kNeeded)
    if (!(attributes & needed.bit))
      return Fail(ErrorCode::kInvalid, std::string("the key is not ") + needed.name);
  if (attributes & kDecrypt) return Fail(ErrorCode::kInvalid, "the key may decrypt");
  return {};
}

Expected<void> CheckKind(const KeyTemplate& key) {
  if (key.type != kAlgEcc || key.curve != kCurveP256)
    return Fail(ErrorCode::kUnsupported, "the key is not on ECC P-256 (type " +
                                             AlgorithmName(key.type) + ", curve " +
                                             std::to_string(key.curve) + ")");
  if (key.scheme != kAlgEcdsa || key.scheme_hash != kAlgSha256)
    return Fail(ErrorCode::kUnsupported, "the key's scheme is " + AlgorithmName(key.scheme) +
                                             " with " + AlgorithmName(key.scheme_hash) +
                                             ", not ecdsa with sha256");
  if (key.x.empty() || key.x.size() > kP256Bytes || key.y.empty() || key.y.size() > kP256Bytes)
    return Fail(ErrorCode::kInvalid, "the key's point is not of P-256");
  return {};
}

std::string Padded(std::string_view number) {
  return std::string(kP256Bytes - number.size(), '\0') + std::string(number);
}

// OpenSSL decodes the point only if it lies on the curve; the check rules out infinity.
Expected<std::shared_ptr<EVP_PKEY>> ImportP256(std::string_view x, std::string_view y) {
  std::string point = "\x04" + Padded(x) + Padded(y);
  char group[] = "P-256";
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end()};
  KeyContext import(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY* raw = nullptr;
  if (!import || EVP_PKEY_fromdata_init(import.get()) != 1 ||
      EVP_PKEY_fromdata(import.get(), &raw, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
    return Fail(ErrorCode::kInvalid, "the key's point is not on the curve");
  std::shared_ptr<EVP_PKEY> key(raw, EVP_PKEY_free);
  KeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr), EVP_PKEY_CTX_free);
  if (!check || EVP_PKEY_public_check_quick(check.get()) != 1)
    return Fail(ErrorCode::kInvalid, "the key's point is not a public key");
  return key;
}

// TPM: two big-endian numbers. OpenSSL: SEQUENCE of two INTEGERs (RFC 3279, 2.2.3).
Expected<std::string> DerOf(std::string_view r, std::string_view s) {
  if (r.empty() || r.size() > kP256Bytes || s.empty() || s.size() > kP256Bytes)
    return Fail(ErrorCode::kInvalid, "the signature's numbers are not of P-256");
  auto number = [](std::string_view bytes) {
    return BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), int(bytes.size()),
                     nullptr);
  };
  EcdsaSignature signature(ECDSA_SIG_new(), ECDSA_SIG_free);
  BIGNUM *bn_r = number(r), *bn_s = number(s);
  if (!signature || !bn_r || !bn_s || ECDSA_SIG_set0(signature.get(), bn_r, bn_s) != 1) {
    BN_free(bn_r);
    BN_free(bn_s);
    return Fail(ErrorCode::kInternal, "out of memory reading a signature");
  }
  unsigned char* out = nullptr;
  int size = i2d_ECDSA_SIG(signature.get(), &out);
  if (size <= 0) return Fail(ErrorCode::kInvalid, "the signature cannot be encoded");
  std::string der(reinterpret_cast<char*>(out), size_t(size));
  OPENSSL_free(out);
  return der;
}

}  // namespace

Expected<QuotingKey> QuotingKey::FromPublic(std::string_view tpmt_public) {
  KeyTemplate key = TRY(ParsePublic(tpmt_public));
  TRY(CheckKind(key));
  TRY(CheckAttributes(key.attributes));
  std::string name = TRY(KeyName(tpmt_public));
  std::shared_ptr<EVP_PKEY> imported = TRY(ImportP256(key.x, key.y));
  return QuotingKey(std::move(imported), std::move(name));
}

Expected<void> QuotingKey::Verify(std::string_view attest, std::string_view signature) const {
  TpmSignature parsed = TRY(ParseSignature(signature));
  if (parsed.algorithm != kAlgEcdsa || parsed.hash != kAlgSha256)
    return Fail(ErrorCode::kUnsupported, "signed with " + AlgorithmName(parsed.algorithm) +
                                             " and " + AlgorithmName(parsed.hash) +
                                             ", the enrolled key signs with ecdsa and sha256");
  std::string der = TRY(DerOf(parsed.r, parsed.s));
  DigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  auto bytes = [](std::string_view view) {
    return reinterpret_cast<const unsigned char*>(view.data());
  };
  if (!context ||
      EVP_DigestVerifyInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key_.get(),
                              nullptr) != 1 ||
      EVP_DigestVerify(context.get(), bytes(der), der.size(), bytes(attest), attest.size()) != 1)
    return Fail(ErrorCode::kInvalid, "the signature is not one of the enrolled key");
  return {};
}

std::string QualifiedName(std::string_view parent_name, std::string_view key_name) {
  static constexpr std::string_view kEndorsement("\x40\x00\x00\x0B", 4);  // TPM_RH_ENDORSEMENT
  static constexpr std::string_view kSha256("\x00\x0B", 2);
  Sha256 hash;
  Digest parent = hash.Update(kEndorsement).Update(parent_name).Final();
  Digest key = hash.Update(kSha256).Update(AsBytes(parent)).Update(key_name).Final();
  return std::string(kSha256) + std::string(AsBytes(key));
}

}  // namespace assay
