// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileAudit(const Form& form, Audit&) { form.Expected("a predicate that is built"); }

}  // namespace assay
