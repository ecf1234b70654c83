// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/file.h"
#include "base/signature.h"
#include "checks/baseline/statement.h"
#include "tests/checks/sealed_image.h"

namespace assay {
namespace {

using testing::HasSubstr;

SealedImage Small() {
  return SealedImage{{{"etc/a", "a\n"}, {"etc/b/c", "c\n"}, {"usr/d", "d\n"}}};
}

// What Open() answers after `file` was replaced by `bytes`: the error's sentence, or "accepted".
std::string Answer(const SealedImage& image, const std::string& file, std::string_view bytes) {
  image.out.Write("golden/" + file, bytes);
  Expected<VerifiedBaseline> baseline =
      VerifiedBaseline::Open(image.directory(), image.key.public_pem);
  return baseline ? "accepted" : baseline.error().ToString();
}

class EveryFile : public testing::TestWithParam<const char*> {};

TEST_P(EveryFile, IsRefusedWithAnyByteFlipped) {
  SealedImage image = Small();
  image.SealAndOpen();
  std::string whole = image.out.ReadBack(std::string("golden/") + GetParam());
  for (size_t i = 0; i < whole.size(); i++) {
    std::string flipped = whole;
    flipped[i] = char(flipped[i] ^ (1 << (i % 8)));
    ASSERT_NE(Answer(image, GetParam(), flipped), "accepted") << "byte " << i;
  }
  EXPECT_EQ(Answer(image, GetParam(), whole), "accepted");
}

TEST_P(EveryFile, IsRefusedCutAtAnyLengthOrWithBytesAfterItsEnd) {
  SealedImage image = Small();
  image.SealAndOpen();
  std::string whole = image.out.ReadBack(std::string("golden/") + GetParam());
  for (size_t i = 0; i < whole.size(); i++)
    ASSERT_NE(Answer(image, GetParam(), whole.substr(0, i)), "accepted") << "cut at " << i;
  for (const char* tail : {"\n", " ", "{}", "x"})
    EXPECT_NE(Answer(image, GetParam(), whole + tail), "accepted");
  image.out.Remove(std::string("golden/") + GetParam());
  EXPECT_FALSE(VerifiedBaseline::Open(image.directory(), image.key.public_pem));
}

INSTANTIATE_TEST_SUITE_P(Baseline, EveryFile,
                         testing::Values("statement.dsse.json", "manifest.pb", "policy.pb",
                                         "boot.pb"));

TEST(VerifiedBaseline, IsRefusedWhenAnotherKeySignedIt) {
  SealedImage image = Small();
  image.SealAndOpen();
  KeyPair other;
  Expected<VerifiedBaseline> baseline = VerifiedBaseline::Open(image.directory(), other.public_pem);
  ASSERT_FALSE(baseline);
  EXPECT_EQ(baseline.error().code, ErrorCode::kTampered);
  EXPECT_THAT(baseline.error().text, HasSubstr("not trusted"));
  EXPECT_TRUE(VerifiedBaseline::Open(image.directory(), other.public_pem + image.key.public_pem));
}

TEST(VerifiedBaseline, IsRefusedForAnotherImage) {
  SealedImage image = Small();
  image.SealAndOpen();
  EXPECT_TRUE(VerifiedBaseline::Open(image.directory(), image.key.public_pem, "node:1"));
  Expected<VerifiedBaseline> baseline =
      VerifiedBaseline::Open(image.directory(), image.key.public_pem, "node:2");
  ASSERT_FALSE(baseline);
  EXPECT_THAT(baseline.error().text, HasSubstr("of the image 'node:1'"));
}

TEST(VerifiedBaseline, IsRefusedWithAFileOfAnotherBaselineOfTheSameKey) {
  SealedImage image = Small();
  image.SealAndOpen();
  std::string old = image.out.ReadBack("golden/manifest.pb");
  image.root.Append("etc/a", "more\n");
  image.SealAndOpen();
  EXPECT_THAT(Answer(image, "manifest.pb", old), HasSubstr("is not the file that was signed"));
}

TEST(VerifiedBaseline, IsSignedWithP256AsWell) {
  SealedImage image({{"etc/a", "a\n"}}, "EC");
  VerifiedBaseline baseline = image.SealAndOpen();
  EXPECT_EQ(baseline.key_id().size(), 64u);
}

// Nothing of ours in between: the payload, the PAE and the signature as DSSE v1 describes them.
TEST(VerifiedBaseline, CarriesAnInTotoStatementThatDsseVerifies) {
  SealedImage image = Small();
  VerifiedBaseline baseline = image.SealAndOpen();
  auto envelope = nlohmann::json::parse(image.out.ReadBack("golden/statement.dsse.json"));
  std::string payload = *FromBase64(envelope["payload"].get<std::string>());
  std::string signature = *FromBase64(envelope["signatures"][0]["sig"].get<std::string>());
  std::string type = "application/vnd.in-toto+json";
  EXPECT_EQ(envelope["payloadType"], type);
  std::string pae = "DSSEv1 28 " + type + " " + std::to_string(payload.size()) + " " + payload;
  EXPECT_TRUE(VerifyingKey::FromPem(image.key.public_pem)->front().Verify(pae, signature));
  auto statement = nlohmann::json::parse(payload);
  EXPECT_EQ(statement["_type"], "https://in-toto.io/Statement/v1");
  EXPECT_EQ(statement["subject"][0]["name"], "node:1");
  EXPECT_EQ(statement["subject"][0]["digest"]["sha256"],
            Hex(Sha256Of(image.out.ReadBack("golden/manifest.pb"))));
  EXPECT_EQ(baseline.digest(), Sha256Of(payload));
}

TEST(Seal, IsRefusedInsideOfWhatItSeals) {
  SealedImage image = Small();
  SealOptions options;
  options.out = image.root.Path("etc/golden");
  Expected<SealSummary> summary = image.TrySeal(options);
  ASSERT_FALSE(summary);
  EXPECT_THAT(summary.error().text, HasSubstr("inside the sealed tree '/etc'"));
  options.exclude = {"/etc/golden"};
  EXPECT_TRUE(image.TrySeal(options));
}

TEST(Seal, NamesASparseFileThatItWillNotHash) {
  SealedImage image = Small();
  if (truncate(image.root.Path("usr/d").c_str(), off_t(1) << 40))
    GTEST_SKIP() << "the file system cannot hold a sparse file of 1 TiB";
  Expected<SealSummary> summary = image.TrySeal();
  ASSERT_FALSE(summary);
  EXPECT_THAT(summary.error().ToString(), HasSubstr("'/usr/d' is too large or too sparse"));
  EXPECT_FALSE(VerifiedBaseline::Open(image.directory(), image.key.public_pem));
}

TEST(Seal, LeavesNoStatementOfBeforeWhenItFails) {
  SealedImage image = Small();
  image.SealAndOpen();
  SealOptions options;
  options.scope = {"/etc", "/etc/../usr"};
  EXPECT_FALSE(image.TrySeal(options));  // refused before anything was touched
  EXPECT_TRUE(VerifiedBaseline::Open(image.directory(), image.key.public_pem));
}

TEST(Seal, RefusesANameThatIsNoImageAndAKeyThatIsNotThere) {
  SealedImage image = Small();
  SealOptions options;
  options.image_name = "two words";
  EXPECT_FALSE(image.TrySeal(options));
  options = {};
  options.key = image.out.Path("no-key");
  Expected<SealSummary> summary = image.TrySeal(options);
  ASSERT_FALSE(summary);
  EXPECT_THAT(summary.error().ToString(), HasSubstr("opening the signing key"));
}

TEST(Seal, TwiceOverTheSameRootGivesTheSameManifest) {
  SealedImage image = Small();
  image.SealAndOpen();
  std::string first = image.out.ReadBack("golden/manifest.pb");
  image.SealAndOpen();
  EXPECT_EQ(image.out.ReadBack("golden/manifest.pb"), first);
}

}  // namespace
}  // namespace assay
