// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileShellEnvironment(const Form& form, ShellEnvironment&) {
  form.Expected("a predicate that is built");
}

}  // namespace assay
