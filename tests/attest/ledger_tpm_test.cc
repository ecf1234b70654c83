// SPDX-License-Identifier: Apache-2.0
// The ledger with a real TPM: crashes, reboots, damage, strangers.
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <filesystem>

#include "attest/ledger.h"
#include "attest/ledger_chain.h"
#include "attest/ledger_file.h"
#include "attest/ledger_history.h"
#include "tests/attest/tpm_fixture.h"

namespace assay {
namespace {

const Digest kBaseline = Sha256Of("baseline");

LedgerRecord Match() {
  LedgerRecord record;
  record.mutable_match()->set_baseline_digest(std::string(AsBytes(kBaseline)));
  return record;
}

LedgerRecord Drift(const std::string& subject) {
  LedgerRecord record;
  record.mutable_drift()->set_baseline_digest(std::string(AsBytes(kBaseline)));
  Deviation* deviation = record.mutable_drift()->add_deviations();
  deviation->set_kind("file");
  deviation->set_subject(subject);
  return record;
}

LedgerRecord Scan() {
  LedgerRecord record;
  record.mutable_scan()->set_objects(7);
  return record;
}

class LedgerTest : public TpmFixture {
 protected:
  void SetUp() override {
    TpmFixture::SetUp();
    if (device_) tpm_ = Start();
  }
  Ledger::Options OptionsOf(const std::string& boot = "boot-1") const {
    Ledger::Options options;
    options.directory = state_.Path("state");
    options.boot_id = boot;
    options.agent_version = "test";
    options.baseline_digest = kBaseline;
    return options;
  }
  std::unique_ptr<Ledger> Open(const std::string& boot = "boot-1") {
    return Open(OptionsOf(boot), tpm_.get());
  }
  static std::unique_ptr<Ledger> Open(Ledger::Options options, Tpm* tpm) {
    Expected<std::unique_ptr<Ledger>> ledger = Ledger::Open(std::move(options), tpm);
    EXPECT_TRUE(ledger) << ledger.error().ToString();
    return ledger ? std::move(*ledger) : nullptr;
  }
  Digest Pcr() {
    Expected<std::vector<Digest>> values = tpm_->ReadPcrs({kLedgerPcr});
    EXPECT_TRUE(values) << values.error().ToString();
    return values ? values->at(0) : Digest{};
  }
  /// What a verifier would do: the records replay to the PCR, from the opening's own start.
  testing::AssertionResult ReplaysToPcr(const Ledger& ledger) {
    Expected<LedgerHistory> history = LedgerHistory::From(ledger.records());
    if (!history) return testing::AssertionFailure() << history.error().ToString();
    if (ledger.committed() != ledger.records().size())
      return testing::AssertionFailure() << ledger.committed() << " committed";
    if (history->PcrAfter(history->size()) != Pcr())
      return testing::AssertionFailure() << "the records replay to another value";
    return testing::AssertionSuccess();
  }
  static std::vector<LedgerRecord::PayloadCase> Kinds(const Ledger& ledger) {
    std::vector<LedgerRecord::PayloadCase> kinds;
    for (const std::string& bytes : ledger.records()) {
      LedgerRecord record;
      EXPECT_TRUE(record.ParseFromString(bytes));
      kinds.push_back(record.payload_case());
    }
    return kinds;
  }
  static bool Resynchronised(const Ledger& ledger) {
    return testing::Matches(testing::Contains(LedgerRecord::kResync))(Kinds(ledger));
  }
  static OpenRecord Opening(const Ledger& ledger) {
    LedgerRecord record;
    EXPECT_TRUE(record.ParseFromString(ledger.records().at(0)));
    return record.open();
  }

