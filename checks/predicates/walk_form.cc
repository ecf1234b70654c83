// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileWalk(const Form& form, Walk& into) {
  into.set_what(form.OneOf({"world-writable", "unowned", "set-id"}));
}

}  // namespace assay
