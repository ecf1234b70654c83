// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileWalk(const Form& form, Walk&) { form.Expected("a predicate that is built"); }

}  // namespace assay
