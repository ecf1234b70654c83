// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string_view>

#include "attest/verify_ledger.h"
#include "attest/verify_quote.h"

namespace assay {

/// What a firmware log explains, and how the quote bears it out. None of these ends an appraisal;
/// each decides whether it may still end as golden.

using Replay = std::map<uint32_t, std::string>;

/// Step 14: every quoted PCR 0-9, 12, 13 has the value that the log replays to, or zero if the log
/// does not mention it. Unknown without a log or without its SHA-256 bank. `replay` receives the
/// values if the log could be replayed.
Claim CheckFirmwareLog(std::string_view firmware_log, const VerifiedPcrs& pcrs, Replay& replay);

/// Quoted PCRs against the reference values of measured boot; unknown when there are none.
Claim CheckBoot(const ReferenceValues& reference, const AppraisalPolicy& policy,
                const VerifiedPcrs& pcrs);

/// Where the ledger's PCR stood when the ledger took possession of it: at zero, or at a reference
/// value. A value that only the firmware log explains is unknown, because PCRs above 9 are not
/// appraised otherwise: root could list the digests of an earlier, unwanted ledger in the log and
/// open a new one behind them.
Claim CheckLedgerStart(const VerifiedLedger& ledger, const ReferenceValues& reference,
                       const AppraisalPolicy& policy, const Replay& replay);

}  // namespace assay
