// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/line_pattern.h"
#include "checks/predicates/forms.h"
#include "checks/predicates/lines.h"

namespace assay {

void CompileLines(const Form& form, Lines& into) {
  form.MapOf({"path", "match", "none", "comment", "ignore-case", "absent"});
  for (const std::string& path : form.At("path").Paths()) into.add_paths(path);
  if (form.Has("match") == form.Has("none")) form.Expected("one of match, none");
  into.set_none(form.Has("none"));
  const Form pattern = form.At(into.none() ? "none" : "match");
  into.set_pattern(pattern.Text());
  into.set_ignore_case(form.Has("ignore-case") && form.At("ignore-case").Flag());
  if (form.Has("comment")) into.set_comment(form.At("comment").Text());
  if (form.Has("absent"))
    into.set_absent(form.At("absent").OneOf({"pass", "fail", "notapplicable"}));
  Expected<LinePattern> compiled =
      LinePattern::Compile(WithOsId(into.pattern(), "linux"), into.ignore_case());
  if (!compiled) pattern.Expected("a POSIX extended regular expression: " + compiled.error().text);
}

}  // namespace assay
