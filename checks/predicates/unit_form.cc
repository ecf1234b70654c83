// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileUnit(const Form& form, Unit&) { form.Expected("a predicate that is built"); }

}  // namespace assay
