// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileKmod(const Form& form, Kmod& into) {
  if (form.IsMap()) {
    form.MapOf({"drivers-of"});
    into.set_drivers_of(form.At("drivers-of").OneOf({"wireless"}));
    return;
  }
  std::string name = form.Text();
  if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") !=
      std::string::npos)
    form.Expected("the name of a kernel module");
  into.set_name(name);
}

}  // namespace assay
