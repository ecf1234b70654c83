// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileBoot(const Form& form, Boot& into) {
  if (form.IsScalar()) {
    (void)form.OneOf({"password"});
    into.set_password(true);
    return;
  }
  std::vector<std::string_view> keys = {"parameter"};
  keys.insert(keys.end(), std::begin(kDemandKeys), std::end(kDemandKeys));
  keys.push_back(kRecommendedKey);
  form.MapOf(keys);
  into.set_parameter(form.At("parameter").Text());
  if (into.parameter().find_first_of(" \t=\"") != std::string::npos)
    form.At("parameter").Expected("the name of a parameter, without its value");
  CompileDemand(form, *into.mutable_wanted());
}

}  // namespace assay
