// SPDX-License-Identifier: Apache-2.0
// What the TPM is asked while all is well.
#include <gmock/gmock.h>

#include "attest/ledger_chain.h"
#include "attest/tpms.h"
#include "attest/verify_key.h"
#include "tests/attest/tpm_fixture.h"

namespace assay {
namespace {

class TpmCall : public TpmFixture {
 protected:
  void SetUp() override {
    TpmFixture::SetUp();
    if (device_) tpm_ = Start();
  }
  std::unique_ptr<Tpm> tpm_;
};

TEST_F(TpmCall, ExtendChangesThePcrAsTheArithmeticSays) {
  Expected<std::vector<Digest>> before = tpm_->ReadPcrs({14});
  ASSERT_OK(before);
  ASSERT_OK(tpm_->Extend(14, Sha256Of("a")));
  Expected<std::vector<Digest>> after = tpm_->ReadPcrs({14});
  ASSERT_OK(after);
  EXPECT_EQ(after->at(0), ExtendPcr(before->at(0), Sha256Of("a")));
}

TEST_F(TpmCall, ReadsMorePcrsThanTheTpmGivesAtOnce) {
  PcrSelection all;
  for (uint8_t pcr = 0; pcr < 24; pcr++) all.push_back(pcr);
  ASSERT_OK(tpm_->Extend(13, Sha256Of("thirteen")));
  Expected<std::vector<Digest>> values = tpm_->ReadPcrs(all);
  ASSERT_OK(values);
  ASSERT_EQ(values->size(), 24u);
  EXPECT_EQ(values->at(13), ExtendPcr(Digest{}, Sha256Of("thirteen")));
  EXPECT_EQ(values->at(12), Digest{});
}

TEST_F(TpmCall, RefusesPcrsThatAreNotInOrder) {
  for (const PcrSelection& bad : {PcrSelection{}, {24}, {1, 1}, {2, 1}})
    EXPECT_EQ(tpm_->ReadPcrs(bad).error().code, ErrorCode::kInvalid);
}

TEST_F(TpmCall, QuoteVerifiesAndSaysWhatWasAsked) {
  Expected<AttestationKey> key = tpm_->OpenKey();
  ASSERT_OK(key);
  Digest asked = Sha256Of("nonce");
  Expected<TpmQuote> quote = tpm_->Quote(asked, kQuotedPcrs);
  ASSERT_OK(quote);
  Expected<QuotingKey> verifier = QuotingKey::FromPublic(key->ak_public);
  ASSERT_OK(verifier);
  ASSERT_OK(verifier->Verify(quote->attest, quote->signature));
  Expected<QuoteStatement> statement = ParseQuote(quote->attest);
  ASSERT_OK(statement);
  EXPECT_EQ(statement->qualifying_data, AsBytes(asked));
  ASSERT_EQ(statement->selections.size(), 1u);
  EXPECT_EQ(statement->selections[0].Pcrs(), kQuotedPcrs);
  Sha256 composite;
  for (const Digest& value : quote->pcrs) composite.Update(AsBytes(value));
  EXPECT_EQ(statement->pcr_digest, AsBytes(composite.Final()));
}

TEST_F(TpmCall, ResetCountRisesWithAReboot) {
  Expected<TpmClock> before = tpm_->ReadClock();
  ASSERT_OK(before);
  device_->Reboot();
  Expected<TpmClock> after = tpm_->ReadClock();
  ASSERT_OK(after);
  EXPECT_EQ(after->reset_count, before->reset_count + 1);
}

TEST_F(TpmCall, TwoThousandQuotesLeaveNoHandleBehind) {
  ASSERT_OK(tpm_->Quote(Digest{}, kQuotedPcrs));
  Expected<Tpm::HandleCount> before = tpm_->CountHandles();
  ASSERT_OK(before);
  for (int i = 0; i < 2000; i++) {
    Expected<TpmQuote> quote = tpm_->Quote(Sha256Of(std::to_string(i)), kQuotedPcrs);
    ASSERT_OK(quote);
  }
  Expected<Tpm::HandleCount> after = tpm_->CountHandles();
  ASSERT_OK(after);
  EXPECT_EQ(after->transient, before->transient);
  EXPECT_EQ(after->sessions, 0u);
  EXPECT_EQ(tpm_->children_started(), 1u);
}

TEST_F(TpmCall, ClientsThatDieLeaveTheTpmUsable) {
  // Without a resource manager what a killed child had loaded stays, and three objects are all the
  // room there is.
  for (int i = 0; i < 30; i++) {
    tpm_.reset();
    tpm_ = Start();
    Expected<TpmQuote> quote = tpm_->Quote(Digest{}, {0});
    ASSERT_OK(quote);
  }
}

}  // namespace
}  // namespace assay
