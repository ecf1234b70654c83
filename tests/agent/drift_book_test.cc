// SPDX-License-Identifier: Apache-2.0
#include "agent/drift_book.h"

#include <gtest/gtest.h>

namespace assay {
namespace {

// A ledger that remembers what was appended before the book kept it.
class RecordingLedger : public Ledger {
 public:
  Expected<void> Append(LedgerRecord record) override {
    appended.push_back(record);
    if (fail) return Fail(ErrorCode::kUnavailable, "disk full");
    return {};
  }
  Expected<void> Commit() override { return {}; }
  Expected<void> Reconcile() override { return {}; }
  Digest pcr_value() const override { return {}; }
  uint8_t pcr() const override { return 14; }
  const std::vector<std::string>& records() const override { return none_; }
  uint64_t committed() const override { return 0; }
  Digest head() const override { return {}; }
  bool HasMatch() const override { return false; }
  std::vector<DriftRecord> Drifts() const override { return {}; }
  bool persisted() const override { return true; }

  std::vector<LedgerRecord> appended;
  bool fail = false;

 private:
  std::vector<std::string> none_;
};

Finding Changed(std::string path, std::string actual = "sha256:bb") {
  return {Finding::Kind::kFile, Finding::Change::kChanged, std::move(path), "content",
          "sha256:aa",          std::move(actual)};
}

TEST(DriftBook, TheSameDeviationIsRecordedOnce) {
  DriftBook book;
  RecordingLedger ledger;
  std::string error;
  EXPECT_EQ(book.Add({Changed("/etc/x")}, std::nullopt, {}, &ledger, &error), 1u);
  EXPECT_EQ(book.Add({Changed("/etc/x")}, std::nullopt, {}, &ledger, &error), 0u);
  EXPECT_EQ(book.Add({Changed("/etc/x", "sha256:cc")}, std::nullopt, {}, &ledger, &error), 1u)
      << "other bytes are another drift";
  EXPECT_EQ(ledger.appended.size(), 2u);
}

TEST(DriftBook, ABatchIsOneRecordAndNamesItsCause) {
  DriftBook book;
  RecordingLedger ledger;
  Cause cause;
  cause.process.pid = 42;
  cause.process.exe = "/usr/bin/vi";
  cause.uid = 0;
  std::string error;
  book.Add({Changed("/etc/x"), Changed("/etc/y")}, cause, {}, &ledger, &error);
  ASSERT_EQ(ledger.appended.size(), 1u);
  const DriftRecord& record = ledger.appended[0].drift();
  EXPECT_EQ(record.deviations_size(), 2);
  EXPECT_EQ(record.cause().process().exe(), "/usr/bin/vi");
  EXPECT_TRUE(record.cause().has_uid());
  EXPECT_FALSE(record.cause().has_login_uid()) << "unknown is not zero";
}

TEST(DriftBook, AHugeBatchIsBoundedAndCountsWhatItOmits) {
  DriftBook book;
  RecordingLedger ledger;
  std::vector<Finding> many;
  for (int i = 0; i < 200; i++) many.push_back(Changed("/etc/" + std::to_string(i)));
  std::string error;
  book.Add(many, std::nullopt, {}, &ledger, &error);
  EXPECT_EQ(ledger.appended[0].drift().deviations_size(), int(DriftBook::kMaxPerRecord));
  EXPECT_EQ(ledger.appended[0].drift().omitted(), 200 - DriftBook::kMaxPerRecord);
  EXPECT_EQ(book.count(), 200u);
}

TEST(DriftBook, ALedgerThatFailsIsToldAndTheDriftIsKept) {
  DriftBook book;
  RecordingLedger ledger;
  ledger.fail = true;
  std::string error;
  EXPECT_EQ(book.Add({Changed("/etc/x")}, std::nullopt, {}, &ledger, &error), 1u);
  EXPECT_EQ(error, "disk full");
  EXPECT_EQ(book.entries().size(), 1u);
}

TEST(DriftBook, WhatAnEarlierAgentRecordedIsRestoredAndNotRecordedAgain) {
  DriftBook first;
  RecordingLedger ledger;
  std::string error;
  first.Add({Changed("/etc/x\n")}, std::nullopt, {}, &ledger, &error);
  DriftBook second;
  second.Restore({ledger.appended[0].drift()});
  EXPECT_EQ(second.count(), 1u);
  EXPECT_EQ(second.Add({Changed("/etc/x\n")}, std::nullopt, {}, &ledger, &error), 0u);
}

TEST(DriftBook, NamesAreMadePrintableBeforeTheyAreSigned) {
  EXPECT_EQ(ToDeviation(Changed("/etc/\x1b[2J")).subject(), "/etc/\\x1b[2J");
}

}  // namespace
}  // namespace assay
