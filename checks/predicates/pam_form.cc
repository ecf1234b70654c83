// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "checks/formats/pam_options.h"
#include "checks/predicates/forms.h"

namespace assay {

namespace {

constexpr const char* kTypes[] = {"auth", "account", "password", "session"};

std::string ModuleOf(const Form& form) {
  std::string name = form.Text();
  if (!name.starts_with("pam_") || !name.ends_with(".so") || name.contains('/'))
    form.Expected("the file name of a module, such as pam_unix.so");
  return name;
}

void CompileTypes(const Form& form, Pam& into) {
  for (const std::string& type : form.Texts()) {
    if (std::ranges::find(kTypes, type) == std::end(kTypes))
      form.Expected("auth, account, password, session");
    into.add_types(type);
  }
}

bool HasDemand(const Form& form) {
  return std::ranges::any_of(kDemandKeys, [&](const char* key) { return form.Has(key); });
}

void CompileOption(const Form& form, Pam& into) {
  into.set_option(form.At("option").Text());
  if (form.Has("conf")) {
    if (!ReadsPamOptions(into.module()))
      form.At("conf").Expected("a module whose file of options this assay can read");
    into.set_conf(form.At("conf").Path());
  }
  if (form.Has("default")) into.set_builtin(form.At("default").Text());
  int judges = HasDemand(form) + form.Has("set") + form.Has("empty-group");
  if (judges != 1)
    form.Expected("one of set, empty-group, equals, differs, at-most, at-least, within");
  if (form.Has("set")) into.set_set(form.At("set").Flag());
  if (form.Has("empty-group")) {
    if (!form.At("empty-group").Flag()) form.At("empty-group").Expected("true");
    into.set_empty_group(true);
  }
  if (HasDemand(form)) CompileDemand(form, *into.mutable_demand());
}

void CompilePlace(const Form& form, Pam& into) {
  if (form.Has("before")) into.set_before(ModuleOf(form.At("before")));
  if (form.Has("after")) into.set_after(ModuleOf(form.At("after")));
  if (!form.Has("role")) return;
  into.set_role(form.At("role").OneOf({"gate", "sees-failures"}));
  if (into.role() == "sees-failures" && into.after().empty())
    form.Expected("'after', the module whose failures are seen");
}

}  // namespace

void CompilePam(const Form& form, Pam& into) {
  form.MapOf({"stack", "type", "module", "args", "without", "before", "after", "role", "option",
              "conf", "default", "set", "empty-group", "equals", "differs", "at-most", "at-least",
              "within", kRecommendedKey});
  CompileTypes(form.At("type"), into);
  into.set_module(ModuleOf(form.At("module")));
  if (form.Has("stack")) into.set_service(form.At("stack").Text());
  if (form.Has("args"))
    for (const std::string& arg : form.At("args").Texts()) into.add_args(arg);
  if (form.Has("without"))
    for (const std::string& arg : form.At("without").Texts()) into.add_without(arg);
  CompilePlace(form, into);
  if (form.Has("option")) return CompileOption(form, into);
  for (const char* key : {"conf", "default", "set", "empty-group"})
    if (form.Has(key)) form.At(key).Expected("'option' beside it");
  if (HasDemand(form)) form.Expected("'option' beside the demand");
}

}  // namespace assay
