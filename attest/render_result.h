// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "attest/verify.h"

namespace assay {

/// The result for people: the sentence, then one line for each claim. Names that come from the node
/// are made printable.
std::string RenderResultText(const AttestationResult& result);

/// The result for programs: {"verdict","appraisal","sentence","claims":[{"name","status","text"}],
/// "drifts":[{"deviations":[{"kind","change","subject","property","expected","actual"}],"omitted",
/// "cause":{"exe","pid","uid","login_uid","cgroup"}}],"report":{...}}. "report" only where
/// the quote vouches for it.
std::string RenderResultJson(const AttestationResult& result);

}  // namespace assay
