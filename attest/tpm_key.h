// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tss2/tss2_esys.h>

#include <string>

#include "attest/tpm_esys.h"

namespace assay {

/// The two key templates and the forms in which keys travel.

/// TCG EK Credential Profile for TPM 2.0, template L-2 (annex B.3.4): storage key, ECC NIST P-256,
/// AES-128-CFB, policy PolicySecret(TPM_RH_ENDORSEMENT), unique of 32 zero bytes twice. The same
/// template gives the same key for as long as the endorsement seed is.
TPM2B_PUBLIC EndorsementTemplate();
/// Restricted signing key, ECC NIST P-256, ECDSA with SHA-256, empty authorisation.
TPM2B_PUBLIC AttestationTemplate();

/// kInvalid (with key_refused) unless the bytes are exactly one structure of that form.
TpmResult<TPM2B_PUBLIC> ReadPublic(std::string_view bytes);
TpmResult<TPM2B_PRIVATE> ReadPrivate(std::string_view bytes);
TpmResult<std::string> WritePublic(const TPM2B_PUBLIC& key);    ///< TPM2B_PUBLIC
TpmResult<std::string> WriteTemplate(const TPM2B_PUBLIC& key);  ///< TPMT_PUBLIC
TpmResult<std::string> WritePrivate(const TPM2B_PRIVATE& key);
TpmResult<std::string> WriteSignature(const TPMT_SIGNATURE& signature);

/// The endorsement key as a loaded object, and its public part.
TpmResult<EsysPointer<TPM2B_PUBLIC>> MakeEndorsementKey(ESYS_CONTEXT* esys, EsysHandle& handle);
/// A policy session that may use the endorsement key, once.
TpmResult<void> StartEndorsementSession(ESYS_CONTEXT* esys, EsysHandle& session);

}  // namespace assay
