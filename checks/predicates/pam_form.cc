// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompilePam(const Form& form, Pam&) { form.Expected("a predicate that is built"); }

}  // namespace assay
