// SPDX-License-Identifier: Apache-2.0
#include "attest/tpm_error.h"

#include <tss2/tss2_rc.h>
#include <tss2/tss2_tpm2_types.h>

#include <algorithm>
#include <iterator>
#include <span>

namespace assay {

namespace {

constexpr TSS2_RC kPassing[] = {
    TPM2_RC_RETRY,      TPM2_RC_YIELDED,         TPM2_RC_TESTING,        TPM2_RC_LOCKOUT,
    TPM2_RC_NV_RATE,    TPM2_RC_NV_UNAVAILABLE,  TPM2_RC_OBJECT_MEMORY,  TPM2_RC_SESSION_MEMORY,
    TPM2_RC_MEMORY,     TPM2_RC_SESSION_HANDLES, TPM2_RC_OBJECT_HANDLES, TPM2_RC_CANCELED,
    TPM2_RC_INITIALIZE, TPM2_RC_CONTEXT_GAP};
constexpr TSS2_RC kMissing[] = {TPM2_RC_COMMAND_CODE, TPM2_RC_DISABLED};

bool Among(TSS2_RC rc, std::span<const TSS2_RC> codes) {
  return std::ranges::find(codes, rc) != codes.end();
}

TSS2_RC Layer(TSS2_RC rc) { return rc & TSS2_RC_LAYER_MASK; }

// The TPM itself, or the resource manager answering for it.
bool FromTpm(TSS2_RC rc) {
  return Layer(rc) == TSS2_TPM_RC_LAYER || Layer(rc) == TSS2_RESMGR_TPM_RC_LAYER;
}

// Without the number of the parameter, handle or session that it is about (TCG Part 2, 6.6.2).
TSS2_RC Bare(TSS2_RC rc) {
  TSS2_RC code = rc & ~TSS2_RC_LAYER_MASK;
  return code & TPM2_RC_FMT1 ? code & 0xBF : code;
}

ErrorCode CodeOf(TSS2_RC rc) {
  if (Layer(rc) == TSS2_TCTI_RC_LAYER) return ErrorCode::kUnavailable;
  if (!FromTpm(rc)) {
    TSS2_RC base = rc & ~TSS2_RC_LAYER_MASK;
    bool io = base == TSS2_BASE_RC_IO_ERROR || base == TSS2_BASE_RC_NO_CONNECTION ||
              base == TSS2_BASE_RC_TRY_AGAIN || base == TSS2_BASE_RC_NO_TPM;
    return io ? ErrorCode::kUnavailable : ErrorCode::kInternal;
  }
  if (Among(Bare(rc), kPassing) || LosesConnection(rc)) return ErrorCode::kUnavailable;
  if (Among(Bare(rc), kMissing)) return ErrorCode::kUnsupported;
  if (Bare(rc) == TPM2_RC_BAD_AUTH || Bare(rc) == TPM2_RC_AUTH_FAIL) return ErrorCode::kUnsupported;
  return ErrorCode::kInvalid;
}

std::string HintOf(TSS2_RC rc) {
  if (Layer(rc) == TSS2_TCTI_RC_LAYER)
    return "is there a TPM, and may this user open it? (ls -l /dev/tpmrm0)";
  if (!FromTpm(rc)) return "";
  if (Bare(rc) == TPM2_RC_BAD_AUTH || Bare(rc) == TPM2_RC_AUTH_FAIL)
    return "the TPM's endorsement hierarchy has a password; remove it "
           "(tpm2_changeauth -c endorsement -p PASSWORD) or clear the TPM";
  return "";
}

}  // namespace

bool LosesConnection(TSS2_RC rc) {
  if (rc == TSS2_RC_SUCCESS) return false;
  if (!FromTpm(rc)) return true;
  TSS2_RC bare = Bare(rc);
  return bare == TPM2_RC_INITIALIZE ||
         (bare >= TPM2_RC_REFERENCE_H0 && bare <= TPM2_RC_REFERENCE_S6);
}

Error TpmError(TSS2_RC rc, std::string_view doing) {
  return {CodeOf(rc), std::string(doing) + ": " + Tss2_RC_Decode(rc), HintOf(rc)};
}

}  // namespace assay
