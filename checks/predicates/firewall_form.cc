// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileFirewall(const Form& form, Firewall&) { form.Expected("a predicate that is built"); }

}  // namespace assay
