// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "checks/rules/engine.h"
#include "checks/rules/policy.pb.h"

namespace assay {

/// The report for people: what fails first, each with its reason and how to put it right, then what
/// could not be judged, then one line of sums. `colour` adds terminal colours.
std::string RenderText(const Policy& policy, const CheckReport& report, bool colour);

/// The report for programs (DESIGN section 6, `check --format json`).
std::string RenderJson(const Policy& policy, const CheckReport& report, const std::string& root);

}  // namespace assay
