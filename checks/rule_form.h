// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/policy.pb.h"
#include "checks/yaml_form.h"

namespace assay {

/// One entry of a rule file, compiled. Throws FormMistake.
Rule CompileRule(const Form& form);

}  // namespace assay
