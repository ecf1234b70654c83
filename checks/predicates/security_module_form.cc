// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileSecurityModule(const Form& form, SecurityModule& into) {
  into.set_state(form.OneOf({"apparmor-loaded", "apparmor-enforcing", "selinux-enabled",
                             "selinux-enforcing", "selinux-confined"}));
}

}  // namespace assay
