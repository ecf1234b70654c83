// SPDX-License-Identifier: Apache-2.0
// Evidence of a real TPM, appraised by the real verifier.
#include <gmock/gmock.h>

#include "attest/attester.h"
#include "attest/verify.h"
#include "tests/attest/tpm_fixture.h"

namespace assay {
namespace {

const Digest kBaseline = Sha256Of("baseline");
const std::string kNonce(32, 'n');

class AttesterTest : public TpmFixture {
 protected:
  void SetUp() override {
    TpmFixture::SetUp();
    if (!device_) return;
    tpm_ = Start();
    OpenLedger();
    Expected<AttestationKey> key = tpm_->OpenKey();
    ASSERT_OK(key);
    enrolment_.set_version(1);
    enrolment_.set_node_id(NodeId(*key));
    enrolment_.set_ak_public(key->ak_public);
    enrolment_.set_ek_public(key->ek_public);
    enrolment_.set_provenance("tofu");
  }
  void OpenLedger() {
    ledger_.reset();
    Ledger::Options options;
    options.directory = state_.Path("state");
    options.boot_id = "boot-1";
    options.baseline_digest = kBaseline;
    Expected<std::unique_ptr<Ledger>> ledger = Ledger::Open(options, tpm_.get());
    ASSERT_OK(ledger);
    ledger_ = std::move(*ledger);
  }
  void Append(const std::string& drift = "") {
    LedgerRecord record;
    if (drift.empty()) {
      record.mutable_match()->set_baseline_digest(std::string(AsBytes(kBaseline)));
    } else {
      record.mutable_drift()->set_baseline_digest(std::string(AsBytes(kBaseline)));
      record.mutable_drift()->add_deviations()->set_subject(drift);
    }
    Expected<void> appended = ledger_->Append(std::move(record));
    ASSERT_OK(appended);
  }
  static Report GoldenReport() {
    Report report;
    report.set_version(1);
    report.set_verdict("golden");
    report.set_boot_id("boot-1");
    report.set_baseline_digest(std::string(AsBytes(kBaseline)));
    for (const char* name : {"content", "attributes", "names"}) {
      ChannelReport* channel = report.add_channels();
      channel->set_channel(name);
      channel->set_rung("lsm");
      channel->set_proven_at(1);
    }
    return report;
  }
  Expected<Evidence> Make(const std::string& nonce = kNonce) {
    return MakeEvidence(*tpm_, *ledger_, nonce, enrolment_.node_id(), GoldenReport(), "");
  }
  AttestationResult Appraise(const std::string& nonce = kNonce) {
    Expected<Evidence> evidence = Make(nonce);
    EXPECT_TRUE(evidence) << evidence.error().ToString();
    if (!evidence) return {};
    return Appraise(*evidence, nonce);
  }
  AttestationResult Appraise(const Evidence& evidence, const std::string& nonce) {
    ReferenceValues reference;
    reference.baseline_digest = kBaseline;
    AppraisalPolicy policy;
    policy.pcrs = kQuotedPcrs;
    AttestationResult result =
        Verify(evidence.SerializeAsString(), nonce, enrolment_, reference, policy, last_);
    if (result.state) last_ = result.state;
    return result;
  }

  std::unique_ptr<Tpm> tpm_;
  std::unique_ptr<Ledger> ledger_;
  Enrolment enrolment_;
  std::optional<VerifierState> last_;
};

TEST_F(AttesterTest, AMatchIsGoldenToTheVerifier) {
  Append();
  AttestationResult result = Appraise();
  EXPECT_EQ(result.appraisal, Appraisal::kMatch) << result.sentence;
}

TEST_F(AttesterTest, DriftIsDriftedAndNamed) {
  Append();
  Append("/etc/passwd");
  AttestationResult result = Appraise();
  EXPECT_EQ(result.appraisal, Appraisal::kDrift) << result.sentence;
  EXPECT_THAT(result.sentence, testing::HasSubstr("/etc/passwd"));
}

TEST_F(AttesterTest, HistoryGoesOnOverARestart) {
  Append();
  EXPECT_EQ(Appraise(std::string(32, '1')).appraisal, Appraisal::kMatch);
  OpenLedger();
  AttestationResult result = Appraise(std::string(32, '2'));
  EXPECT_EQ(result.appraisal, Appraisal::kMatch) << result.sentence;
}

TEST_F(AttesterTest, AForeignExtendIsNoMatchAnyMore) {
  Append();
  ASSERT_OK(tpm_->Extend(kLedgerPcr, Sha256Of("stranger")));
  AttestationResult result = Appraise();
  EXPECT_EQ(result.verdict, Verdict::kUnknown) << result.sentence;
}

TEST_F(AttesterTest, ADeletedLedgerIsTamperedToAVerifierThatRemembers) {
  Append();
  Append("/etc/passwd");
  EXPECT_EQ(Appraise(std::string(32, '1')).appraisal, Appraisal::kDrift);
  ledger_.reset();
  state_.Remove("state/ledger");
  OpenLedger();
  Append();
  AttestationResult result = Appraise(std::string(32, '2'));
  EXPECT_EQ(result.appraisal, Appraisal::kTampered) << result.sentence;
}

TEST_F(AttesterTest, ADeletedLedgerIsNoMatchToAVerifierThatDoesNot) {
  Append();
  ledger_.reset();
  state_.Remove("state/ledger");
  OpenLedger();
  Append();
  AttestationResult result = Appraise();
  EXPECT_NE(result.verdict, Verdict::kGolden) << result.sentence;
}

TEST_F(AttesterTest, ARebootIsANewHistoryToTheVerifier) {
  Append();
  EXPECT_EQ(Appraise(std::string(32, '1')).appraisal, Appraisal::kMatch);
  device_->Reboot();
  AttestationResult result = Appraise(std::string(32, '2'));
  EXPECT_EQ(result.appraisal, Appraisal::kMatch) << result.sentence;
}

TEST_F(AttesterTest, ARefusedNonceIsInvalid) {
  for (size_t length : {0, 15, 65, 1000})
    EXPECT_EQ(Make(std::string(length, 'n')).error().code, ErrorCode::kInvalid) << length;
}

TEST_F(AttesterTest, WithoutItsTpmThereIsNoEvidence) {
  Append();
  device_->Kill();
  Expected<Evidence> evidence = Make();
  ASSERT_FALSE(evidence);
  EXPECT_EQ(evidence.error().code, ErrorCode::kUnavailable);
}

TEST_F(AttesterTest, WithAnotherTpmThereIsNoEvidenceOfTheFirst) {
  Append();
  ledger_.reset();
  SoftwareTpm other(SoftwareTpm::kOther);
  tpm_ = Start(OptionsFor(other));
  OpenLedger();
  Append();
  Expected<Evidence> evidence = Make();
  ASSERT_OK(evidence);
  EXPECT_EQ(Appraise(*evidence, kNonce).appraisal, Appraisal::kUntrusted);
}

}  // namespace
}  // namespace assay
