// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/demand.h"
#include "checks/predicates/forms.h"

namespace assay {

void CompileDemand(const Form& form, Demand& into) {
  std::string known;
  int count = 0;
  for (const char* key : kDemandKeys) {
    known += (known.empty() ? "" : ", ") + std::string(key);
    if (!form.Has(key)) continue;
    count++;
    into.set_kind(key);
    bool number = into.kind().starts_with("at-") || into.kind() == "within";
    std::vector<std::string> values = form.At(key).Texts();
    if (number)
      for (const std::string& value : values)
        if (!WholeNumber(value)) form.At(key).Expected("whole numbers");
    if (values.size() != 1 && into.kind().starts_with("at-")) form.At(key).Expected("one number");
    if (values.size() != 2 && into.kind() == "within") form.At(key).Expected("[LOWEST, HIGHEST]");
    for (const std::string& value : values) into.add_values(value);
  }
  if (count != 1) form.Expected("one of " + known);
  if (!form.Has(kRecommendedKey)) return;
  into.set_recommended(form.At(kRecommendedKey).Text());
  if (!Meets(into, into.recommended()).value_or(false))
    form.At(kRecommendedKey).Expected("a value that meets the demand: " + Describe(into));
}

}  // namespace assay
