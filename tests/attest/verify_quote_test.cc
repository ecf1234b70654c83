// SPDX-License-Identifier: Apache-2.0
// Checklist steps 1 to 13: is it a quote, of that key, for this nonce, over those registers.
#include <gtest/gtest.h>

#include "attest/verify_key.h"
#include "tests/attest/evidence_builder.h"

namespace assay {
namespace {

struct Node : EvidenceBuilder {
  Node() { Begin(); }
};

std::string LastClaim(const AttestationResult& result) {
  return result.claims.empty() ? "" : result.claims.back().name;
}

void ExpectEndsAt(const AttestationResult& result, Appraisal appraisal, const char* claim) {
  EXPECT_EQ(AppraisalName(result.appraisal), AppraisalName(appraisal)) << result.sentence;
  EXPECT_EQ(result.verdict,
            appraisal == Appraisal::kTampered ? Verdict::kDrifted : Verdict::kUnknown);
  EXPECT_EQ(LastClaim(result), claim) << result.sentence;
  EXPECT_FALSE(result.state);
  EXPECT_TRUE(result.drifts.empty());
}

TEST(Verify, FindsAMatchingNodeGoldenAndEveryClaimInOrder) {
  AttestationResult result = Node().Appraise();
  EXPECT_EQ(result.verdict, Verdict::kGolden) << result.sentence;
  EXPECT_EQ(result.appraisal, Appraisal::kMatch);
  std::vector<std::string> names;
  for (const Claim& claim : result.claims) names.push_back(claim.name);
  EXPECT_EQ(names, (std::vector<std::string>{"form", "nonce", "node", "ak-attributes", "ek-binding",
                                             "signature", "qualifying-data", "qualified-signer",
                                             "pcr-selection", "pcr-values", "firmware-log", "boot",
                                             "ledger", "ledger-start", "clock", "history", "report",
                                             "channels"}));
  ASSERT_TRUE(result.state);
  EXPECT_EQ(result.state->ledger_length(), 2u);
  EXPECT_EQ(result.state->clock(), 1'000'000u);
}

// Step 1
TEST(VerifyForm, RefusesUnknownFieldsTrailingBytesAndFieldsThatComeTwice) {
  Node node;
  std::string good = node.Build().SerializeAsString();
  auto appraise = [&](const std::string& bytes) {
    return Verify(bytes, node.nonce, node.enrolment, node.reference, node.policy, {});
  };
  EXPECT_EQ(appraise(good).verdict, Verdict::kGolden);
  ExpectEndsAt(appraise(good + "\x78\x01"), Appraisal::kUntrusted, "form");  // field 15
  ExpectEndsAt(appraise(good + '\0'), Appraisal::kUntrusted, "form");
  ExpectEndsAt(appraise(good + "\x12\x06node-1"), Appraisal::kUntrusted, "form");
  ExpectEndsAt(appraise(""), Appraisal::kUntrusted, "form");
}

TEST(VerifyForm, RefusesAnotherVersion) {
  Node node;
  Evidence evidence = node.Build();
  evidence.set_version(2);
  ExpectEndsAt(node.Appraise(evidence), Appraisal::kUntrusted, "form");
}

TEST(VerifyForm, RefusesEvidenceAboveItsLimit) {
  Node node;
  std::string bytes((64 << 20) + 1, '\0');
  ExpectEndsAt(Verify(bytes, node.nonce, node.enrolment, node.reference, node.policy, {}),
               Appraisal::kUntrusted, "form");
}

TEST(VerifyForm, RefusesMoreRecordsThanItsLimitBeforeItMakesObjectsOfThem) {
  Node node;
  std::string bytes;
  for (int i = 0; i < 220'000; i++) bytes += std::string("\x42\x00", 2);  // empty ledger records
  AttestationResult result =
      Verify(bytes, node.nonce, node.enrolment, node.reference, node.policy, {});
  ExpectEndsAt(result, Appraisal::kUntrusted, "form");
  EXPECT_NE(result.sentence.find("too many fields"), std::string::npos) << result.sentence;
}

// Text that is not UTF-8, and numbers longer than needed, have a second reading somewhere.
TEST(VerifyForm, RefusesTextThatIsNotUtf8AndPaddedNumbers) {
  Node node;
  Evidence evidence = node.Build();
  std::string good = evidence.SerializeAsString();
  ASSERT_TRUE(good.starts_with("\x08\x01"));
  std::string padded = "\x08\x81" + std::string(1, '\0') + good.substr(2);
  ExpectEndsAt(Verify(padded, node.nonce, node.enrolment, node.reference, node.policy, {}),
               Appraisal::kUntrusted, "form");
  for (std::string text : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
    std::string bytes = "\x12" + std::string(1, char(text.size())) + text;
    AttestationResult result =
        Verify(bytes, node.nonce, node.enrolment, node.reference, node.policy, {});
    EXPECT_NE(result.sentence.find("UTF-8"), std::string::npos) << result.sentence;
  }
}

// Step 2
TEST(VerifyNonce, TakesAnotherNonceForStale) {
  Node node;
  Evidence evidence = node.Build();
  node.nonce = std::string(32, 'm');
  ExpectEndsAt(node.Appraise(evidence), Appraisal::kStale, "nonce");
}

TEST(VerifyNonce, RefusesAPrefixOfTheNonceAndOneThatIsTooShort) {
  Node node;
  Evidence evidence = node.Build();
  node.nonce = std::string(31, 'n');
  ExpectEndsAt(node.Appraise(evidence), Appraisal::kStale, "nonce");
  node.nonce = std::string(15, 'n');
  ExpectEndsAt(node.Appraise(), Appraisal::kStale, "nonce");
  node.nonce = std::string(65, 'n');
  ExpectEndsAt(node.Appraise(), Appraisal::kStale, "nonce");
}

TEST(VerifyNonce, RefusesANonceThatWasUsedBefore) {
  Node node;
  AttestationResult first = node.Appraise();
  ExpectEndsAt(node.Appraise(first.state), Appraisal::kStale, "nonce");
}

// Step 3
TEST(VerifyNode, RefusesTheEvidenceOfAnotherNode) {
  Node node;
  node.node_id = "node-2";
  ExpectEndsAt(node.Appraise(), Appraisal::kUntrusted, "node");
}

TEST(VerifyNode, RefusesStateThatWasKeptForAnotherNode) {
  Node node;
  std::optional<VerifierState> last = node.Appraise().state;
  last->set_node_id("node-2");
  node.nonce = std::string(32, 'o');
  ExpectEndsAt(node.Appraise(last), Appraisal::kUntrusted, "node");
}

TEST(VerifyNode, RefusesAnEnrolmentThatNamesNobody) {
  Node node;
  node.node_id = "";
  node.enrolment.set_node_id("");
  ExpectEndsAt(node.Appraise(), Appraisal::kUntrusted, "node");
}

// Step 4
TEST(VerifyKey, RefusesAnEnrolledKeyThatIsNotRestricted) {
  Node node;
  node.enrolment.set_ak_public(node.ak.Public(0x40072));
  ExpectEndsAt(node.Appraise(), Appraisal::kUntrusted, "ak-attributes");
}

// Step 5
TEST(VerifyKey, SaysWhenAKeyWasTakenOnTrust) {
  Node node;
  node.enrolment.set_provenance("tofu");
  AttestationResult result = node.Appraise();
  EXPECT_EQ(result.verdict, Verdict::kGolden) << result.sentence;
  EXPECT_EQ(result.claims[4].name, "ek-binding");
  EXPECT_EQ(result.claims[4].status, Claim::Status::kUnknown);
}

// Steps 6 and 7
TEST(VerifySignature, RefusesAnotherKey) {
  Node node;
  node.enrolment.set_ak_public(ActingKey().Public());
  ExpectEndsAt(node.Appraise(), Appraisal::kUntrusted, "signature");
}

TEST(VerifySignature, RefusesAnAlgorithmThatTheEvidenceChose) {
  Node node;
  Evidence evidence = node.Build();
  std::string signature = evidence.signature();
  signature[3] = 0x04;  // says SHA-1
  evidence.set_signature(signature);
  AttestationResult result = node.Appraise(evidence);
  ExpectEndsAt(result, Appraisal::kUntrusted, "signature");
  EXPECT_NE(result.sentence.find("sha1"), std::string::npos) << result.sentence;
}

TEST(VerifySignature, RefusesAnEmptySignatureAndAnEmptyQuote) {
  Node node;
  Evidence evidence = node.Build();
  evidence.clear_signature();
  ExpectEndsAt(node.Appraise(evidence), Appraisal::kUntrusted, "signature");
  evidence.clear_attest();
  evidence.set_signature(node.ak.Sign(""));
  ExpectEndsAt(node.Appraise(evidence), Appraisal::kUntrusted, "signature");
}

// Step 8: CVE-2024-29038, CVE-2024-29040
TEST(VerifyQuote, RefusesAMagicThatNoTpmWritesThoughTheSignatureIsGood) {
  Node node;
  node.magic = 0;
  ExpectEndsAt(node.Appraise(), Appraisal::kUntrusted, "signature");
}

TEST(VerifyQuote, RefusesACertifyThoughTheSignatureIsGood) {
  Node node;
  node.attest_type = 0x8017;
  ExpectEndsAt(node.Appraise(), Appraisal::kUntrusted, "signature");
}

// Step 9
TEST(VerifyQualifyingData, TakesAReplayUnderANewNonceForUntrusted) {
  Node node;
  Evidence evidence = node.Build();
  node.nonce = std::string(32, 'p');
  evidence.set_nonce(node.nonce);
  ExpectEndsAt(node.Appraise(evidence), Appraisal::kUntrusted, "qualifying-data");
}

TEST(VerifyQualifyingData, TakesTheQuoteOfTheLastAppraisalForStale) {
  Node node;
  Evidence evidence = node.Build();
  AttestationResult first = node.Appraise(evidence);
  node.nonce = std::string(32, 'p');
  evidence.set_nonce(node.nonce);
  ExpectEndsAt(node.Appraise(evidence, first.state), Appraisal::kStale, "qualifying-data");
}

TEST(VerifyQualifyingData, BindsReportFirmwareLogAndEveryRecord) {
  Node node;
  Evidence good = node.Build();
  Evidence evidence = good;
  node.report.set_objects(5);
  evidence.set_report(node.report.SerializeAsString());
  ExpectEndsAt(node.Appraise(evidence), Appraisal::kUntrusted, "qualifying-data");
  evidence = good;
  evidence.set_firmware_log("x");
  ExpectEndsAt(node.Appraise(evidence), Appraisal::kUntrusted, "qualifying-data");
  evidence = good;
  evidence.mutable_ledger()->RemoveLast();
  ExpectEndsAt(node.Appraise(evidence), Appraisal::kUntrusted, "qualifying-data");
  evidence = good;
  evidence.mutable_ledger()->SwapElements(0, 1);
  ExpectEndsAt(node.Appraise(evidence), Appraisal::kUntrusted, "qualifying-data");
}

TEST(VerifyQualifyingData, RefusesAnEmptyOne) {
  Node node;
  node.qualifying_data = "";
  ExpectEndsAt(node.Appraise(), Appraisal::kUntrusted, "qualifying-data");
}

// Step 10
TEST(VerifySigner, RefusesAKeyBelowAnotherEk) {
  Node node;
  node.enrolment.set_ek_public(ActingKey().Public(0x300b2));
  ExpectEndsAt(node.Appraise(), Appraisal::kUntrusted, "qualified-signer");
}

TEST(VerifySigner, IsUnknownWithoutAnEnrolledEk) {
  Node node;
  node.enrolment.clear_ek_public();
  AttestationResult result = node.Appraise();
  EXPECT_EQ(result.verdict, Verdict::kGolden) << result.sentence;
  EXPECT_EQ(result.claims[7].name, "qualified-signer");
  EXPECT_EQ(result.claims[7].status, Claim::Status::kUnknown);
}

// Step 11: CVE-2024-29039, CVE-2022-0317
TEST(VerifySelection, RefusesAnythingButExactlyTheWantedSelection) {
  const std::string wanted("\xff\x73\x00", 3), more("\xff\x73\x01", 3), less("\xff\x53\x00", 3);
  auto one = [](const std::string& bitmap, uint16_t bank = 0x000B) {
    return Be(bank, 2) + Be(bitmap.size(), 1) + bitmap;
  };
  std::map<std::string, std::string> forgeries = {
      {"none", Be(0, 4)},
      {"empty", Be(1, 4) + one(std::string(3, '\0'))},
      {"more", Be(1, 4) + one(more)},
      {"fewer", Be(1, 4) + one(less)},
      {"SHA-1 bank", Be(1, 4) + one(wanted, 0x0004)},
      {"twice", Be(2, 4) + one(wanted) + one(wanted)},
      {"two banks", Be(2, 4) + one(wanted) + one(wanted, 0x000C)},
      {"another length", Be(1, 4) + one(wanted + '\0')}};
  for (const auto& [what, selection] : forgeries) {
    Node node;
    node.selection = selection;
    SCOPED_TRACE(what);
    ExpectEndsAt(node.Appraise(), Appraisal::kNoProof, "pcr-selection");
  }
  Node node;
  node.selection = Be(1, 4) + one(wanted);
  EXPECT_EQ(node.Appraise().verdict, Verdict::kGolden);
}

TEST(VerifySelection, RefusesAResettablePcrRelabelledAsTheLedgers) {
  Node node;  // PCR 16 quoted in place of 14, its value shown under the name 14
  node.selection = Be(1, 4) + Be(0x000B, 2) + Be(3, 1) + std::string("\xff\x33\x01", 3);
  ExpectEndsAt(node.Appraise(), Appraisal::kNoProof, "pcr-selection");
}

// Step 12
TEST(VerifyPcrValues, RefusesValuesThatWereNotQuoted) {
  Node node;
  Evidence evidence = node.Build();
  evidence.mutable_pcrs(3)->mutable_value()->front() ^= 1;
  ExpectEndsAt(node.Appraise(evidence), Appraisal::kUntrusted, "pcr-values");
}

TEST(VerifyPcrValues, RefusesDuplicatesOmissionsAndOtherNames) {
  Node node;
  Evidence good = node.Build(), evidence = good;
  *evidence.add_pcrs() = evidence.pcrs(0);
  ExpectEndsAt(node.Appraise(evidence), Appraisal::kUntrusted, "pcr-values");
  evidence = good;
  evidence.mutable_pcrs()->RemoveLast();
  ExpectEndsAt(node.Appraise(evidence), Appraisal::kUntrusted, "pcr-values");
  evidence = good;
  evidence.mutable_pcrs(1)->set_index(0);
  ExpectEndsAt(node.Appraise(evidence), Appraisal::kUntrusted, "pcr-values");
  evidence = good;
  evidence.mutable_pcrs(1)->set_index(257);
  ExpectEndsAt(node.Appraise(evidence), Appraisal::kUntrusted, "pcr-values");
  evidence = good;
  evidence.mutable_pcrs(1)->mutable_value()->pop_back();
  ExpectEndsAt(node.Appraise(evidence), Appraisal::kUntrusted, "pcr-values");
  evidence = good;
  evidence.clear_pcrs();
  ExpectEndsAt(node.Appraise(evidence), Appraisal::kUntrusted, "pcr-values");
}

// Step 13
TEST(VerifyPolicy, RefusesToTrustPcrsThatCanBeReset) {
  for (uint8_t pcr : {16, 17, 22, 23}) {
    Node node;
    node.policy.pcrs.push_back(pcr);
    ExpectEndsAt(node.Appraise(), Appraisal::kNoProof, "form");
  }
}

TEST(VerifyPolicy, RefusesNoPcrsDuplicatesAndAPolicyWithoutTheLedgers) {
  for (std::vector<uint8_t> pcrs : {std::vector<uint8_t>{}, {0, 1, 14, 14}, {14, 0}, {0, 1, 2}}) {
    Node node;
    node.policy.pcrs = pcrs;
    ExpectEndsAt(node.Appraise(), Appraisal::kNoProof, "form");
  }
}

}  // namespace
}  // namespace assay
