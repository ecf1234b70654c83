// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"
#include "checks/harden/plan.h"
#include "checks/rules/policy.pb.h"

namespace assay {

/// su for nobody but root: pam_wheel with an empty group of ours behind pam_rootok in
/// /etc/pam.d/su, which su-l takes in. kUnsupported where pam_wheel or the group is already used
/// for something.
Expected<void> FixSu(const Pam& wanted, Plan& plan);

}  // namespace assay
