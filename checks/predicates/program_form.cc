// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileProgram(const Form& form, Program& into) {
  form.MapOf({"name", "user"});
  into.set_name(form.At("name").Text());
  if (into.name().contains('/')) form.At("name").Expected("the name of a program, not a path");
  into.set_user(form.At("user").Text());
}

}  // namespace assay
