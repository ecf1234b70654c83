// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileDconf(const Form& form, Dconf&) { form.Expected("a predicate that is built"); }

}  // namespace assay
