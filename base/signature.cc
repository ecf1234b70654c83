// SPDX-License-Identifier: Apache-2.0
#include "base/signature.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509.h>

#include "base/digest.h"
#include "base/printable.h"

namespace assay {

namespace {

constexpr size_t kPemLimit = 64 << 10;

// What OpenSSL last complained about; empties its queue, so that no later call inherits it.
std::string OpensslReason() {
  unsigned long code = ERR_peek_last_error();
  const char* reason = code ? ERR_reason_error_string(code) : nullptr;
  ERR_clear_error();
  return reason ? reason : "no reason given";
}

bool IsP256(EVP_PKEY* key) {
  char group[32] = {};
  size_t length = 0;
  if (!EVP_PKEY_is_a(key, "EC")) return false;
  if (EVP_PKEY_get_group_name(key, group, sizeof group, &length) != 1) return false;
  std::string_view name(group, length);
  return name == "prime256v1" || name == "P-256";
}

// The digest that belongs to the key type: Ed25519 hashes on its own.
Expected<const EVP_MD*> DigestOf(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "ED25519")) return static_cast<const EVP_MD*>(nullptr);
  if (IsP256(key)) return EVP_sha256();
  const char* type = EVP_PKEY_get0_type_name(key);
  return Fail(ErrorCode::kUnsupported,
              std::string("a key of type ") + (type ? type : "unknown") + " cannot be used",
              "use ECDSA P-256 or Ed25519");
}

Expected<std::string> KeyIdOf(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  int length = i2d_PUBKEY(key, &der);
  if (length <= 0)
    return Fail(ErrorCode::kUnsupported, "encoding the public key: " + OpensslReason());
  Digest digest = Sha256Of({reinterpret_cast<char*>(der), size_t(length)});
  OPENSSL_free(der);
  return Hex(digest);
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// The first private key behind a file name or URI; null if there is none.
std::shared_ptr<EVP_PKEY> LoadPrivateKey(const std::string& uri) {
  std::shared_ptr<EVP_PKEY> key;
  // UI_null: a bake-time tool in a pipeline never waits for a passphrase on a terminal.
  OSSL_STORE_CTX* store = OSSL_STORE_open(uri.c_str(), UI_null(), nullptr, nullptr, nullptr);
  if (!store) return key;
  OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY);
  while (!key && !OSSL_STORE_eof(store)) {
    OSSL_STORE_INFO* found = OSSL_STORE_load(store);
    if (!found) break;
    if (OSSL_STORE_INFO_get_type(found) == OSSL_STORE_INFO_PKEY)
      key.reset(OSSL_STORE_INFO_get1_PKEY(found), EVP_PKEY_free);
    OSSL_STORE_INFO_free(found);
  }
  OSSL_STORE_close(store);
  return key;
}

}  // namespace

Expected<SigningKey> SigningKey::Open(const std::string& pem_or_uri) {
  std::shared_ptr<EVP_PKEY> key = LoadPrivateKey(pem_or_uri);
  if (!key)
    return Fail(ErrorCode::kNotFound,
                "opening the signing key '" + Printable(pem_or_uri) + "': " + OpensslReason(),
                "give a PEM file with an unencrypted private key, or a provider URI");
  ERR_clear_error();
  (void)TRY(DigestOf(key.get()));
  return SigningKey(std::move(key));
}

Expected<std::string> SigningKey::Sign(std::string_view message) const {
  const EVP_MD* digest = TRY(DigestOf(key_.get()));
  Context context(EVP_MD_CTX_new());
  size_t length = 0;
  std::string signature;
  bool ok = context &&
            EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1 &&
            EVP_DigestSign(context.get(), nullptr, &length, Bytes(message), message.size()) == 1;
  if (ok) {
    signature.resize(length);
    ok = EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                        Bytes(message), message.size()) == 1;
  }
  if (!ok) return Fail(ErrorCode::kUnavailable, "signing: " + OpensslReason());
  signature.resize(length);
  return signature;
}

Expected<std::string> SigningKey::KeyId() const { return KeyIdOf(key_.get()); }

Expected<std::vector<VerifyingKey>> VerifyingKey::FromPem(std::string_view pem) {
  if (pem.size() > kPemLimit)
    return Fail(ErrorCode::kInvalid, "reading public keys: more than 64 KiB of PEM");
  std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new_mem_buf(pem.data(), int(pem.size())), BIO_free);
  std::vector<VerifyingKey> keys;
  char *name = nullptr, *header = nullptr;
  unsigned char* der = nullptr;
  long length = 0;
  bool well_formed = bio != nullptr;
  while (well_formed && PEM_read_bio(bio.get(), &name, &header, &der, &length) == 1) {
    if (std::string_view(name) == "PUBLIC KEY") {
      const unsigned char* at = der;
      std::shared_ptr<EVP_PKEY> key(d2i_PUBKEY(nullptr, &at, length), EVP_PKEY_free);
      well_formed = key && at == der + length && DigestOf(key.get());
      if (well_formed) keys.push_back(VerifyingKey(std::move(key)));
    }
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(der);
  }
  ERR_clear_error();
  if (well_formed && !keys.empty()) return keys;
  return Fail(ErrorCode::kInvalid,
              well_formed
                  ? "reading public keys: no PUBLIC KEY block in the PEM text"
                  : "reading public keys: a PUBLIC KEY block is malformed or of a type that "
                    "cannot be used",
              "give ECDSA P-256 or Ed25519 keys as written by 'openssl pkey -pubout'");
}

Expected<void> VerifyingKey::Verify(std::string_view message, std::string_view signature) const {
  const EVP_MD* digest = TRY(DigestOf(key_.get()));
  Context context(EVP_MD_CTX_new());
  bool ok = context &&
            EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1 &&
            EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(message),
                             message.size()) == 1;
  ERR_clear_error();
  if (!ok) return Fail(ErrorCode::kTampered, "the signature was not made by this key");
  return {};
}

Expected<std::string> VerifyingKey::KeyId() const { return KeyIdOf(key_.get()); }

}  // namespace assay
