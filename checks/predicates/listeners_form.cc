// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileListeners(const Form& form, Listeners&) { form.Expected("a predicate that is built"); }

}  // namespace assay
