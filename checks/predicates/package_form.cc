// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompilePackage(const Form& form, Package&) { form.Expected("a predicate that is built"); }

}  // namespace assay
