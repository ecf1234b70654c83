// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileMount(const Form& form, Mount& into) {
  form.MapOf({"point", "options"});
  into.set_point(form.At("point").Path());
  if (form.Has("options"))
    for (const std::string& option : form.At("options").Texts()) into.add_options(option);
}

}  // namespace assay
