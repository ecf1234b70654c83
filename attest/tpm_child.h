// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "attest/tpm.pb.h"
#include "base/error.h"

namespace assay {

/// The child's life: answers requests from `fd` with the TPM at `tcti`, one after another, until
/// the other side closes it. Opens the TPM at the first request.
void ServeTpm(int fd, const std::string& tcti);

/// `error` as a response.
TpmResponse FailedResponse(uint64_t id, const Error& error);

}  // namespace assay
