// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/formats/pam_stack.h"
#include "checks/predicates/predicate.h"

namespace assay {

/// Whether the option that `expected` names is as wanted for one entry of a stack: its argument, or
/// else the module's file, or else what the rule says the module does by itself.
Answer JudgePamOption(const Pam& expected, const PamEntry& entry, Host& host);

}  // namespace assay
