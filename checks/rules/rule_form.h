// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/rules/policy.pb.h"
#include "checks/rules/yaml_form.h"

namespace assay {

/// One entry of a rule file, compiled. Throws FormMistake.
Rule CompileRule(const Form& form);

/// A map with one predicate. Throws FormMistake.
void CompileExpectation(const Form& form, Expectation& into);

}  // namespace assay
