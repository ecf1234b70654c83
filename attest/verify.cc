// SPDX-License-Identifier: Apache-2.0
#include "attest/verify.h"

#include <openssl/crypto.h>

#include <exception>

#include "attest/attester.h"
#include "attest/evidence_form.h"
#include "attest/verify_boot.h"
#include "attest/verify_judge.h"
#include "attest/verify_key.h"
#include "attest/verify_ledger.h"
#include "attest/verify_quote.h"

namespace assay {

namespace {

using Status = Claim::Status;

Verdict VerdictOf(Appraisal appraisal) {
  switch (appraisal) {
    case Appraisal::kMatch:
      return Verdict::kGolden;
    case Appraisal::kDrift:
    case Appraisal::kTampered:
      return Verdict::kDrifted;
    default:
      return Verdict::kUnknown;
  }
}

// Takes the outcome of a step into the result: an ok claim, or the claim that ends the appraisal.
template <typename T>
bool Passed(const Checked<T>& step, const char* name, std::string text, AttestationResult& result) {
  if (step) {
    result.claims.push_back({name, Status::kOk, std::move(text)});
    return true;
  }
  const Refusal& refusal = step.error();
  result.claims.push_back({name, Status::kFailed, refusal.text});
  result.appraisal = refusal.appraisal;
  result.verdict = VerdictOf(refusal.appraisal);
  result.sentence = std::string(VerdictName(result.verdict)) + ", " +
                    std::string(AppraisalName(refusal.appraisal)) + ": " + refusal.text;
  return false;
}

Checked<Evidence> CheckForm(std::string_view bytes, const AppraisalPolicy& policy) {
  if (Checked<void> sound = CheckPolicy(policy); !sound) return std::unexpected(sound.error());
  Expected<Evidence> evidence = ReadEvidence(bytes);
  if (!evidence) return Refuse(Appraisal::kUntrusted, "the evidence", evidence.error());
  if (evidence->ledger_pcr() != policy.ledger_pcr)
    return Refuse(Appraisal::kNoProof, "the ledger is kept in PCR " +
                                           std::to_string(evidence->ledger_pcr()) + ", not in " +
                                           std::to_string(policy.ledger_pcr));
  return std::move(*evidence);
}

// Step 2. Exact length, constant time, one encoding only: the bytes.
Checked<void> CheckNonce(const Evidence& evidence, std::string_view nonce,
                         const std::optional<VerifierState>& last) {
  if (nonce.size() < kMinNonce || nonce.size() > kMaxNonce)
    return Refuse(Appraisal::kStale, "a nonce has " + std::to_string(kMinNonce) + " to " +
                                         std::to_string(kMaxNonce) + " bytes, not " +
                                         std::to_string(nonce.size()));
  if (last && last->last_nonce() == nonce)
    return Refuse(Appraisal::kStale, "this nonce was used in the last appraisal already");
  if (evidence.nonce().size() != nonce.size() ||
      CRYPTO_memcmp(evidence.nonce().data(), nonce.data(), nonce.size()) != 0)
    return Refuse(Appraisal::kStale, "the evidence was made for another nonce");
  return {};
}

// Step 3: who a node is, is for our own records to say.
Checked<void> CheckNode(const Evidence& evidence, const Enrolment& enrolment,
                        const std::optional<VerifierState>& last) {
  if (enrolment.version() != 1 || enrolment.node_id().empty())
    return Refuse(Appraisal::kUntrusted, "the enrolment record names no node or is not version 1");
  if (evidence.node_id() != enrolment.node_id())
    return Refuse(Appraisal::kUntrusted, "the evidence is of another node than the enrolled");
  if (last && (last->version() != 1 || last->node_id() != enrolment.node_id()))
    return Refuse(Appraisal::kUntrusted, "the state kept is of another node or not version 1");
  return {};
}

Checked<QuotingKey> CheckKey(const Enrolment& enrolment) {
  Expected<QuotingKey> key = QuotingKey::FromPublic(enrolment.ak_public());
  if (!key) return Refuse(Appraisal::kUntrusted, "the enrolled key", key.error());
  return std::move(*key);
}

// Step 5 was done at enrolment, or was not: the record says which.
Claim EkBinding(const Enrolment& enrolment) {
  bool activated = enrolment.provenance() == "credential-activation";
  if (activated && !enrolment.ek_public().empty())
    return {"ek-binding", Status::kOk, "the key was proven to live in the enrolled TPM"};
  return {"ek-binding", Status::kUnknown, "the key was taken on trust at first use"};
}

// Step 10
Checked<Claim> CheckSigner(const VerifiedQuote& quote, const QuotingKey& key,
                           const Enrolment& enrolment) {
  const char* kName = "qualified-signer";
  if (enrolment.ek_public().empty())
    return Claim{kName, Status::kUnknown, "no endorsement key is enrolled to compare with"};
  Expected<std::string> parent = KeyName(enrolment.ek_public());
  if (!parent) return Refuse(Appraisal::kUntrusted, "the enrolled EK", parent.error());
  if (quote->qualified_signer != QualifiedName(*parent, key.name()))
    return Refuse(Appraisal::kUntrusted, "the signing key does not sit below the enrolled EK");
  return Claim{kName, Status::kOk, "the signing key sits below the enrolled EK"};
}

VerifierState StateAfter(const Evidence& evidence, const VerifiedQuote& quote,
                         const VerifiedLedger& ledger) {
  VerifierState state;
  state.set_version(1);
  state.set_node_id(evidence.node_id());
  state.set_reset_count(quote->reset_count);
  state.set_restart_count(quote->restart_count);
  state.set_clock(quote->clock);
  state.set_ledger_length(ledger.length());
  state.set_ledger_head(std::string(AsBytes(ledger.head())));
  state.set_last_nonce(evidence.nonce());
  return state;
}

struct Question {
  std::string_view nonce;
  const Enrolment& enrolment;
  const ReferenceValues& reference;
  const AppraisalPolicy& policy;
  const std::optional<VerifierState>& last;
};

// Steps 13, 14, 17 and 18: what the quoted registers say of boot and history.
void AppraiseState(const Evidence& evidence, const VerifiedQuote& quote, const VerifiedPcrs& pcrs,
                   const BoundPayload& payload, const Question& asked, AttestationResult& result) {
  Replay replay;
  result.claims.push_back(CheckFirmwareLog(evidence.firmware_log(), pcrs, replay));
  result.claims.push_back(CheckBoot(asked.reference, asked.policy, pcrs));
  const Digest& quoted = pcrs.values().at(asked.policy.ledger_pcr);
  auto ledger = VerifiedLedger::Check(payload, evidence, quote, quoted, asked.last);
  std::string text;
  if (ledger)
    text = std::to_string(ledger->length()) + " records replay to the quoted PCR, " +
           std::to_string(ledger->unquoted()) + " later ones are not vouched for";
  if (!Passed(ledger, "ledger", text, result)) return;
  result.claims.push_back(CheckLedgerStart(*ledger, asked.reference, asked.policy, replay));
  text = quote->safe ? "reset count and clock never went back"
                     : "reset count and clock never went back (the last shutdown was not orderly)";
  if (!Passed(CheckClock(quote, asked.last), "clock", text, result)) return;
  if (Expected<Report> report = ReadReport(evidence.report())) result.report = std::move(*report);
  result.state = StateAfter(evidence, quote, *ledger);
  Judge(*ledger, asked.reference, asked.policy.require_boot, result);
}

void Appraise(std::string_view bytes, const Question& asked, AttestationResult& result) {
  auto evidence = CheckForm(bytes, asked.policy);
  if (!Passed(evidence, "form", "the evidence is well-formed", result)) return;
  if (!Passed(CheckNonce(*evidence, asked.nonce, asked.last), "nonce", "it answers our nonce",
              result))
    return;
  if (!Passed(CheckNode(*evidence, asked.enrolment, asked.last), "node", "it is of the asked node",
              result))
    return;
  auto key = CheckKey(asked.enrolment);
  if (!Passed(key, "ak-attributes", "the enrolled key signs only what its TPM made", result))
    return;
  result.claims.push_back(EkBinding(asked.enrolment));
  auto quote = VerifiedQuote::Check(*key, evidence->attest(), evidence->signature());
  if (!Passed(quote, "signature", "a quote, signed by the enrolled key", result)) return;
  auto payload = BoundPayload::Check(*quote, *evidence, asked.last);
  if (!Passed(payload, "qualifying-data", "the quote is bound to nonce, node and payload", result))
    return;
  auto signer = CheckSigner(*quote, *key, asked.enrolment);
  if (!signer && !Passed(signer, "qualified-signer", "", result)) return;
  result.claims.push_back(*signer);
  if (!Passed(CheckSelection(*quote, asked.policy.pcrs), "pcr-selection",
              "the PCRs that were asked for", result))
    return;
  auto pcrs = VerifiedPcrs::Check(*quote, *evidence);
  if (!Passed(pcrs, "pcr-values", "the values presented are those quoted", result)) return;
  AppraiseState(*evidence, *quote, *pcrs, *payload, asked, result);
}

}  // namespace

std::string_view AppraisalName(Appraisal appraisal) {
  switch (appraisal) {
    case Appraisal::kMatch:
      return "match";
    case Appraisal::kDrift:
      return "drift";
    case Appraisal::kTampered:
      return "tampered";
    case Appraisal::kStale:
      return "stale";
    case Appraisal::kUntrusted:
      return "untrusted";
    case Appraisal::kNoProof:
      return "no-proof";
  }
  return "no-proof";
}

AttestationResult Verify(std::string_view evidence, std::string_view nonce,
                         const Enrolment& enrolment, const ReferenceValues& reference,
                         const AppraisalPolicy& policy, const std::optional<VerifierState>& last) {
  try {
    AttestationResult result;
    Appraise(evidence, {nonce, enrolment, reference, policy, last}, result);
    return result;
  } catch (const std::exception& e) {
    AttestationResult failed;
    failed.sentence = std::string("unknown, no proof: the appraisal failed: ") + e.what();
    return failed;
  }
}

}  // namespace assay
