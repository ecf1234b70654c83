// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileProgram(const Form& form, Program& into) {
  form.MapOf({"name", "user", "static"});
  into.set_name(form.At("name").Text());
  if (into.name().contains('/')) form.At("name").Expected("the name of a program, not a path");
  for (const std::string& user : form.At("user").Texts()) into.add_users(user);
  into.set_static_not_applicable(form.Has("static") &&
                                 form.At("static").OneOf({"notchecked", "notapplicable"}) !=
                                     "notchecked");
}

}  // namespace assay
