// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

namespace {

void CompileDefault(const Form& form, Sudoers& into) {
  into.set_option(form.At("default").Text());
  if (form.Has("builtin")) into.set_builtin(form.At("builtin").Text());
  bool demand = false;
  for (const char* key : kDemandKeys) demand |= form.Has(key);
  if (demand && form.Has("set")) form.Expected("one of set and a demand");
  if (demand) return CompileDemand(form, *into.mutable_demand());
  into.set_set(!form.Has("set") || form.At("set").Flag());
}

}  // namespace

void CompileSudoers(const Form& form, Sudoers& into) {
  form.MapOf({"default", "builtin", "set", "no-tag", "no-default", "equals", "differs", "at-most",
              "at-least", "within"});
  if (form.Has("default") + form.Has("no-tag") + form.Has("no-default") != 1)
    form.Expected("one of default, no-tag, no-default");
  if (form.Has("default")) return CompileDefault(form, into);
  if (form.size() != 1) form.Expected("no-tag or no-default alone");
  if (form.Has("no-tag")) return into.set_no_tag(form.At("no-tag").Text());
  into.set_option(form.At("no-default").Text());
  if (!into.option().starts_with('!') || into.option().size() < 2)
    form.At("no-default").Expected("'!' and the name of an option");
}

}  // namespace assay
