// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileProgram(const Form& form, Program&) { form.Expected("a predicate that is built"); }

}  // namespace assay
