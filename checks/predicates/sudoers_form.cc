// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileSudoers(const Form& form, Sudoers&) { form.Expected("a predicate that is built"); }

}  // namespace assay
