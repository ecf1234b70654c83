// SPDX-License-Identifier: Apache-2.0
#include "attest/ledger_file.h"

#include <gmock/gmock.h>

#include "tests/support/temp_root.h"

namespace assay {
namespace {

using State = LedgerImage::State;
const std::vector<std::string> kRecords = {"first", "the second", std::string(300, '3')};

std::string Ledger() {
  std::string bytes = LedgerHeader();
  for (const std::string& record : kRecords) bytes += LedgerFrame(record);
  return bytes;
}

bool IsPrefix(const std::vector<std::string>& records) {
  return records.size() <= kRecords.size() &&
         std::equal(records.begin(), records.end(), kRecords.begin());
}

TEST(LedgerFile, WhatWasWrittenIsRead) {
  LedgerImage image = ParseLedger(Ledger());
  EXPECT_EQ(image.state, State::kWhole);
  EXPECT_EQ(image.records, kRecords);
  EXPECT_EQ(image.good_bytes, Ledger().size());
}

TEST(LedgerFile, CutAnywhereItIsTornAndHoldsTheRecordsBeforeTheCut) {
  std::string whole = Ledger();
  for (size_t length = 0; length < whole.size(); length++) {
    LedgerImage image = ParseLedger(whole.substr(0, length));
    bool between = image.good_bytes == length && length > 0;
    EXPECT_EQ(image.state, between ? State::kWhole : State::kTorn) << length;
    EXPECT_TRUE(IsPrefix(image.records)) << length;
    EXPECT_LT(image.records.size(), kRecords.size());
  }
}

TEST(LedgerFile, ZerosBehindTheLastRecordAreATornTail) {
  for (size_t zeros : {1, 15, 16, 17, 4096}) {
    LedgerImage image = ParseLedger(Ledger() + std::string(zeros, '\0'));
    EXPECT_EQ(image.state, State::kTorn);
    EXPECT_EQ(image.records, kRecords);
  }
}

TEST(LedgerFile, NoFlippedBitGivesARecordThatWasNotWritten) {
  std::string whole = Ledger();
  for (size_t i = 0; i < whole.size(); i++)
    for (int bit = 0; bit < 8; bit++) {
      std::string bad = whole;
      bad[i] = char(bad[i] ^ (1 << bit));
      LedgerImage image = ParseLedger(bad);
      EXPECT_NE(image.state, State::kWhole) << i;
      EXPECT_TRUE(IsPrefix(image.records)) << i;
      EXPECT_LT(image.records.size(), kRecords.size()) << i;
    }
}

TEST(LedgerFile, DamageInTheMiddleIsNotTakenForATornTail) {
  std::string bad = Ledger();
  bad[LedgerHeader().size() + 16] = char(bad[LedgerHeader().size() + 16] ^ 1);
  EXPECT_EQ(ParseLedger(bad).state, State::kDamaged);
}

TEST(LedgerFile, RecordsWithoutEndAreDamage) {
  for (std::string length :
       {std::string("\xff\xff\xff\xff\0\0\0\0", 8), std::string("\1\0\1\0\xfe\xff\xfe\xff", 8)})
    EXPECT_EQ(ParseLedger(LedgerHeader() + length + std::string(64, 'x')).state, State::kDamaged);
}

TEST(LedgerFile, GoesOnBehindTheTornTailItCutsOff) {
  TempRoot root;
  root.Write("ledger", Ledger() + "torn");
  Expected<LedgerFile> file = LedgerFile::Lock(root.path());
  ASSERT_TRUE(file);
  Expected<LedgerImage> image = file->Read();
  ASSERT_TRUE(image);
  ASSERT_TRUE(file->GoOn(*image));
  std::vector<std::string> more = {"fourth"};
  ASSERT_TRUE(file->Append(more));
  EXPECT_EQ(root.ReadBack("ledger"), Ledger() + LedgerFrame("fourth"));
}

TEST(LedgerFile, HasOneWriter) {
  TempRoot root;
  Expected<LedgerFile> first = LedgerFile::Lock(root.path());
  ASSERT_TRUE(first);
  EXPECT_EQ(LedgerFile::Lock(root.path()).error().code, ErrorCode::kUnavailable);
  first = LedgerFile::Lock("/nonexistent");
  EXPECT_TRUE(LedgerFile::Lock(root.path()));
}

TEST(LedgerFile, WhatIsSetAsideIsKeptThreeTimes) {
  TempRoot root;
  Expected<LedgerFile> file = LedgerFile::Lock(root.path());
  ASSERT_TRUE(file);
  for (const char* text : {"a", "b", "c", "d"}) {
    root.Write("ledger", text);
    ASSERT_TRUE(file->SetAside());
  }
  EXPECT_EQ(root.ReadBack("ledger.1") + root.ReadBack("ledger.2") + root.ReadBack("ledger.3"),
            "dcb");
}

}  // namespace
}  // namespace assay
