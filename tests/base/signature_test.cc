// SPDX-License-Identifier: Apache-2.0
#include "base/signature.h"

#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdio>

#include "tests/support/temp_root.h"

namespace assay {
namespace {

using testing::HasSubstr;

// A key pair made by OpenSSL, as PEM files.
class Pair {
 public:
  explicit Pair(EVP_PKEY* key) {
    directory.Write("key", "");
    FILE* file = fopen(private_path().c_str(), "w");
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    fclose(file);
    directory.Write("public", "");
    file = fopen(directory.Path("public").c_str(), "w");
    PEM_write_PUBKEY(file, key);
    fclose(file);
    EVP_PKEY_free(key);
  }
  std::string private_path() const { return directory.Path("key"); }
  std::string public_pem() const { return directory.ReadBack("public"); }
  TempRoot directory;
};

Pair Ed25519() { return Pair(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }
Pair P256() { return Pair(EVP_EC_gen("P-256")); }

void RoundTrip(const Pair& pair) {
  Expected<SigningKey> key = SigningKey::Open(pair.private_path());
  ASSERT_TRUE(key) << key.error().ToString();
  Expected<std::vector<VerifyingKey>> keys = VerifyingKey::FromPem(pair.public_pem());
  ASSERT_TRUE(keys) << keys.error().ToString();
  ASSERT_EQ(keys->size(), 1u);
  const VerifyingKey& verifying = keys->front();
  EXPECT_EQ(*key->KeyId(), *verifying.KeyId());
  std::string signature = *key->Sign("message");
  EXPECT_TRUE(verifying.Verify("message", signature));
  for (size_t i = 0; i < signature.size(); i++) {
    std::string flipped = signature;
    flipped[i] = char(flipped[i] ^ 1);
    Expected<void> refused = verifying.Verify("message", flipped);
    ASSERT_FALSE(refused) << i;
    EXPECT_EQ(refused.error().code, ErrorCode::kTampered);
    EXPECT_FALSE(verifying.Verify("message", signature.substr(0, i)));
  }
  EXPECT_FALSE(verifying.Verify("messagf", signature));
  EXPECT_FALSE(verifying.Verify("", signature));
  EXPECT_FALSE(verifying.Verify("message", signature + "x"));
  EXPECT_TRUE(verifying.Verify("", *key->Sign("")));
}

TEST(Signature, Ed25519SignsAndRefusesEveryFlippedByte) { RoundTrip(Ed25519()); }
TEST(Signature, P256SignsAndRefusesEveryFlippedByte) { RoundTrip(P256()); }

TEST(Signature, OfAnotherKeyIsRefused) {
  Pair mine = P256(), other = P256();
  std::string signature = *SigningKey::Open(mine.private_path())->Sign("m");
  EXPECT_FALSE(VerifyingKey::FromPem(other.public_pem())->front().Verify("m", signature));
}

TEST(SigningKey, OfAnotherTypeIsUnsupported) {
  Pair p384(EVP_EC_gen("P-384")), rsa(EVP_RSA_gen(2048));
  for (const Pair* pair : {&p384, &rsa}) {
    Expected<SigningKey> key = SigningKey::Open(pair->private_path());
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, ErrorCode::kUnsupported);
    EXPECT_THAT(key.error().hint, HasSubstr("Ed25519"));
  }
}

TEST(SigningKey, ThatIsNotThereOrIsPublicOnlyIsRefusedInOneSentence) {
  Pair pair = P256();
  EXPECT_FALSE(SigningKey::Open(pair.directory.Path("absent")));
  Expected<SigningKey> key = SigningKey::Open(pair.directory.Path("public"));
  ASSERT_FALSE(key);
  EXPECT_THAT(key.error().ToString(), HasSubstr("opening the signing key"));
}

TEST(VerifyingKey, ReadsEveryPublicKeyOfATextAndNothingElse) {
  Pair a = P256(), b = Ed25519();
  EXPECT_EQ(
      VerifyingKey::FromPem("# ours\n" + a.public_pem() + "# theirs\n" + b.public_pem())->size(),
      2u);
  EXPECT_FALSE(VerifyingKey::FromPem(""));
  EXPECT_FALSE(VerifyingKey::FromPem("no key here\n"));
  EXPECT_FALSE(VerifyingKey::FromPem(a.directory.ReadBack("key")));
  EXPECT_FALSE(VerifyingKey::FromPem(std::string(70'000, '\n') + a.public_pem()));
}

TEST(VerifyingKey, RefusesATextWithOneMalformedKeyAltogether) {
  Pair a = Ed25519();
  std::string broken = a.public_pem();
  broken[broken.find("\n") + 3] ^= 1;
  EXPECT_FALSE(VerifyingKey::FromPem(a.public_pem() + broken));
}

}  // namespace
}  // namespace assay
