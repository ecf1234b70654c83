// SPDX-License-Identifier: Apache-2.0
// Checklist steps 17 and 18: what was said cannot be un-said.
#include <gtest/gtest.h>

#include "tests/attest/evidence_builder.h"

namespace assay {
namespace {

struct Node : EvidenceBuilder {
  Node() { Begin(); }
  void Later() {
    nonce[0]++;
    clock += 1000;
  }
};

const Claim* Find(const AttestationResult& result, std::string_view name) {
  for (const Claim& claim : result.claims)
    if (claim.name == name) return &claim;
  return nullptr;
}

void ExpectIs(const AttestationResult& result, Appraisal appraisal, std::string_view words) {
  EXPECT_EQ(AppraisalName(result.appraisal), AppraisalName(appraisal)) << result.sentence;
  EXPECT_NE(result.sentence.find(words), std::string::npos) << result.sentence;
  EXPECT_NE(result.verdict, Verdict::kGolden);
  if (appraisal == Appraisal::kTampered) {
    EXPECT_EQ(result.verdict, Verdict::kDrifted);
    EXPECT_FALSE(result.state) << "tampered evidence must not become what is remembered";
  }
}

TEST(VerifyLedger, TakesARemovedDriftRecordForTampered) {
  Node node;
  node.AppendDrift();
  node.presented = {node.ledger[0], node.ledger[1]};
  ExpectIs(node.Appraise(), Appraisal::kTampered, "missing or changed");
}

TEST(VerifyLedger, TakesReorderedRecordsForTampered) {
  Node node;
  node.AppendDrift();
  node.presented = {node.ledger[0], node.ledger[2], node.ledger[1]};
  ExpectIs(node.Appraise(), Appraisal::kTampered, "reordered");
}

TEST(VerifyLedger, TakesAReplacedRecordForTampered) {
  Node node;
  node.AppendDrift();
  LedgerRecord scan;
  scan.mutable_scan()->set_objects(9);
  node.presented = {node.ledger[0], node.ledger[1], node.Record(scan, 2)};
  ExpectIs(node.Appraise(), Appraisal::kTampered, "missing or changed");
}

TEST(VerifyLedger, TakesASkippedNumberForTamperedThoughThePcrAgrees) {
  Node node;
  LedgerRecord scan;
  scan.mutable_scan()->set_objects(9);
  node.ledger.push_back(node.Record(scan, 3));
  ExpectIs(node.Appraise(), Appraisal::kTampered, "skipped");
}

TEST(VerifyLedger, TakesRecordsThatWereNeverCommittedForTampered) {
  Node node;
  std::vector<std::string> claimed = node.ledger;
  LedgerRecord scan;
  scan.mutable_scan()->set_objects(9);
  claimed.push_back(node.Record(scan));
  node.presented = claimed;
  ExpectIs(node.Appraise(), Appraisal::kTampered, "only 2 were committed");
}

TEST(VerifyLedger, CountsRecordsBeyondTheQuoteAndDoesNotBelieveThem) {
  Node node;
  Node later = node;
  later.AppendDrift();
  node.unquoted = {later.ledger[2], "not even a record"};
  AttestationResult result = node.Appraise();
  EXPECT_EQ(result.verdict, Verdict::kGolden) << result.sentence;
  EXPECT_NE(Find(result, "ledger")->text.find("2 later ones"), std::string::npos);
  EXPECT_EQ(result.state->ledger_length(), 2u);
}

TEST(VerifyLedger, BelievesARecordThatReachedThePcrBeforeACrashCouldSaySo) {
  Node node;
  node.AppendDrift();
  node.vouched_length = 2;
  ExpectIs(node.Appraise(), Appraisal::kDrift, "sshd_config");
}

TEST(VerifyLedger, RefusesUnknownFieldsInsideARecord) {
  Node node;
  node.ledger[1] += "\x78\x01";
  ExpectIs(node.Appraise(), Appraisal::kNoProof, "unknown field 15");
}

TEST(VerifyLedger, RefusesARecordWithTwoPayloads) {
  Node node;
  node.ledger[1] += std::string("\x4a\x00", 2);  // also a CloseRecord
  ExpectIs(node.Appraise(), Appraisal::kNoProof, "twice");
}

TEST(VerifyLedger, ProvesNothingWithoutRecordsOrWithoutTheOpening) {
  Node node;
  node.ledger.clear();
  ExpectIs(node.Appraise(), Appraisal::kNoProof, "no ledger");
  node.AppendMatch();
  ExpectIs(node.Appraise(), Appraisal::kNoProof, "does not begin with its opening");
}

TEST(VerifyLedger, ProvesNothingWhenALedgerIsOpenedTwice) {
  Node node;
  node.Begin();
  ExpectIs(node.Appraise(), Appraisal::kNoProof, "that was open");
}

TEST(VerifyLedger, ProvesNothingByTheLedgerOfAnotherBoot) {
  Node node;
  node.reset_count++;
  ExpectIs(node.Appraise(), Appraisal::kNoProof, "another boot");
}

TEST(VerifyLedger, ProvesNothingBeforeItIsCommitted) {
  Node node;
  node.unquoted = node.ledger;
  node.ledger.clear();
  ExpectIs(node.Appraise(), Appraisal::kNoProof, "not yet committed");
}

TEST(VerifyHistory, MayGrowFromOneAppraisalToTheNext) {
  Node node;
  std::optional<VerifierState> last;
  for (int i = 0; i < 3; i++) {
    AttestationResult result = node.Appraise(last);
    EXPECT_EQ(result.verdict, Verdict::kGolden) << result.sentence;
    last = result.state;
    node.Later();
    LedgerRecord scan;
    scan.mutable_scan()->set_objects(9);
    node.Append(scan);
  }
}

TEST(VerifyHistory, TakesAShorterHistoryForTampered) {
  Node node;
  LedgerRecord scan;
  scan.mutable_scan()->set_objects(9);
  Node before = node;
  node.Append(scan);
  AttestationResult first = node.Appraise();
  before.ak = node.ak;
  before.enrolment = node.enrolment;
  before.Later();
  ExpectIs(before.Appraise(first.state), Appraisal::kTampered, "removed");
}

TEST(VerifyHistory, TakesAForkForTampered) {
  Node node, fork = node;
  LedgerRecord scan;
  scan.mutable_scan()->set_objects(9);
  node.Append(scan);
  AttestationResult first = node.Appraise();
  scan.mutable_scan()->set_objects(8);
  fork.Append(scan);
  fork.Append(scan);
  fork.Later();
  ExpectIs(fork.Appraise(first.state), Appraisal::kTampered, "forked");
}

TEST(VerifyHistory, TakesALedgerDeletedAndReopenedInOneBootForTampered) {
  Node node;
  node.AppendDrift();
  AttestationResult first = node.Appraise();
  EXPECT_EQ(first.appraisal, Appraisal::kDrift);
  Node anew = node;
  anew.Later();
  anew.pcr_before = Sha256Of("where the deleted ledger had got to");
  anew.ledger.clear();
  anew.Begin();
  anew.AppendMatch();
  ExpectIs(anew.Appraise(first.state), Appraisal::kTampered, "forked");
  ExpectIs(anew.Appraise(), Appraisal::kNoProof, "was not empty when the ledger was opened");
}

TEST(VerifyHistory, MayBeginAnewWithANewBoot) {
  Node node;
  node.AppendDrift();
  AttestationResult first = node.Appraise();
  Node next = node;
  next.ledger.clear();
  next.reset_count++;
  next.restart_count = 0;
  next.clock -= 4;  // as measured after a disorderly reset
  next.safe = 0;
  next.nonce[0]++;
  next.Begin();
  AttestationResult result = next.Appraise(first.state);
  EXPECT_EQ(result.verdict, Verdict::kGolden) << result.sentence;
}

TEST(VerifyHistory, IsNotVouchedForAcrossAResynchronisation) {
  Node node;
  node.foreign_before = 2;
  ExpectIs(node.Appraise(), Appraisal::kTampered, "missing or changed");
  LedgerRecord resync;
  resync.mutable_resync()->set_pcr_observed(std::string(AsBytes(node.LedgerPcr())));
  node.Append(resync);
  AttestationResult result = node.Appraise();
  ExpectIs(result, Appraisal::kNoProof, "somebody else extended");
  node.AppendDrift();
  ExpectIs(node.Appraise(), Appraisal::kDrift, "sshd_config");
}

TEST(VerifyClock, TakesARolledBackTpmForTampered) {
  Node node;
  AttestationResult first = node.Appraise();
  Node back = node;
  back.Later();
  back.clock = node.clock - 1;
  ExpectIs(back.Appraise(first.state), Appraisal::kTampered, "clock");
  for (bool reset : {true, false}) {
    back = node;
    back.Later();
    (reset ? back.reset_count : back.restart_count)--;
    back.ledger.clear();
    back.Begin();
    ExpectIs(back.Appraise(first.state), Appraisal::kTampered, reset ? "reset" : "restart");
  }
}

}  // namespace
}  // namespace assay