  std::unique_ptr<Tpm> tpm_;
};

TEST_F(LedgerTest, EachRecordIsInTheFileAndInThePcr) {
  std::unique_ptr<Ledger> ledger = Open();
  ASSERT_OK(ledger->Append(Match()));
  ASSERT_OK(ledger->Append(Drift("/etc/passwd")));
  EXPECT_TRUE(ReplaysToPcr(*ledger));
  EXPECT_EQ(ParseLedger(state_.ReadBack("state/ledger")).records, ledger->records());
  EXPECT_TRUE(ledger->persisted());
}

TEST_F(LedgerTest, OpeningCarriesWhatWasInThePcrBefore) {
  ASSERT_OK(tpm_->Extend(kLedgerPcr, Sha256Of("shim")));
  Digest before = Pcr();
  std::unique_ptr<Ledger> ledger = Open();
  EXPECT_EQ(Opening(*ledger).pcr_before(), AsBytes(before));
  EXPECT_TRUE(ReplaysToPcr(*ledger));
}

TEST_F(LedgerTest, ARestartGoesOnInTheSameEpochAndRemembers) {
  std::unique_ptr<Ledger> ledger = Open();
  EXPECT_FALSE(ledger->HasMatch());
  ASSERT_OK(ledger->Append(Match()));
  ASSERT_OK(ledger->Append(Drift("/etc/passwd")));
  ledger.reset();
  ledger = Open();
  using enum LedgerRecord::PayloadCase;
  EXPECT_THAT(Kinds(*ledger), testing::ElementsAre(kOpen, kMatch, kDrift, kRestart));
  EXPECT_TRUE(ledger->HasMatch());
  ASSERT_EQ(ledger->Drifts().size(), 1u);
  EXPECT_EQ(ledger->Drifts()[0].deviations(0).subject(), "/etc/passwd");
  EXPECT_TRUE(ReplaysToPcr(*ledger));
}

TEST_F(LedgerTest, AnotherBaselineRemembersNothing) {
  std::unique_ptr<Ledger> ledger = Open();
  ASSERT_OK(ledger->Append(Drift("/etc/passwd")));
  ledger.reset();
  Ledger::Options options = OptionsOf();
  options.baseline_digest = Sha256Of("another");
  ledger = Open(options, tpm_.get());
  EXPECT_FALSE(ledger->HasMatch());
  EXPECT_TRUE(ledger->Drifts().empty());
}

TEST_F(LedgerTest, ARebootBeginsANewEpochAndKeepsTheOldFile) {
  std::unique_ptr<Ledger> ledger = Open();
  ASSERT_OK(ledger->Append(Drift("/etc/passwd")));
  std::string old = state_.ReadBack("state/ledger");
  uint32_t resets = Opening(*ledger).reset_count();
  ledger.reset();
  device_->Reboot();
  ledger = Open("boot-2");
  EXPECT_THAT(Kinds(*ledger), testing::ElementsAre(LedgerRecord::kOpen));
  EXPECT_EQ(Opening(*ledger).reset_count(), resets + 1);
  EXPECT_EQ(state_.ReadBack("state/ledger.1"), old);
  EXPECT_FALSE(ledger->HasMatch());
  EXPECT_TRUE(ReplaysToPcr(*ledger));
}

TEST_F(LedgerTest, AKexecGoesOnBecauseThePcrDoes) {
  std::unique_ptr<Ledger> ledger = Open("boot-1");
  ASSERT_OK(ledger->Append(Drift("/etc/passwd")));
  ledger.reset();
  ledger = Open("boot-2");
  EXPECT_EQ(ledger->Drifts().size(), 1u);
  EXPECT_FALSE(Resynchronised(*ledger));
  EXPECT_TRUE(ReplaysToPcr(*ledger));
}

TEST_F(LedgerTest, ATpmThatIsResetBelowUsGetsANewEpochWithWhatLasts) {
  std::unique_ptr<Ledger> ledger = Open();
  ASSERT_OK(ledger->Append(Match()));
  ASSERT_OK(ledger->Append(Scan()));
  ASSERT_OK(ledger->Append(Drift("/etc/passwd")));
  device_->Reboot();
  ASSERT_OK(ledger->Append(Drift("/etc/shadow")));
  using enum LedgerRecord::PayloadCase;
  EXPECT_THAT(Kinds(*ledger), testing::ElementsAre(kOpen, kMatch, kDrift, kDrift));
  EXPECT_TRUE(ReplaysToPcr(*ledger));
  EXPECT_EQ(Opening(*ledger).reset_count(), tpm_->ReadClock()->reset_count);
  EXPECT_EQ(ParseLedger(state_.ReadBack("state/ledger")).records, ledger->records());
}

TEST_F(LedgerTest, ACrashBetweenFileAndPcrIsFinishedAtTheNextStart) {
  std::unique_ptr<Ledger> ledger = Open();
  ASSERT_OK(ledger->Append(Match()));
  Expected<LedgerHistory> history = LedgerHistory::From(ledger->records());
  ASSERT_OK(history);
  ledger.reset();
  ASSERT_OK(history->Add(Drift("/etc/passwd")));
  state_.Append("state/ledger", LedgerFrame(history->records().back()));
  ledger = Open();
  EXPECT_EQ(ledger->records().at(2), history->records().back());
  EXPECT_EQ(ledger->Drifts().size(), 1u);
  EXPECT_FALSE(Resynchronised(*ledger));
  EXPECT_TRUE(ReplaysToPcr(*ledger));
}

TEST_F(LedgerTest, AProcessKilledAtAnyMomentLosesNothingThatItSaid) {
  tpm_.reset();
  for (int round = 0; round < 10; round++) {
    int told[2];
    ASSERT_EQ(pipe(told), 0);
    pid_t child = fork();
    if (child == 0) {
      std::unique_ptr<Tpm> tpm = Start();
      std::unique_ptr<Ledger> ledger = Open(OptionsOf(), tpm.get());
      for (int i = 0; ledger->Append(Drift("/etc/" + std::to_string(i))); i++)
        (void)!write(told[1], "x", 1);
      _exit(1);
    }
    close(told[1]);
    char said[64];
    ASSERT_GT(read(told[0], said, size_t(1 + round * 3)), 0);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    for (ssize_t n; (n = read(told[0], said, sizeof said)) > 0;) continue;
    close(told[0]);
  }
  tpm_ = Start();
  std::unique_ptr<Ledger> ledger = Open();
  EXPECT_FALSE(Resynchronised(*ledger));
  EXPECT_GE(ledger->Drifts().size(), 10u);
  EXPECT_TRUE(ReplaysToPcr(*ledger));
}

TEST_F(LedgerTest, ATornTailIsCutOff) {
  std::unique_ptr<Ledger> ledger = Open();
  ASSERT_OK(ledger->Append(Match()));
  ledger.reset();
  state_.Append("state/ledger", LedgerFrame("a record that is cut").substr(0, 25));
  ledger = Open();
  EXPECT_TRUE(ledger->HasMatch());
  EXPECT_FALSE(Resynchronised(*ledger));
  EXPECT_TRUE(ReplaysToPcr(*ledger));
  EXPECT_EQ(ParseLedger(state_.ReadBack("state/ledger")).records, ledger->records());
}

TEST_F(LedgerTest, WithRecordsTakenAwayItSaysSoWhereverItIsCut) {
  std::unique_ptr<Ledger> ledger = Open();
  ASSERT_OK(ledger->Append(Match()));
  ASSERT_OK(ledger->Append(Drift("/etc/passwd")));
  ledger.reset();
  std::string whole = state_.ReadBack("state/ledger");
  for (size_t length = 1; length < whole.size(); length += 3) {
    state_.Write("state/ledger", whole.substr(0, length));
    ledger = Open();
    // Cut down to nothing it is a new ledger, whose opening says that the PCR was not at its start.
    bool told = Resynchronised(*ledger) || Opening(*ledger).pcr_before() != AsBytes(Digest{});
    EXPECT_TRUE(told) << length;
    EXPECT_TRUE(ReplaysToPcr(*ledger)) << length;
    ledger.reset();
  }
}

TEST_F(LedgerTest, WithAnyByteChangedItSaysSo) {
  std::unique_ptr<Ledger> ledger = Open();
  ASSERT_OK(ledger->Append(Match()));
  ASSERT_OK(ledger->Append(Drift("/etc/passwd")));
  ledger.reset();
  std::string whole = state_.ReadBack("state/ledger");
  for (size_t i = 0; i < whole.size(); i += 2) {
    std::string bad = whole;
    bad[i] = char(bad[i] ^ 0x40);
    state_.Write("state/ledger", bad);
    ledger = Open();
    EXPECT_TRUE(Resynchronised(*ledger)) << i;
    EXPECT_TRUE(ReplaysToPcr(*ledger)) << i;
    ledger.reset();
  }
}

TEST_F(LedgerTest, AForeignExtendIsSeenAndSaid) {
  std::unique_ptr<Ledger> ledger = Open();
  ASSERT_OK(ledger->Append(Match()));
  ASSERT_OK(tpm_->Extend(kLedgerPcr, Sha256Of("stranger")));
  Digest observed = Pcr();
  ASSERT_OK(ledger->Reconcile());
  ASSERT_EQ(Kinds(*ledger).back(), LedgerRecord::kResync);
  LedgerRecord last;
  ASSERT_TRUE(last.ParseFromString(ledger->records().back()));
  EXPECT_EQ(last.resync().pcr_observed(), AsBytes(observed));
  EXPECT_TRUE(ReplaysToPcr(*ledger));
}

TEST_F(LedgerTest, WithoutATpmRecordsAreKeptAndCommittedLater) {
  device_->Kill();
  std::unique_ptr<Ledger> ledger = Open();
  Expected<void> appended = ledger->Append(Match());
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(ledger->committed(), 0u);
  EXPECT_TRUE(ledger->persisted());
  ledger.reset();
  ledger = Open();  // and over a restart
  EXPECT_TRUE(ledger->HasMatch());
  device_->Reboot();
  ASSERT_OK(ledger->Commit());
  EXPECT_FALSE(Resynchronised(*ledger));
  EXPECT_TRUE(ledger->HasMatch());
  EXPECT_TRUE(ReplaysToPcr(*ledger));
}

TEST_F(LedgerTest, OnANodeWithoutTpmItIsAFile) {
  std::unique_ptr<Ledger> ledger = Open(OptionsOf(), nullptr);
  ASSERT_OK(ledger->Append(Match()));
  ledger.reset();
  ledger = Open(OptionsOf(), nullptr);
  EXPECT_TRUE(ledger->HasMatch());
  EXPECT_EQ(ledger->committed(), 0u);
  ledger.reset();
  EXPECT_FALSE(Open(OptionsOf("boot-2"), nullptr)->HasMatch());
}

TEST_F(LedgerTest, RefusesAPcrThatSoftwareCanReset) {
  for (uint8_t pcr : {0, 7, 16, 23}) {
    Ledger::Options options = OptionsOf();
    options.pcr = pcr;
    EXPECT_EQ(Ledger::Open(options, tpm_.get()).error().code, ErrorCode::kInvalid);
  }
}

TEST_F(LedgerTest, AFloodIsMergedAndCounted) {
  Ledger::Options options = OptionsOf();
  options.max_records = 10;
  std::unique_ptr<Ledger> ledger = Open(options, tpm_.get());
  for (int i = 0; i < 1000; i++) ASSERT_OK(ledger->Append(Drift("/" + std::to_string(i))));
  for (int i = 0; i < 1000; i++) ASSERT_OK(ledger->Append(Scan()));
  EXPECT_LE(ledger->records().size(), 20u);
  uint64_t counted = 0;
  for (const DriftRecord& drift : ledger->Drifts())
    counted += uint64_t(drift.deviations_size()) + drift.omitted();
  EXPECT_GE(counted, 512u);  // what came after the last power of two is not yet said
  EXPECT_TRUE(ReplaysToPcr(*ledger));
}

class LedgerOnAFullDisk : public LedgerTest {
 protected:
  void SetUp() override {
    LedgerTest::SetUp();
    if (IsSkipped()) return;
    if (geteuid() != 0) GTEST_SKIP() << "needs root to mount a small disk";
    directory_ = state_.Path("small");
    state_.MakeDirectory("small");
    ASSERT_EQ(mount("none", directory_.c_str(), "tmpfs", 0, "size=16k"), 0);
    mounted_ = true;
  }
  void TearDown() override {
    if (mounted_) umount2(directory_.c_str(), MNT_DETACH);
  }
  bool mounted_ = false;
  std::string directory_;
};

TEST_F(LedgerOnAFullDisk, DriftIsKeptExtendedAndCountedAndWrittenWhenThereIsRoom) {
  Ledger::Options options = OptionsOf();
  options.directory = directory_;
  std::unique_ptr<Ledger> ledger = Open(options, tpm_.get());
  state_.Write("small/filler", std::string(6 << 10, 'x'));
  Expected<void> appended;
  int said = 0;
  while (appended && said < 200) {
    appended = ledger->Append(Drift("/" + std::string(200, 'x') + std::to_string(said)));
    said++;
  }
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(ledger->persisted());
  EXPECT_EQ(ledger->Drifts().size(), size_t(said));
  EXPECT_TRUE(ReplaysToPcr(*ledger));
  state_.Remove("small/filler");
  ASSERT_OK(ledger->Append(Drift("/last")));
  EXPECT_TRUE(ledger->persisted());
  ledger.reset();
  ledger = Open(options, tpm_.get());
  EXPECT_EQ(ledger->Drifts().size(), size_t(said) + 1);
  EXPECT_FALSE(Resynchronised(*ledger));
}

}  // namespace
}  // namespace assay
