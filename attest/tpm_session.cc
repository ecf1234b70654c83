// SPDX-License-Identifier: Apache-2.0
#include "attest/tpm_session.h"

#include <tss2/tss2_tctildr.h>

#include "attest/tpm_esys.h"
#include "attest/tpm_key.h"

namespace assay {

namespace {

// Raw, because ESYS has no object for a handle that it did not make itself (TCG Part 3, 28.4).
void FlushHandle(TSS2_TCTI_CONTEXT* tcti, TPM2_HANDLE handle) {
  uint8_t command[14] = {0x80, 0x01, 0, 0, 0, 14, 0, 0, 0x01, 0x65};
  for (int i = 0; i < 4; i++) command[10 + i] = uint8_t(handle >> (24 - 8 * i));
  if (Tss2_Tcti_Transmit(tcti, sizeof command, command)) return;
  uint8_t response[4096];
  size_t size = sizeof response;
  Tss2_Tcti_Receive(tcti, &size, response, TSS2_TCTI_TIMEOUT_BLOCK);
}

}  // namespace

TpmResult<std::unique_ptr<TpmSession>> TpmSession::Connect(const std::string& tcti) {
  std::unique_ptr<TpmSession> session(new TpmSession);
  TSS2_RC rc = Tss2_TctiLdr_Initialize(tcti.c_str(), &session->tcti_);
  if (!rc) rc = Esys_Initialize(&session->esys_, session->tcti_, nullptr);
  if (rc) {
    // Whatever kept us from it, there is no TPM to talk to now.
    Error error = TpmError(rc, "opening the TPM by '" + tcti + "'");
    error.code = ErrorCode::kUnavailable;
    if (error.hint.empty())
      error.hint = "is there a TPM, and may this user open it? (ls -l /dev/tpmrm0)";
    return std::unexpected(TpmFault{.error = std::move(error), .connection_lost = true});
  }
  bool simulator = tcti.starts_with("swtpm") || tcti.starts_with("mssim");
  if (simulator)
    if (auto flushed = session->FlushLeftovers(); !flushed) return std::unexpected(flushed.error());
  return session;
}

TpmSession::~TpmSession() {
  if (esys_ && key_ != ESYS_TR_NONE) Esys_FlushContext(esys_, key_);
  Esys_Finalize(&esys_);
  Tss2_TctiLdr_Finalize(&tcti_);
}

TpmResult<std::vector<TPM2_HANDLE>> TpmSession::Handles(TPM2_HANDLE first) {
  EsysPointer<TPMS_CAPABILITY_DATA> data;
  TPMI_YES_NO more = 0;
  TSS2_RC rc = Esys_GetCapability(esys_, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, TPM2_CAP_HANDLES,
                                  first, TPM2_MAX_CAP_HANDLES, &more, Out(data));
  if (rc) return Fault(rc, "listing handles");
  const TPML_HANDLE& list = data->data.handles;
  if (list.count > TPM2_MAX_CAP_HANDLES) return Fault(ErrorCode::kInvalid, "endless handles");
  return std::vector<TPM2_HANDLE>(list.handle, list.handle + list.count);
}

TpmResult<void> TpmSession::FlushLeftovers() {
  for (TPM2_HANDLE first : {TPM2_TRANSIENT_FIRST, TPM2_LOADED_SESSION_FIRST}) {
    TpmResult<std::vector<TPM2_HANDLE>> handles = Handles(first);
    if (!handles) return std::unexpected(handles.error());
    for (TPM2_HANDLE handle : *handles) FlushHandle(tcti_, handle);
  }
  return {};
}

TpmResult<WrappedKey> TpmSession::CreateKey() {
  EsysHandle parent(esys_), session(esys_);
  if (auto made = MakeEndorsementKey(esys_, parent); !made) return std::unexpected(made.error());
  if (auto begun = StartEndorsementSession(esys_, session); !begun)
    return std::unexpected(begun.error());
  TPM2B_SENSITIVE_CREATE sensitive{};
  TPM2B_PUBLIC in = AttestationTemplate();
  TPM2B_DATA outside{};
  TPML_PCR_SELECTION pcrs{};
  EsysPointer<TPM2B_PUBLIC> public_part;
  EsysPointer<TPM2B_PRIVATE> private_part;
  TSS2_RC rc =
      Esys_Create(esys_, parent.get(), session.get(), ESYS_TR_NONE, ESYS_TR_NONE, &sensitive, &in,
                  &outside, &pcrs, Out(private_part), Out(public_part), nullptr, nullptr, nullptr);
  if (rc) return Fault(rc, "making the attestation key");
  TpmResult<std::string> first = WritePublic(*public_part), second = WritePrivate(*private_part);
  if (!first) return std::unexpected(first.error());
  if (!second) return std::unexpected(second.error());
  WrappedKey key;
  key.set_public_part(*first);
  key.set_private_part(*second);
  return key;
}

TpmResult<void> TpmSession::LoadKey(const WrappedKey& key) {
  if (key_ != ESYS_TR_NONE && key.private_part() == loaded_private_) return {};
  TpmResult<TPM2B_PUBLIC> public_part = ReadPublic(key.public_part());
  if (!public_part) return std::unexpected(public_part.error());
  TpmResult<TPM2B_PRIVATE> private_part = ReadPrivate(key.private_part());
  if (!private_part) return std::unexpected(private_part.error());
  EsysHandle parent(esys_), session(esys_), loaded(esys_);
  auto endorsement = MakeEndorsementKey(esys_, parent);
  if (!endorsement) return std::unexpected(endorsement.error());
  if (auto begun = StartEndorsementSession(esys_, session); !begun)
    return std::unexpected(begun.error());
  TSS2_RC rc = Esys_Load(esys_, parent.get(), session.get(), ESYS_TR_NONE, ESYS_TR_NONE,
                         &*private_part, &*public_part, loaded.out());
  if (rc) {
    TpmFault fault = Fault(rc, "loading the attestation key").error();
    fault.key_refused = fault.error.code == ErrorCode::kInvalid;
    return std::unexpected(std::move(fault));
  }
  TpmResult<std::string> ak = WriteTemplate(*public_part), ek = WriteTemplate(**endorsement);
  if (!ak) return std::unexpected(ak.error());
  if (!ek) return std::unexpected(ek.error());
  if (key_ != ESYS_TR_NONE) Esys_FlushContext(esys_, key_);
  key_ = loaded.Release();
  loaded_private_ = key.private_part();
  loaded_ = {*ak, *ek};
  return {};
}

TpmResult<TpmClock> TpmSession::ReadClock() {
  EsysPointer<TPMS_TIME_INFO> time;
  TSS2_RC rc = Esys_ReadClock(esys_, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, Out(time));
  if (rc) return Fault(rc, "reading the TPM's clock");
  const TPMS_CLOCK_INFO& clock = time->clockInfo;
  return TpmClock{.clock = clock.clock,
                  .reset_count = clock.resetCount,
                  .restart_count = clock.restartCount,
                  .safe = clock.safe == TPM2_YES};
}

}  // namespace assay
