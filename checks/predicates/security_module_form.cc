// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileSecurityModule(const Form& form, SecurityModule&) {
  form.Expected("a predicate that is built");
}

}  // namespace assay
