// SPDX-License-Identifier: Apache-2.0
#include "agent/assessment.h"

#include <gtest/gtest.h>

namespace assay {
namespace {

constexpr BootNanos kSecond = 1'000'000'000;

// A node on which all is well; each test spoils one thing.
NodeFacts Golden() {
  NodeFacts facts;
  facts.scans = 1;
  facts.matched = true;
  facts.objects = 1000;
  facts.now = 1000 * kSecond;
  for (Channel channel : {Channel::kContent, Channel::kAttributes, Channel::kNames})
    facts.channels.push_back({channel, Rung::kFanotify, 990 * kSecond, ""});
  facts.channels.push_back({Channel::kTcb, Rung::kComparison, 0, "blind"});
  return facts;
}

Finding FileFinding(std::string path) {
  return {Finding::Kind::kFile, Finding::Change::kChanged, std::move(path), "content", "sha256:aa",
          "sha256:bb"};
}

TEST(Assessment, AMatchedNodeWithProvenProbesIsGolden) {
  Assessment a = Assess(Golden());
  EXPECT_EQ(a.verdict, Verdict::kGolden);
  EXPECT_EQ(a.reason, "BaselineMatch");
}

TEST(Assessment, DriftAfterAMatchIsDriftedAndNamesWhatAndHow) {
  NodeFacts facts = Golden();
  facts.drift = {1, FileFinding("/usr/bin/ls")};
  facts.first_drift_at = 900 * kSecond;
  Assessment a = Assess(facts);
  EXPECT_EQ(a.verdict, Verdict::kDrifted);
  EXPECT_EQ(a.reason, "FileDrift");
  EXPECT_EQ(
      a.message,
      "1 deviation: file '/usr/bin/ls' is changed: content expected sha256:aa, actual sha256:bb");
}

TEST(Assessment, DriftBelowEtcIsConfigDrift) {
  EXPECT_EQ(DriftReason(FileFinding("/etc/ssh/sshd_config")), "ConfigDrift");
  EXPECT_EQ(DriftReason({Finding::Kind::kPackage, Finding::Change::kExtra, "nmap"}),
            "PackageDrift");
  EXPECT_EQ(DriftReason({Finding::Kind::kSysctl, Finding::Change::kChanged, "a"}), "ConfigDrift");
}

TEST(Assessment, ANodeThatNeverMatchedIsUnknownWhateverDeviates) {
  NodeFacts facts = Golden();
  facts.matched = false;
  facts.never_matched = {3, FileFinding("/etc/x")};
  Assessment a = Assess(facts);
  EXPECT_EQ(a.verdict, Verdict::kUnknown);
  EXPECT_EQ(a.reason, "NeverMatched");
}

TEST(Assessment, NoMatchAndNoDeviationIsStillNotGolden) {
  NodeFacts facts = Golden();
  facts.matched = false;
  EXPECT_EQ(Assess(facts).reason, "NeverMatched");
}

TEST(Assessment, TooMuchAtOnceOnAFreshBootAccusesTheBaseline) {
  NodeFacts facts = Golden();
  facts.drift = {kSuspectObjects + 1, FileFinding("/usr/bin/ls")};
  facts.first_drift_at = kFreshBoot - 1;
  EXPECT_EQ(Assess(facts).reason, "BaselineSuspect");
  EXPECT_EQ(Assess(facts).verdict, Verdict::kUnknown);
  facts.first_drift_at = kFreshBoot + 1;
  EXPECT_EQ(Assess(facts).verdict, Verdict::kDrifted) << "later the same drift is drift";
  facts.first_drift_at = kFreshBoot - 1;
  facts.drift.count = kSuspectObjects;
  EXPECT_EQ(Assess(facts).verdict, Verdict::kDrifted) << "at the limit it is drift";
}

TEST(Assessment, ManyDeviationsWithoutAMatchAreBaselineSuspect) {
  NodeFacts facts = Golden();
  facts.matched = false;
  facts.never_matched = {kSuspectObjects + 1, FileFinding("/etc/x")};
  EXPECT_EQ(Assess(facts).reason, "BaselineSuspect");
}

TEST(Assessment, ARefusedBaselineIsUnknownEvenWithDriftOnRecord) {
  NodeFacts facts = Golden();
  facts.baseline_error = "wrong signature";
  facts.drift = {1, FileFinding("/etc/x")};
  EXPECT_EQ(Assess(facts).reason, "BaselineInvalid");
  EXPECT_EQ(Assess(facts).verdict, Verdict::kUnknown);
}

TEST(Assessment, WhatCannotBeComparedMakesTheNodeUnknown) {
  NodeFacts facts = Golden();
  facts.unverifiable = {1, {"/etc/shadow", "permission denied"}};
  EXPECT_EQ(Assess(facts).reason, "Unverifiable");
}

TEST(Assessment, DriftOutweighsWhatCannotBeCompared) {
  NodeFacts facts = Golden();
  facts.unverifiable = {1, {"/etc/shadow", "permission denied"}};
  facts.drift = {1, FileFinding("/etc/x")};
  facts.first_drift_at = 900 * kSecond;
  EXPECT_EQ(Assess(facts).verdict, Verdict::kDrifted);
}

TEST(Assessment, ASilentOrStaleCanaryIsProbeLoss) {
  NodeFacts facts = Golden();
  facts.channels[1].proven_at = 0;
  EXPECT_EQ(Assess(facts).reason, "ProbeLoss");
  facts = Golden();
  facts.channels[0].proven_at = facts.now - kProofLimit - 1;
  EXPECT_EQ(Assess(facts).reason, "ProbeLoss");
  facts = Golden();
  facts.channels[2].rung = Rung::kComparison;
  EXPECT_EQ(Assess(facts).reason, "ProbeLoss");
  facts = Golden();
  facts.channels.clear();
  EXPECT_EQ(Assess(facts).reason, "ProbeLoss") << "no probes at all";
}

TEST(Assessment, AMissingTpmIsUnknownOnlyWhereOneIsExpected) {
  NodeFacts facts = Golden();
  facts.tpm_error = "no /dev/tpmrm0";
  EXPECT_EQ(Assess(facts).reason, "TpmUnavailable");
  facts.tpm_expected = false;
  EXPECT_EQ(Assess(facts).verdict, Verdict::kGolden);
}

TEST(Assessment, TouchedObjectsMayWaitOnlyAMoment) {
  NodeFacts facts = Golden();
  facts.oldest_dirty = facts.now - kDirtyLimit;
  EXPECT_EQ(Assess(facts).verdict, Verdict::kGolden);
  facts.oldest_dirty = facts.now - kDirtyLimit - 1;
  EXPECT_EQ(Assess(facts).reason, "Settling");
}

TEST(Assessment, BeforeTheFirstComparisonTheNodeIsStarting) {
  NodeFacts facts = Golden();
  facts.scans = 0;
  EXPECT_EQ(Assess(facts).reason, "Starting");
}

TEST(Assessment, AMessageIsOneShortPrintableLine) {
  NodeFacts facts = Golden();
  facts.drift = {1, FileFinding("/usr/bin/" + std::string(1000, 'x') + "\n\x1b[2J")};
  facts.first_drift_at = 900 * kSecond;
  std::string message = Assess(facts).message;
  EXPECT_LE(message.size(), 256u);
  EXPECT_EQ(message.find('\n'), std::string::npos);
  EXPECT_EQ(message.find('\x1b'), std::string::npos);
}

// Law 6 and "unknown is never golden": every combination of the facts that spoil a node.
TEST(Assessment, NoCombinationOfLossesIsEverGoldenAndNoLossAloneIsEverDrifted) {
  for (int bits = 1; bits < 128; bits++) {
    NodeFacts facts = Golden();
    if (bits & 1) facts.scans = 0;
    if (bits & 2) facts.matched = false;
    if (bits & 4) facts.unverifiable = {1, {"/x", "y"}};
    if (bits & 8) facts.channels[0].proven_at = 0;
    if (bits & 16) facts.tpm_error = "hung";
    if (bits & 32) facts.oldest_dirty = 1;
    if (bits & 64) facts.baseline_error = "bad";
    EXPECT_EQ(Assess(facts).verdict, Verdict::kUnknown) << bits;
  }
}

}  // namespace
}  // namespace assay
