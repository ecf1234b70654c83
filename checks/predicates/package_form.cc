// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/debian_version.h"
#include "checks/formats/rpm_version.h"
#include "checks/predicates/forms.h"

namespace assay {

namespace {

// Of dpkg and rpm alike; an architecture is not part of it.
std::vector<std::string> Names(const Form& form) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-._";
  std::vector<std::string> names = form.Texts();
  for (const std::string& name : names)
    if (name.find_first_not_of(kLetters) != std::string::npos)
      form.Expected("names of packages, not '" + name + "'");
  return names;
}

}  // namespace

void CompilePackage(const Form& form, Package& into) {
  form.MapOf({"installed", "absent", "at-least"});
  if (form.Has("installed") == form.Has("absent")) form.Expected("one of installed, absent");
  if (form.Has("at-least") && !form.Has("installed"))
    form.Expected("at-least only beside installed");
  if (form.Has("installed"))
    for (const std::string& name : Names(form.At("installed"))) into.add_installed(name);
  if (form.Has("absent"))
    for (const std::string& name : Names(form.At("absent"))) into.add_absent(name);
  if (!form.Has("at-least")) return;
  into.set_at_least(form.At("at-least").Text());
  if (!ParseDebianVersion(into.at_least()) && !ParseRpmVersion(into.at_least()))
    form.At("at-least").Expected("a version as in deb-version(7) or rpm-version(7)");
}

}  // namespace assay
