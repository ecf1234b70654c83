// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/unit_tree.h"
#include "checks/predicates/forms.h"

namespace assay {

namespace {

// As systemctl(1): a name without a suffix is a service.
std::string UnitName(const Form& form, std::string name) {
  if (!IsUnitName(name)) name += ".service";
  if (!IsUnitName(name)) form.Expected("the name of a unit, not '" + name + "'");
  return name;
}

}  // namespace

void CompileUnit(const Form& form, Unit& into) {
  form.MapOf({"in-use", "unused", "masked", "active"});
  if (form.size() != 1) form.Expected("one of in-use, unused, masked, active");
  if (form.Has("in-use"))
    for (const std::string& name : form.At("in-use").Texts())
      into.add_in_use(UnitName(form.At("in-use"), name));
  if (form.Has("unused"))
    for (const std::string& name : form.At("unused").Texts())
      into.add_unused(UnitName(form.At("unused"), name));
  if (form.Has("masked")) into.set_masked(UnitName(form.At("masked"), form.At("masked").Text()));
  if (form.Has("active")) into.set_active(UnitName(form.At("active"), form.At("active").Text()));
}

}  // namespace assay
