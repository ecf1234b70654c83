// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileSshd(const Form& form, Sshd&) { form.Expected("a predicate that is built"); }

}  // namespace assay
