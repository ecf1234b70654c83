// SPDX-License-Identifier: Apache-2.0
#include "attest/ledger_history.h"

#include <gmock/gmock.h>

#include "attest/evidence_form.h"
#include "attest/ledger_chain.h"

namespace assay {
namespace {

LedgerRecord Opening(const Digest& pcr_before) {
  LedgerRecord record;
  record.mutable_open()->set_pcr_before(std::string(AsBytes(pcr_before)));
  record.mutable_open()->set_boot_id("boot");
  return record;
}

LedgerRecord Drift(const std::string& subject, int deviations = 1) {
  LedgerRecord record;
  for (int i = 0; i < deviations; i++) {
    Deviation* deviation = record.mutable_drift()->add_deviations();
    deviation->set_kind("file");
    deviation->set_subject(subject);
  }
  return record;
}

LedgerHistory Opened(const Digest& pcr_before = {}) {
  LedgerHistory history;
  EXPECT_TRUE(history.Add(Opening(pcr_before)));
  return history;
}

TEST(LedgerHistory, KnowsHowManyRecordsAPcrHolds) {
  LedgerHistory history = Opened(Sha256Of("shim"));
  ASSERT_TRUE(history.Add(Drift("/a")));
  Digest pcr = Sha256Of("shim");
  EXPECT_EQ(history.CommittedAt(pcr), 0u);
  for (size_t n = 0; n < 2; n++) {
    pcr = ExtendPcr(pcr, RecordDigest(history.records()[n]));
    EXPECT_EQ(history.CommittedAt(pcr), n + 1);
  }
  EXPECT_FALSE(history.CommittedAt(ExtendPcr(pcr, Digest{})));
  EXPECT_FALSE(history.CommittedAt(Digest{}));
}

TEST(LedgerHistory, GoesOnFromWhatAResyncObserved) {
  LedgerHistory history = Opened();
  LedgerRecord resync;
  resync.mutable_resync()->set_pcr_observed(std::string(AsBytes(Sha256Of("foreign"))));
  ASSERT_TRUE(history.Add(resync));
  EXPECT_EQ(history.CommittedAt(Sha256Of("foreign")), 1u);
  EXPECT_EQ(history.CommittedAt(ExtendPcr(Sha256Of("foreign"), RecordDigest(history.records()[1]))),
            2u);
}

TEST(LedgerHistory, DriftBeyondARecordIsCutAndCounted) {
  LedgerHistory history = Opened();
  ASSERT_TRUE(history.Add(Drift(std::string(500, 'x'), 1000)));
  const DriftRecord& drift = history.parsed().back().drift();
  EXPECT_GT(drift.deviations_size(), 10);
  EXPECT_EQ(uint64_t(drift.deviations_size()) + drift.omitted(), 1000u);
  EXPECT_LE(history.records().back().size(), kMaxRecord);
}

TEST(LedgerHistory, NamesThatAreNotTextAreMadeText) {
  LedgerHistory history = Opened();
  ASSERT_TRUE(history.Add(Drift("/etc/\xff\xfe")));
  EXPECT_TRUE(ReadRecord(history.records().back()));
  EXPECT_EQ(history.parsed().back().drift().deviations(0).subject(), "/etc/\\xff\\xfe");
  ASSERT_TRUE(history.Add(Drift(std::string(1 << 20, 'x'))));
  EXPECT_TRUE(ReadRecord(history.records().back()));
}

TEST(LedgerHistory, RefusesWhatAVerifierWould) {
  LedgerHistory history = Opened();
  EXPECT_FALSE(history.Add(Opening({})));
  EXPECT_FALSE(history.Add(LedgerRecord()));
  EXPECT_FALSE(LedgerHistory().Add(Drift("/a")));
  std::vector<std::string> records = history.records();
  EXPECT_TRUE(LedgerHistory::From(records));
  records.push_back(records[0]);
  EXPECT_FALSE(LedgerHistory::From(records));
  EXPECT_FALSE(LedgerHistory::From({}));
  EXPECT_FALSE(LedgerHistory::From({"rubbish"}));
}

}  // namespace
}  // namespace assay
