// SPDX-License-Identifier: Apache-2.0
// What an authentic history and report amount to, and measured boot (checklist step 14).
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "attest/eventlog.h"
#include "attest/render_result.h"
#include "attest/tpms.h"
#include "base/file.h"
#include "tests/attest/evidence_builder.h"

namespace assay {
namespace {

struct Node : EvidenceBuilder {
  Node() { Begin(); }
};

const Claim* Find(const AttestationResult& result, std::string_view name) {
  for (const Claim& claim : result.claims)
    if (claim.name == name) return &claim;
  return nullptr;
}

void ExpectNoProof(const AttestationResult& result, std::string_view words) {
  EXPECT_EQ(result.verdict, Verdict::kUnknown);
  EXPECT_EQ(AppraisalName(result.appraisal), "no-proof") << result.sentence;
  EXPECT_NE(result.sentence.find(words), std::string::npos) << result.sentence;
  EXPECT_TRUE(result.state) << "authentic evidence is remembered";
}

TEST(Verify, NamesPathDigestsAndCauseOfADrift) {
  Node node;
  node.AppendDrift();
  AttestationResult result = node.Appraise();
  EXPECT_EQ(result.verdict, Verdict::kDrifted);
  EXPECT_EQ(result.appraisal, Appraisal::kDrift);
  EXPECT_EQ(result.sentence,
            "drifted: /etc/ssh/sshd_config content: aaaa -> bbbb, by /usr/bin/vim (pid 4711, uid "
            "1000)");
  ASSERT_EQ(result.drifts.size(), 1u);
  EXPECT_TRUE(result.state);
}

TEST(Verify, MakesNamesFromTheNodeSafeToPrint) {
  Node node;
  LedgerRecord record;
  record.mutable_drift()->set_baseline_digest(std::string(AsBytes(node.reference.baseline_digest)));
  record.mutable_drift()->add_deviations()->set_subject("/etc/\x1b[31m\nx");
  node.Append(record);
  std::string shown = node.Appraise().sentence + RenderResultText(node.Appraise());
  EXPECT_EQ(shown.find('\x1b'), std::string::npos);
  EXPECT_EQ(node.Appraise().sentence.find('\n'), std::string::npos);
}

TEST(Verify, BelievesTheLedgerAgainstAReportThatSaysGolden) {
  Node node;
  node.AppendDrift();
  node.AppendMatch();
  EXPECT_EQ(node.Appraise().verdict, Verdict::kDrifted);
}

TEST(Verify, DoesNotBelieveAReportedDriftThatTheLedgerDoesNotHold) {
  Node node;
  node.report.set_verdict("drifted");
  ExpectNoProof(node.Appraise(), "the node itself says drifted");
  node.report.set_verdict("golden");
  node.report.set_drift_records(1);
  ExpectNoProof(node.Appraise(), "drift that the ledger does not hold");
}

TEST(Verify, CallsDriftUnknownOnANodeThatNeverMatched) {
  Node node;
  node.ledger.pop_back();
  ExpectNoProof(node.Appraise(), "never matched");
  node.AppendDrift();
  ExpectNoProof(node.Appraise(), "never matched");
}

TEST(Verify, ProvesNothingAboutAnotherBaseline) {
  for (int record = 0; record < 2; record++) {
    Node node;
    LedgerRecord changed;
    ASSERT_TRUE(changed.ParseFromString(node.ledger[size_t(record)]));
    (record ? changed.mutable_match()->mutable_baseline_digest()
            : changed.mutable_open()->mutable_baseline_digest())
        ->front() ^= 1;
    node.ledger[size_t(record)] = changed.SerializeAsString();
    ExpectNoProof(node.Appraise(), "another baseline");
  }
  Node node;
  node.report.mutable_baseline_digest()->front() ^= 1;
  ExpectNoProof(node.Appraise(), "the report is about another baseline");
  Node restarted;
  LedgerRecord restart;
  restart.mutable_restart()->set_baseline_digest(std::string(32, 'x'));
  restarted.Append(restart);
  ExpectNoProof(restarted.Appraise(), "another baseline");
}

TEST(Verify, NeedsEveryChannelProven) {
  for (int channel = 0; channel < 3; channel++) {
    Node node;
    node.report.mutable_channels(channel)->set_proven_at(0);
    ExpectNoProof(node.Appraise(), "is not proven");
    node.report.mutable_channels(channel)->set_channel("other");
    ExpectNoProof(node.Appraise(), "is not proven");
  }
}

TEST(Verify, NeedsAReportOfThisBootWithNothingUnverifiable) {
  Node node;
  node.report.set_boot_id("boot-2");
  ExpectNoProof(node.Appraise(), "another boot");
  node.report.set_boot_id("boot-1");
  node.report.set_unverifiable_count(1);
  ExpectNoProof(node.Appraise(), "could not be verified");
  node.report.Clear();
  ExpectNoProof(node.Appraise(), "no readable report");
}

// Step 14
TEST(VerifyBoot, ComparesQuotedPcrsWithReferenceValues) {
  Node node;
  node.policy.require_boot = true;
  ExpectNoProof(node.Appraise(), "no reference values");
  node.reference.boot_pcrs[4] = {Digest{}, node.pcrs[4]};
  EXPECT_EQ(node.Appraise().verdict, Verdict::kGolden);
  node.reference.boot_pcrs[7] = {Digest{}};
  ExpectNoProof(node.Appraise(), "PCR 7");
  node.policy.require_boot = false;
  ExpectNoProof(node.Appraise(), "PCR 7");
  node.reference.boot_pcrs.erase(7);
  node.reference.boot_pcrs[11] = {Digest{}};
  ExpectNoProof(node.Appraise(), "was not quoted");
}

struct MeasuredNode : EvidenceBuilder {
  explicit MeasuredNode(const std::string& machine) {
    std::string path = std::string(ASSAY_SOURCE_DIR) + "/tests/attest/data/vm/" + machine;
    firmware_log = ReadFile(path + "/binary_bios_measurements", 1 << 20).value_or("");
    Expected<FirmwareLog> log = ParseFirmwareLog(firmware_log);
    auto values = ReplayFirmwareLog(*log, kAlgSha256);
    for (auto& [pcr, value] : pcrs)
      value = values->contains(pcr) ? *DigestFrom((*values)[pcr]) : Digest{};
    if (values->contains(14)) pcr_before = *DigestFrom((*values)[14]);
    Begin();
  }
};

TEST(VerifyBoot, ReplaysTheFirmwareLogOfARealMachine) {
  MeasuredNode node("noima");
  AttestationResult result = node.Appraise();
  EXPECT_EQ(result.verdict, Verdict::kGolden) << result.sentence;
  EXPECT_EQ(Find(result, "firmware-log")->status, Claim::Status::kOk);
  node.pcrs[4] = Sha256Of("another boot loader");
  ExpectNoProof(node.Appraise(), "PCR 4 is not what the firmware log");
  MeasuredNode extended("noima");
  extended.pcrs[8] = Sha256Of("not in the log, must be zero");
  ExpectNoProof(extended.Appraise(), "PCR 8 is not what the firmware log");
}

TEST(VerifyBoot, DoesNotPassOverAFirmwareLogThatIsNone) {
  Node node;
  node.firmware_log = "bogus";
  ExpectNoProof(node.Appraise(), "truncated");
}

TEST(VerifyLedgerStart, IsProvenByZeroOrAReferenceValueAlone) {
  MeasuredNode shim("ima-sb-grub-initrd");
  ASSERT_NE(shim.pcr_before, Digest{});
  ExpectNoProof(shim.Appraise(), "there is no reference value");
  shim.policy.accept_logged_ledger_start = true;
  EXPECT_EQ(shim.Appraise().verdict, Verdict::kGolden);
  shim.policy.accept_logged_ledger_start = false;
  shim.reference.boot_pcrs[14] = {shim.pcr_before};
  EXPECT_EQ(shim.Appraise().verdict, Verdict::kGolden);
  shim.reference.boot_pcrs[14] = {Digest{}};
  ExpectNoProof(shim.Appraise(), "no reference value");
}

TEST(VerifyLedgerStart, MustBeWhatTheFirmwareLogSays) {
  MeasuredNode node("ima-sb-grub-initrd");
  node.ledger.clear();
  node.pcr_before = Digest{};  // as if shim had measured nothing
  node.policy.accept_logged_ledger_start = true;
  node.Begin();
  ExpectNoProof(node.Appraise(), "did not hold what the firmware log says");
}

// DESIGN law 8. This program links assay_verify and nothing else of ours but base.
TEST(Verify, RunsInAProcessThatHasNoTpmLibraryAndNoBpf) {
  std::ifstream maps("/proc/self/maps");
  std::string loaded(std::istreambuf_iterator<char>(maps), {});
  ASSERT_NE(loaded.find("libcrypto"), std::string::npos);
  EXPECT_EQ(loaded.find("libtss2"), std::string::npos);
  EXPECT_EQ(loaded.find("libbpf"), std::string::npos);
}

TEST(RenderResult, WritesTheSameAnswerForPeopleAndPrograms) {
  Node node;
  node.AppendDrift();
  AttestationResult result = node.Appraise();
  std::string text = RenderResultText(result), json = RenderResultJson(result);
  EXPECT_NE(text.find(result.sentence), std::string::npos);
  for (const char* wanted :
       {"\"verdict\": \"drifted\"", "\"appraisal\": \"drift\"", "\"/usr/bin/vim\"", "\"ledger\"",
        "\"expected\": \"aaaa\"", "\"status\": \"ok\""})
    EXPECT_NE(json.find(wanted), std::string::npos) << wanted << json;
}

}  // namespace
}  // namespace assay
