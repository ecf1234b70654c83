// SPDX-License-Identifier: Apache-2.0
#include "attest/tpms.h"

#include <gtest/gtest.h>

#include "attest/verify_key.h"
#include "base/digest.h"
#include "base/file.h"

namespace assay {
namespace {

std::string Vector(const std::string& name) {
  Expected<std::string> bytes =
      ReadFile(std::string(ASSAY_SOURCE_DIR) + "/tests/attest/data/" + name, 1 << 20);
  EXPECT_TRUE(bytes) << bytes.error().ToString();
  return bytes.value_or("");
}

// tpm2-tools writes TPM2B_PUBLIC; ours is the TPMT_PUBLIC inside.
std::string Public(const std::string& name) { return Vector(name).substr(2); }

constexpr const char* kMachines[] = {"noima", "ima", "ima-sb-grub-initrd"};

TEST(ParseQuote, ReadsTheRsaQuoteOfKeylime) {
  std::string attest = Vector("klm-quote.out");
  Expected<QuoteStatement> quote = ParseQuote(attest);
  ASSERT_TRUE(quote) << quote.error().ToString();
  EXPECT_EQ(Hex(quote->qualifying_data), "db1db298db6d60e6385b7231743e9c3056a18003");
  ASSERT_EQ(quote->selections.size(), 1u);
  EXPECT_EQ(quote->selections[0].bank, kAlgSha256);
  EXPECT_EQ(quote->selections[0].Pcrs(), (std::vector<uint8_t>{15, 16, 22}));
  EXPECT_TRUE(Hex(quote->pcr_digest).starts_with("ec1636c6"));
}

TEST(ParseSignature, ReadsTheRsaSignatureOfKeylime) {
  std::string bytes = Vector("klm-quotesig.out");
  Expected<TpmSignature> signature = ParseSignature(bytes);
  ASSERT_TRUE(signature) << signature.error().ToString();
  EXPECT_EQ(signature->algorithm, kAlgRsaSsa);
  EXPECT_EQ(signature->hash, kAlgSha256);
  EXPECT_EQ(signature->rsa.size(), 256u);
}

TEST(ParsePublic, ReadsRsaKeysAndComputesTheirName) {
  std::string ak = Public("klm-ak.pub"), ek = Public("klm-ek.pub");
  Expected<KeyTemplate> key = ParsePublic(ak);
  ASSERT_TRUE(key) << key.error().ToString();
  EXPECT_EQ(key->type, kAlgRsa);
  EXPECT_EQ(key->key_bits, 2048);
  EXPECT_EQ(KeyName(ak).value_or(""), Vector("klm-ak.name"));
  EXPECT_TRUE(ParsePublic(ek));
}

TEST(ParseQuote, RefusesEveryTruncationAndATrailingByte) {
  std::string attest = Vector("vm/noima/quote.msg");
  for (size_t n = 0; n < attest.size(); n++) EXPECT_FALSE(ParseQuote(attest.substr(0, n))) << n;
  EXPECT_FALSE(ParseQuote(attest + '\0'));
  EXPECT_TRUE(ParseQuote(attest));
}

TEST(ParsePublic, RefusesEveryTruncationAndATrailingByte) {
  for (std::string key : {Public("vm/noima/ak.pub"), Public("klm-ek.pub")}) {
    for (size_t n = 0; n < key.size(); n++) EXPECT_FALSE(ParsePublic(key.substr(0, n))) << n;
    EXPECT_FALSE(ParsePublic(key + '\0'));
  }
}

TEST(ParseSignature, RefusesEveryTruncationAndATrailingByte) {
  for (std::string bytes : {Vector("vm/noima/quote.sig"), Vector("klm-quotesig.out")}) {
    for (size_t n = 0; n < bytes.size(); n++) EXPECT_FALSE(ParseSignature(bytes.substr(0, n)));
    EXPECT_FALSE(ParseSignature(bytes + '\0'));
    EXPECT_TRUE(ParseSignature(bytes));
  }
}

TEST(ParseQuote, RefusesAMagicThatNoTpmWrites) {
  std::string attest = Vector("vm/noima/quote.msg");
  attest.replace(0, 4, 4, '\0');
  EXPECT_FALSE(ParseQuote(attest));
}

TEST(ParseQuote, RefusesACertifyPassedOffAsAQuote) {
  std::string attest = Vector("vm/noima/quote.msg");
  attest[5] = 0x17;  // TPM_ST_ATTEST_CERTIFY
  EXPECT_FALSE(ParseQuote(attest));
}

TEST(QuotingKey, VerifiesTheQuotesOfThreeVirtualMachines) {
  for (std::string machine : kMachines) {
    SCOPED_TRACE(machine);
    Expected<QuotingKey> key = QuotingKey::FromPublic(Public("vm/" + machine + "/ak.pub"));
    ASSERT_TRUE(key) << key.error().ToString();
    EXPECT_EQ(key->name(), Vector("vm/" + machine + "/ak.name"));
    std::string attest = Vector("vm/" + machine + "/quote.msg");
    std::string signature = Vector("vm/" + machine + "/quote.sig");
    Expected<void> verified = key->Verify(attest, signature);
    EXPECT_TRUE(verified) << verified.error().ToString();
  }
}

TEST(QuotingKey, RefusesAQuoteWithAnyBitFlipped) {
  QuotingKey key = *QuotingKey::FromPublic(Public("vm/noima/ak.pub"));
  std::string attest = Vector("vm/noima/quote.msg"), signature = Vector("vm/noima/quote.sig");
  for (size_t i = 0; i < attest.size(); i++) {
    std::string changed = attest;
    changed[i] ^= 1;
    EXPECT_FALSE(key.Verify(changed, signature)) << i;
  }
}

TEST(QuotingKey, RefusesTheKeyOfAnotherMachine) {
  QuotingKey key = *QuotingKey::FromPublic(Public("vm/ima/ak.pub"));
  EXPECT_FALSE(key.Verify(Vector("vm/noima/quote.msg"), Vector("vm/noima/quote.sig")));
}

TEST(QuotingKey, RefusesRsaByName) {
  Expected<QuotingKey> key = QuotingKey::FromPublic(Public("klm-ak.pub"));
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(key.error().text.find("rsa"), std::string::npos);
}

TEST(QuotingKey, RefusesAKeyThatLacksOneNeededAttribute) {
  std::string ak = Public("vm/noima/ak.pub");
  for (uint32_t bit : {1u, 4u, 5u, 16u, 18u, 17u}) {  // each needed bit off; decrypt on
    std::string changed = ak;
    changed[4 + 3 - bit / 8] ^= char(1u << (bit % 8));
    EXPECT_FALSE(QuotingKey::FromPublic(changed)) << "bit " << bit;
  }
  EXPECT_TRUE(QuotingKey::FromPublic(ak));
}

TEST(QuotingKey, RefusesAPointOffTheCurve) {
  std::string ak = Public("vm/noima/ak.pub");
  ak.back() ^= 1;
  Expected<QuotingKey> key = QuotingKey::FromPublic(ak);
  ASSERT_FALSE(key);
  EXPECT_NE(key.error().text.find("curve"), std::string::npos) << key.error().text;
}

TEST(QualifiedName, IsTheSignerThatRealQuotesName) {
  for (std::string machine : kMachines) {
    std::string attest = Vector("vm/" + machine + "/quote.msg");
    std::string parent = *KeyName(Public("vm/" + machine + "/ek.pub"));
    std::string key = *KeyName(Public("vm/" + machine + "/ak.pub"));
    EXPECT_EQ(Hex(QualifiedName(parent, key)), Hex(ParseQuote(attest)->qualified_signer));
  }
}

}  // namespace
}  // namespace assay
