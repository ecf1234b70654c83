// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "checks/formats/glob.h"
#include "checks/formats/line_pattern.h"
#include "checks/predicates/forms.h"
#include "checks/predicates/lines.h"

namespace assay {

namespace {

bool NamesFile(std::string_view glob, std::string_view path) {
  size_t slash = glob.rfind('/'), at = path.rfind('/');
  return glob.substr(0, slash) == path.substr(0, at) &&
         GlobMatches(glob.substr(slash + 1), path.substr(at + 1));
}

// What `harden` writes must be what the check then finds.
void CompileWrite(const Form& form, const LinePattern& pattern, Lines& into) {
  if (!form.Has("write") && !form.Has("write-to")) return;
  into.set_write(form.At("write").Text());
  if (pattern.Matches(into.write()).value_or(into.none()) == into.none())
    form.At("write").Expected(into.none() ? "a line that 'none' does not match"
                                          : "a line that 'match' matches");
  if (into.none()) return;
  into.set_write_to(form.At("write-to").Path());
  bool covered = std::ranges::any_of(
      into.paths(), [&](const std::string& glob) { return NamesFile(glob, into.write_to()); });
  if (!covered) form.At("write-to").Expected("one of the files of 'path'");
}

}  // namespace

void CompileLines(const Form& form, Lines& into) {
  form.MapOf({"path", "match", "none", "comment", "ignore-case", "absent", "write", "write-to"});
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
  CompileWrite(form, *compiled, into);
}

}  // namespace assay
