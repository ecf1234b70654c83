// SPDX-License-Identifier: Apache-2.0
#include "tests/attest/evidence_builder.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <stdexcept>

#include "attest/ledger_chain.h"
#include "attest/verify_key.h"

namespace assay {

namespace {

std::string Number32(const BIGNUM* number) {
  std::string bytes(32, '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), 32);
  return bytes;
}

std::string Coordinate(EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) throw std::runtime_error("EC coordinate");
  std::string bytes = Number32(number);
  BN_free(number);
  return bytes;
}

std::string NameOf(std::string_view tpmt_public) {
  return Be(0x000B, 2) + std::string(AsBytes(Sha256Of(tpmt_public)));
}

Digest Filled(uint8_t fill) {
  Digest digest;
  digest.fill(fill);
  return digest;
}

}  // namespace

std::string Be(uint64_t value, int bytes) {
  std::string out;
  while (bytes-- > 0) out += char(value >> (8 * bytes));
  return out;
}

std::string Sized(std::string_view bytes) { return Be(bytes.size(), 2) + std::string(bytes); }

ActingKey::ActingKey() : key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free) {
  if (!key_) throw std::runtime_error("EC key generation");
}

std::string ActingKey::Public(uint32_t attributes) const {
  return Be(0x0023, 2) + Be(0x000B, 2) + Be(attributes, 4) + Sized("") +  // ECC, SHA-256
         Be(0x0010, 2) + Be(0x0018, 2) + Be(0x000B, 2) +                  // no symmetric; ECDSA
         Be(0x0003, 2) + Be(0x0010, 2) +                                  // P-256, no KDF
         Sized(Coordinate(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X)) +
         Sized(Coordinate(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y));
}

std::string ActingKey::Sign(std::string_view attest) const {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                  EVP_MD_CTX_free);
  unsigned char der[80];
  size_t size = sizeof der;
  if (EVP_DigestSignInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key_.get(),
                            nullptr) != 1 ||
      EVP_DigestSign(context.get(), der, &size,
                     reinterpret_cast<const unsigned char*>(attest.data()), attest.size()) != 1)
    throw std::runtime_error("signing");
  const unsigned char* at = der;
  std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(
      d2i_ECDSA_SIG(nullptr, &at, long(size)), ECDSA_SIG_free);
  return Be(0x0018, 2) + Be(0x000B, 2) + Sized(Number32(ECDSA_SIG_get0_r(signature.get()))) +
         Sized(Number32(ECDSA_SIG_get0_s(signature.get())));
}

EvidenceBuilder::EvidenceBuilder() {
  reference.baseline_digest = Filled(0xBA);
  reference.image = "web:1";
  policy.pcrs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14};
  for (uint8_t pcr : policy.pcrs)
    if (pcr != policy.ledger_pcr) pcrs[pcr] = Filled(uint8_t(0x40 + pcr));
  ek_public = ActingKey().Public(0x300b2);
  enrolment.set_version(1);
  enrolment.set_node_id(node_id);
  enrolment.set_ak_public(ak.Public());
  enrolment.set_ek_public(ek_public);
  enrolment.set_provenance("credential-activation");
  report.set_version(1);
  report.set_verdict("golden");
  report.set_reason("BaselineMatch");
  report.set_baseline_digest(std::string(AsBytes(reference.baseline_digest)));
  report.set_boot_id("boot-1");
  for (const char* channel : {"content", "attributes", "names"}) {
    ChannelReport* proven = report.add_channels();
    proven->set_channel(channel);
    proven->set_rung("lsm");
    proven->set_proven_at(5);
  }
}

std::string EvidenceBuilder::Record(LedgerRecord record, std::optional<uint64_t> seq) const {
  record.set_seq(seq.value_or(ledger.size()));
  return record.SerializeAsString();
}

void EvidenceBuilder::Append(LedgerRecord record) { ledger.push_back(Record(std::move(record))); }

