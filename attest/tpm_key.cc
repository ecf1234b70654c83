// SPDX-License-Identifier: Apache-2.0
#include "attest/tpm_key.h"

#include <tss2/tss2_mu.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace assay {

namespace {

// PolicySecret(TPM_RH_ENDORSEMENT), SHA-256: EK Credential Profile, annex B.6.2 (PolicyA).
constexpr uint8_t kPolicyA[] = {0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xB3, 0xF8, 0x1A, 0x90, 0xCC,
                                0x8D, 0x46, 0xA5, 0xD7, 0x24, 0xFD, 0x52, 0xD7, 0x6E, 0x06, 0x52,
                                0x0B, 0x64, 0xF2, 0xA1, 0xDA, 0x1B, 0x33, 0x14, 0x69, 0xAA};

TPM2B_PUBLIC EccTemplate(TPMA_OBJECT attributes) {
  TPM2B_PUBLIC key{};
  key.publicArea.type = TPM2_ALG_ECC;
  key.publicArea.nameAlg = TPM2_ALG_SHA256;
  key.publicArea.objectAttributes = attributes;
  TPMS_ECC_PARMS& ecc = key.publicArea.parameters.eccDetail;
  ecc.symmetric.algorithm = ecc.scheme.scheme = ecc.kdf.scheme = TPM2_ALG_NULL;
  ecc.curveID = TPM2_ECC_NIST_P256;
  return key;
}

TpmFault Refused(Error error) { return {.error = std::move(error), .key_refused = true}; }

template <typename T, auto unmarshal>
TpmResult<T> Read(std::string_view bytes, std::string_view what) {
  T value{};
  size_t offset = 0;
  TSS2_RC rc =
      unmarshal(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), &offset, &value);
  if (rc) return std::unexpected(Refused({ErrorCode::kInvalid, TpmError(rc, what).text}));
  if (offset != bytes.size())
    return std::unexpected(Refused({ErrorCode::kInvalid, std::string(what) + ": trailing bytes"}));
  return value;
}

template <typename T, auto marshal>
TpmResult<std::string> Write(const T& value, std::string_view what) {
  uint8_t buffer[2048];
  size_t offset = 0;
  if (TSS2_RC rc = marshal(&value, buffer, sizeof buffer, &offset)) return Fault(rc, what);
  return std::string(reinterpret_cast<char*>(buffer), offset);
}

}  // namespace

TPM2B_PUBLIC EndorsementTemplate() {
  TPM2B_PUBLIC key =
      EccTemplate(TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN |
                  TPMA_OBJECT_ADMINWITHPOLICY | TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT);
  key.publicArea.authPolicy.size = sizeof kPolicyA;
  std::copy(std::begin(kPolicyA), std::end(kPolicyA), key.publicArea.authPolicy.buffer);
  TPMT_SYM_DEF_OBJECT& symmetric = key.publicArea.parameters.eccDetail.symmetric;
  symmetric.algorithm = TPM2_ALG_AES;
  symmetric.keyBits.aes = 128;
  symmetric.mode.aes = TPM2_ALG_CFB;
  key.publicArea.unique.ecc.x.size = key.publicArea.unique.ecc.y.size = 32;
  return key;
}

TPM2B_PUBLIC AttestationTemplate() {
  TPM2B_PUBLIC key =
      EccTemplate(TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN |
                  TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_NODA | TPMA_OBJECT_RESTRICTED |
                  TPMA_OBJECT_SIGN_ENCRYPT);
  TPMT_ECC_SCHEME& scheme = key.publicArea.parameters.eccDetail.scheme;
  scheme.scheme = TPM2_ALG_ECDSA;
  scheme.details.ecdsa.hashAlg = TPM2_ALG_SHA256;
  return key;
}

TpmResult<TPM2B_PUBLIC> ReadPublic(std::string_view bytes) {
  return Read<TPM2B_PUBLIC, Tss2_MU_TPM2B_PUBLIC_Unmarshal>(bytes, "reading the key's public part");
}
TpmResult<TPM2B_PRIVATE> ReadPrivate(std::string_view bytes) {
  return Read<TPM2B_PRIVATE, Tss2_MU_TPM2B_PRIVATE_Unmarshal>(bytes,
                                                              "reading the key's private part");
}
TpmResult<std::string> WritePublic(const TPM2B_PUBLIC& key) {
  return Write<TPM2B_PUBLIC, Tss2_MU_TPM2B_PUBLIC_Marshal>(key, "writing a public key");
}
TpmResult<std::string> WriteTemplate(const TPM2B_PUBLIC& key) {
  return Write<TPMT_PUBLIC, Tss2_MU_TPMT_PUBLIC_Marshal>(key.publicArea, "writing a public key");
}
TpmResult<std::string> WritePrivate(const TPM2B_PRIVATE& key) {
  return Write<TPM2B_PRIVATE, Tss2_MU_TPM2B_PRIVATE_Marshal>(key, "writing a wrapped key");
}
TpmResult<std::string> WriteSignature(const TPMT_SIGNATURE& signature) {
  return Write<TPMT_SIGNATURE, Tss2_MU_TPMT_SIGNATURE_Marshal>(signature, "writing a signature");
}

TpmResult<EsysPointer<TPM2B_PUBLIC>> MakeEndorsementKey(ESYS_CONTEXT* esys, EsysHandle& handle) {
  TPM2B_SENSITIVE_CREATE sensitive{};
  TPM2B_PUBLIC in = EndorsementTemplate();
  TPM2B_DATA outside{};
  TPML_PCR_SELECTION pcrs{};
  EsysPointer<TPM2B_PUBLIC> key;
  TSS2_RC rc = Esys_CreatePrimary(esys, ESYS_TR_RH_ENDORSEMENT, ESYS_TR_PASSWORD, ESYS_TR_NONE,
                                  ESYS_TR_NONE, &sensitive, &in, &outside, &pcrs, handle.out(),
                                  Out(key), nullptr, nullptr, nullptr);
  if (rc) return Fault(rc, "making the endorsement key");
  return key;
}

TpmResult<void> StartEndorsementSession(ESYS_CONTEXT* esys, EsysHandle& session) {
  TPMT_SYM_DEF symmetric{.algorithm = TPM2_ALG_NULL, .keyBits = {}, .mode = {}};
  TSS2_RC rc = Esys_StartAuthSession(esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                     ESYS_TR_NONE, nullptr, TPM2_SE_POLICY, &symmetric,
                                     TPM2_ALG_SHA256, session.out());
  if (rc) return Fault(rc, "starting a policy session");
  // Kept over its use, so that its end is in one place: the handle's destructor.
  rc = Esys_TRSess_SetAttributes(esys, session.get(), TPMA_SESSION_CONTINUESESSION,
                                 TPMA_SESSION_CONTINUESESSION);
  if (rc) return Fault(rc, "keeping a policy session");
  rc =
      Esys_PolicySecret(esys, ESYS_TR_RH_ENDORSEMENT, session.get(), ESYS_TR_PASSWORD, ESYS_TR_NONE,
                        ESYS_TR_NONE, nullptr, nullptr, nullptr, 0, nullptr, nullptr);
  if (rc) return Fault(rc, "authorising the use of the endorsement key");
  return {};
}

}  // namespace assay
