// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileLines(const Form& form, Lines&) { form.Expected("a predicate that is built"); }

}  // namespace assay