void EvidenceBuilder::Begin() {
  LedgerRecord record;
  OpenRecord* open = record.mutable_open();
  open->set_reset_count(reset_count);
  open->set_restart_count(restart_count);
  open->set_pcr_before(std::string(AsBytes(pcr_before)));
  open->set_baseline_digest(std::string(AsBytes(reference.baseline_digest)));
  open->set_boot_id("boot-1");
  Append(record);
  AppendMatch();
}

void EvidenceBuilder::AppendMatch() {
  LedgerRecord record;
  record.mutable_match()->set_baseline_digest(std::string(AsBytes(reference.baseline_digest)));
  record.mutable_match()->set_objects(1000);
  Append(record);
}

void EvidenceBuilder::AppendDrift() {
  LedgerRecord record;
  DriftRecord* drift = record.mutable_drift();
  drift->set_baseline_digest(std::string(AsBytes(reference.baseline_digest)));
  Deviation* deviation = drift->add_deviations();
  deviation->set_kind("file");
  deviation->set_change("modified");
  deviation->set_subject("/etc/ssh/sshd_config");
  deviation->set_property("content");
  deviation->set_expected("aaaa");
  deviation->set_actual("bbbb");
  drift->mutable_cause()->mutable_process()->set_pid(4711);
  drift->mutable_cause()->mutable_process()->set_exe("/usr/bin/vim");
  drift->mutable_cause()->set_uid(1000);
  Append(record);
}

Digest EvidenceBuilder::LedgerPcr() const {
  Digest value = pcr_before;
  for (size_t i = 0; i <= ledger.size(); i++) {
    if (foreign_before == i) value = ExtendPcr(value, Sha256Of("foreign"));
    if (i < ledger.size()) value = ExtendPcr(value, RecordDigest(ledger[i]));
  }
  return value;
}

Evidence EvidenceBuilder::Build() const {
  std::vector<std::string> shown = presented.value_or(ledger);
  shown.insert(shown.end(), unquoted.begin(), unquoted.end());
  Digest head{};
  uint64_t length = vouched_length.value_or(presented.value_or(ledger).size());
  for (uint64_t i = 0; i < length; i++) head = NextHead(head, RecordDigest(shown.at(i)));

  Evidence evidence;
  evidence.set_version(1);
  evidence.set_node_id(node_id);
  evidence.set_nonce(nonce);
  evidence.set_ledger_pcr(14);
  evidence.set_report(report.SerializeAsString());
  evidence.set_firmware_log(firmware_log);
  for (const std::string& record : shown) evidence.add_ledger(record);
  std::map<uint8_t, Digest> values = pcrs;
  values[14] = LedgerPcr();
  std::string bitmap(3, '\0'), all;
  for (const auto& [pcr, value] : values) {
    bitmap[pcr / 8] |= char(1 << (pcr % 8));
    all += AsBytes(value);
    PcrValue* shown_value = evidence.add_pcrs();
    shown_value->set_index(pcr);
    shown_value->set_value(std::string(AsBytes(value)));
  }
  Digest bound = QualifyingData(nonce, node_id, head, length, Sha256Of(evidence.report()),
                                Sha256Of(evidence.firmware_log()));
  evidence.set_attest(
      Be(magic, 4) + Be(attest_type, 2) +
      Sized(qualified_signer.value_or(QualifiedName(NameOf(ek_public), NameOf(ak.Public())))) +
      Sized(qualifying_data.value_or(std::string(AsBytes(bound)))) + Be(clock, 8) +
      Be(reset_count, 4) + Be(restart_count, 4) + Be(safe, 1) + Be(0x2019102300163636, 8) +
      selection.value_or(Be(1, 4) + Be(0x000B, 2) + Be(3, 1) + bitmap) +
      Sized(AsBytes(Sha256Of(all))));
  evidence.set_signature(ak.Sign(evidence.attest()));
  return evidence;
}

AttestationResult EvidenceBuilder::Appraise(const std::optional<VerifierState>& last) const {
  return Appraise(Build(), last);
}

AttestationResult EvidenceBuilder::Appraise(const Evidence& evidence,
                                            const std::optional<VerifierState>& last) const {
  return Verify(evidence.SerializeAsString(), nonce, enrolment, reference, policy, last);
}

}  // namespace assay
