// SPDX-License-Identifier: Apache-2.0
// A fault on the way must never read as golden, and never as drifted either.
#include <gtest/gtest.h>

#include "tests/attest/evidence_builder.h"

namespace assay {
namespace {

struct Node : EvidenceBuilder {
  Node() { Begin(); }
  Verdict Of(const std::string& bytes) const {
    return Verify(bytes, nonce, enrolment, reference, policy, {}).verdict;
  }
};

TEST(VerifyMutants, EveryBitOfGoldenEvidenceMatters) {
  Node node;
  std::string good = node.Build().SerializeAsString();
  ASSERT_EQ(node.Of(good), Verdict::kGolden);
  size_t mutants = 0;
  for (size_t i = 0; i < good.size(); i++) {
    for (int bit = 0; bit < 8; bit++, mutants++) {
      std::string mutant = good;
      mutant[i] ^= char(1 << bit);
      ASSERT_EQ(node.Of(mutant), Verdict::kUnknown) << "byte " << i << " bit " << bit;
    }
  }
  EXPECT_GT(mutants, 5000u);
}

TEST(VerifyMutants, EveryTruncationAndEveryMissingByteMatters) {
  Node node;
  std::string good = node.Build().SerializeAsString();
  for (size_t i = 0; i < good.size(); i++) {
    ASSERT_EQ(node.Of(good.substr(0, i)), Verdict::kUnknown) << "truncated at " << i;
    std::string mutant = good;
    mutant.erase(i, 1);
    if (mutant == good) continue;
    ASSERT_EQ(node.Of(mutant), Verdict::kUnknown) << "without byte " << i;
  }
}

TEST(VerifyMutants, NoBitOfDriftedEvidenceMakesItGolden) {
  Node node;
  node.AppendDrift();
  std::string good = node.Build().SerializeAsString();
  ASSERT_EQ(node.Of(good), Verdict::kDrifted);
  for (size_t i = 0; i < good.size(); i++) {
    std::string mutant = good;
    mutant[i] ^= char(1 << (i % 8));
    ASSERT_EQ(node.Of(mutant), Verdict::kUnknown) << "byte " << i;
  }
}

TEST(VerifyMutants, NoPartOfOtherEvidenceFits) {
  Node node;
  Node drifted = node;
  drifted.AppendDrift();
  Evidence golden = node.Build(), other = drifted.Build();
  for (int part = 0; part < 4; part++) {
    Evidence mixed = other;
    if (part == 0) *mixed.mutable_ledger() = golden.ledger();
    if (part == 1) *mixed.mutable_pcrs() = golden.pcrs();
    if (part == 2) mixed.set_attest(golden.attest());
    if (part == 3) mixed.set_signature(golden.signature());
    EXPECT_EQ(node.Appraise(mixed).verdict, Verdict::kUnknown) << part;
  }
}

}  // namespace
}  // namespace assay
