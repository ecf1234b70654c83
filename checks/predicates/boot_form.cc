// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileBoot(const Form& form, Boot&) { form.Expected("a predicate that is built"); }

}  // namespace assay
