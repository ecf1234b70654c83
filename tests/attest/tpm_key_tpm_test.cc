// SPDX-License-Identifier: Apache-2.0
// The attestation key: which it is, and what happens when it is not the TPM's.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "attest/tpms.h"
#include "attest/verify_key.h"
#include "attest/verify_quote.h"
#include "tests/attest/tpm_fixture.h"

namespace assay {
namespace {

class AttestationKeyTest : public TpmFixture {
 protected:
  std::string OpenAk() const { return OpenAk(DefaultOptions()); }
  static std::string OpenAk(Tpm::Options options) {
    Expected<AttestationKey> key = Start(std::move(options))->OpenKey();
    EXPECT_TRUE(key) << key.error().ToString();
    return key ? key->ak_public : "";
  }
};

TEST_F(AttestationKeyTest, IsFitToSignQuotesByTheVerifiersOwnRules) {
  std::string ak = OpenAk();
  EXPECT_TRUE(QuotingKey::FromPublic(ak));
}

TEST_F(AttestationKeyTest, IsTheSameAfterARestart) { EXPECT_EQ(OpenAk(), OpenAk()); }

TEST_F(AttestationKeyTest, IsTheSameAfterARebootOfTheTpm) {
  std::string before = OpenAk();
  device_->Reboot();
  EXPECT_EQ(OpenAk(), before);
}

TEST_F(AttestationKeyTest, IsKeptForTheOwnerAlone) {
  OpenAk();
  for (const char* name : {"state/ak.pub", "state/ak.priv"}) {
    struct stat status{};
    ASSERT_EQ(stat(state_.Path(name).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u) << name;
  }
}

TEST_F(AttestationKeyTest, IsMadeAnewOnAnotherTpmAndTheOldOneIsKept) {
  std::string before = OpenAk();
  std::string wrapped = state_.ReadBack("state/ak.priv");
  SoftwareTpm other(SoftwareTpm::kOther);
  std::string after = OpenAk(OptionsFor(other));
  EXPECT_NE(after, before);
  EXPECT_EQ(state_.ReadBack("state/ak.priv.old"), wrapped);
  EXPECT_EQ(OpenAk(OptionsFor(other)), after);
}

TEST_F(AttestationKeyTest, IsMadeAnewWhenItsFilesAreNotAKey) {
  std::string good = OpenAk(), wrapped = state_.ReadBack("state/ak.priv");
  for (const std::string& bad :
       {std::string("rubbish"), std::string(5000, 'x'), wrapped + "x", std::string("\xff\xff", 2),
        wrapped.substr(0, wrapped.size() - 1), std::string(wrapped.size(), '\0')}) {
    state_.Write("state/ak.priv", bad);
    std::string made = OpenAk();
    EXPECT_NE(made, good) << bad.size() << " bytes";
    EXPECT_EQ(OpenAk(), made);
  }
}

TEST_F(AttestationKeyTest, IsMadeAnewWhenOneOfItsFilesIsGone) {
  std::string before = OpenAk();
  state_.Remove("state/ak.priv");
  std::string after = OpenAk();
  EXPECT_NE(after, before);
  EXPECT_NE(after, "");
}

TEST_F(AttestationKeyTest, EndorsementKeyIsTheTemplatesAndParentOfTheQuotingKey) {
  std::unique_ptr<Tpm> tpm = Start();
  Expected<AttestationKey> key = tpm->OpenKey();
  ASSERT_OK(key);
  Expected<TpmQuote> quote = tpm->Quote(Digest{}, kQuotedPcrs);
  ASSERT_OK(quote);
  Expected<QuoteStatement> statement = ParseQuote(quote->attest);
  Expected<std::string> parent = KeyName(key->ek_public), name = KeyName(key->ak_public);
  ASSERT_TRUE(statement && parent && name);
  EXPECT_EQ(statement->qualified_signer, QualifiedName(*parent, *name));
}

}  // namespace
}  // namespace assay
