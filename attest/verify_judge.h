// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "attest/verify_ledger.h"
#include "attest/verify_step.h"

namespace assay {

/// What an authentic history and report amount to. Drift, if the ledger holds a drift record of the
/// reference baseline after a match with it (DESIGN law 6: what never matched is unknown); golden,
/// if every claim is ok or may be unknown, the report says golden, the ledger holds a match and no
/// drift, nothing was resynchronised and the channels that watch content, attributes and names were
/// each proven on some rung; otherwise no proof, and the sentence says what was missing.
/// Completes `result`: appends the claims "history", "report" and "channels"; sets verdict,
/// appraisal, sentence and drifts. `require_boot` as in the policy.
void Judge(const VerifiedLedger& ledger, const ReferenceValues& reference, bool require_boot,
           AttestationResult& result);

/// "/etc/x content: sha256:.. became sha256:.., by /bin/sh (pid 7, uid 0)": one line, safe to
/// print.
std::string DriftSentence(const DriftRecord& drift);

}  // namespace assay
