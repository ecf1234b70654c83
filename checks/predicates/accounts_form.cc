// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileAccounts(const Form& form, Accounts&) { form.Expected("a predicate that is built"); }

}  // namespace assay
