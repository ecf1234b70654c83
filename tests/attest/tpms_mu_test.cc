// SPDX-License-Identifier: Apache-2.0
// Our readers against tpm2-tss, which only this test links: what it makes of valid bytes, we do.
#include <gtest/gtest.h>
#include <tss2/tss2_mu.h>

#include <random>

#include "attest/tpms.h"
#include "base/digest.h"

namespace assay {
namespace {

std::string_view View(const uint8_t* bytes, size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

class Source {
 public:
  uint64_t Next() { return random_(); }
  uint16_t Fill(uint8_t* bytes, size_t limit) {
    auto size = uint16_t(Next() % (limit + 1));
    for (size_t i = 0; i < size; i++) bytes[i] = uint8_t(Next());
    return size;
  }

 private:
  std::mt19937_64 random_{20261123};
};

TPMS_ATTEST AnyQuote(Source& any) {
  TPMS_ATTEST quote = {};
  quote.magic = TPM2_GENERATED_VALUE;
  quote.type = TPM2_ST_ATTEST_QUOTE;
  quote.qualifiedSigner.size = any.Fill(quote.qualifiedSigner.name, 66);
  quote.extraData.size = any.Fill(quote.extraData.buffer, 64);
  quote.clockInfo.clock = any.Next();
  quote.clockInfo.resetCount = uint32_t(any.Next());
  quote.clockInfo.restartCount = uint32_t(any.Next());
  quote.clockInfo.safe = uint8_t(any.Next() & 1);
  quote.firmwareVersion = any.Next();
  TPML_PCR_SELECTION& selections = quote.attested.quote.pcrSelect;
  selections.count = uint32_t(any.Next() % 4);
  for (uint32_t i = 0; i < selections.count; i++) {
    selections.pcrSelections[i].hash = TPM2_ALG_SHA256;
    selections.pcrSelections[i].sizeofSelect = 3;
    for (uint8_t& byte : std::span(selections.pcrSelections[i].pcrSelect, 3))
      byte = uint8_t(any.Next());
  }
  quote.attested.quote.pcrDigest.size = any.Fill(quote.attested.quote.pcrDigest.buffer, 64);
  return quote;
}

TEST(ParseQuote, ReadsWhatTpm2TssWrites) {
  Source any;
  for (int round = 0; round < 10'000; round++) {
    TPMS_ATTEST quote = AnyQuote(any);
    uint8_t bytes[sizeof quote];
    size_t size = 0;
    ASSERT_EQ(Tss2_MU_TPMS_ATTEST_Marshal(&quote, bytes, sizeof bytes, &size), TSS2_RC_SUCCESS);
    Expected<QuoteStatement> ours = ParseQuote(View(bytes, size));
    ASSERT_TRUE(ours) << ours.error().ToString();
    EXPECT_EQ(ours->qualified_signer, View(quote.qualifiedSigner.name, quote.qualifiedSigner.size));
    EXPECT_EQ(ours->qualifying_data, View(quote.extraData.buffer, quote.extraData.size));
    EXPECT_EQ(ours->clock, quote.clockInfo.clock);
    EXPECT_EQ(ours->reset_count, quote.clockInfo.resetCount);
    EXPECT_EQ(ours->restart_count, quote.clockInfo.restartCount);
    EXPECT_EQ(ours->safe, quote.clockInfo.safe == 1);
    EXPECT_EQ(ours->firmware_version, quote.firmwareVersion);
    ASSERT_EQ(ours->selections.size(), quote.attested.quote.pcrSelect.count);
    for (size_t i = 0; i < ours->selections.size(); i++)
      EXPECT_EQ(ours->selections[i].bitmap,
                View(quote.attested.quote.pcrSelect.pcrSelections[i].pcrSelect, 3));
    EXPECT_EQ(ours->pcr_digest,
              View(quote.attested.quote.pcrDigest.buffer, quote.attested.quote.pcrDigest.size));
  }
}

TEST(ParsePublic, ReadsWhatTpm2TssWrites) {
  Source any;
  for (int round = 0; round < 10'000; round++) {
    TPMT_PUBLIC key = {};
    bool ecc = any.Next() & 1, symmetric = any.Next() & 1;
    key.type = ecc ? TPM2_ALG_ECC : TPM2_ALG_RSA;
    key.nameAlg = TPM2_ALG_SHA256;
    key.objectAttributes = uint32_t(any.Next()) & 0x000F0CF6;
    key.authPolicy.size = any.Fill(key.authPolicy.buffer, 64);
    TPMT_SYM_DEF_OBJECT cipher = {};
    cipher.algorithm = symmetric ? TPM2_ALG_AES : TPM2_ALG_NULL;
    cipher.keyBits.aes = 128;
    cipher.mode.aes = TPM2_ALG_CFB;
    if (ecc) {
      key.parameters.eccDetail = {cipher,
                                  {.scheme = TPM2_ALG_ECDSA, .details = {}},
                                  TPM2_ECC_NIST_P256,
                                  {.scheme = TPM2_ALG_NULL, .details = {}}};
      key.parameters.eccDetail.scheme.details.ecdsa.hashAlg = TPM2_ALG_SHA256;
      key.unique.ecc.x.size = any.Fill(key.unique.ecc.x.buffer, 32);
      key.unique.ecc.y.size = any.Fill(key.unique.ecc.y.buffer, 32);
    } else {
      key.parameters.rsaDetail = {cipher, {.scheme = TPM2_ALG_NULL, .details = {}}, 2048, 0};
      key.unique.rsa.size = any.Fill(key.unique.rsa.buffer, 256);
    }
    uint8_t bytes[sizeof key];
    size_t size = 0;
    ASSERT_EQ(Tss2_MU_TPMT_PUBLIC_Marshal(&key, bytes, sizeof bytes, &size), TSS2_RC_SUCCESS);
    Expected<KeyTemplate> ours = ParsePublic(View(bytes, size));
    ASSERT_TRUE(ours) << ours.error().ToString();
    EXPECT_EQ(ours->type, key.type);
    EXPECT_EQ(ours->attributes, key.objectAttributes);
    EXPECT_EQ(ours->policy, View(key.authPolicy.buffer, key.authPolicy.size));
    if (ecc) {
      EXPECT_EQ(ours->x, View(key.unique.ecc.x.buffer, key.unique.ecc.x.size));
      EXPECT_EQ(ours->y, View(key.unique.ecc.y.buffer, key.unique.ecc.y.size));
    } else {
      EXPECT_EQ(ours->modulus, View(key.unique.rsa.buffer, key.unique.rsa.size));
    }
  }
}

}  // namespace
}  // namespace assay
