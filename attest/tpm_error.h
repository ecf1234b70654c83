// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tss2/tss2_common.h>

#include <string_view>

#include "base/error.h"

namespace assay {

/// The one place where a TSS2_RC becomes an Error. kUnavailable for what may pass (TPM_RC_RETRY,
/// YIELDED, TESTING, LOCKOUT, NV_RATE, NV_UNAVAILABLE, no room for objects or sessions, a TPM that
/// was not started, a connection that broke); kUnsupported for a hierarchy with a password and
/// commands the TPM does not have; kInvalid for the rest that the TPM answered; kInternal for what
/// tpm2-tss says of our arguments.
Error TpmError(TSS2_RC rc, std::string_view doing);

/// Whether a session that got this must be given up: the connection broke, or the TPM was reset
/// below it and has forgotten our handles.
bool LosesConnection(TSS2_RC rc);

}  // namespace assay
