// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileText(const Form& form, Text& into) {
  form.MapOf({"path", "drop-ins", "key", "separator", "wins", "drop-ins-first", "ignore-case",
              "equals", "at-most", "at-least"});
  into.set_path(form.At("path").Path());
  if (form.Has("drop-ins"))
    for (const std::string& directory : form.At("drop-ins").Paths()) into.add_drop_ins(directory);
  into.set_key(form.At("key").Text());
  into.set_separator(
      form.Has("separator") ? form.At("separator").OneOf({"blank", "="}) == "=" ? "=" : " " : " ");
  into.set_first_wins(form.Has("wins") && form.At("wins").OneOf({"first", "last"}) == "first");
  into.set_ignore_case(form.Has("ignore-case") && form.At("ignore-case").Flag());
  into.set_drop_ins_first(form.Has("drop-ins-first") && form.At("drop-ins-first").Flag());
  int comparisons = 0;
  for (const char* comparison : {"equals", "at-most", "at-least"}) {
    if (!form.Has(comparison)) continue;
    comparisons++;
    into.set_comparison(comparison);
    if (std::string_view(comparison) == "equals")
      for (const std::string& value : form.At(comparison).Texts()) into.add_values(value);
    else
      into.add_values(std::to_string(form.At(comparison).Whole(-2'000'000'000, 2'000'000'000)));
  }
  if (comparisons != 1) form.Expected("one of equals, at-most, at-least");
}

}  // namespace assay
