// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

namespace {

std::string PlaceOf(const Form& form) {
  std::string path = form.Text();
  if (!path.starts_with("~") && !path.starts_with("/")) form.Expected("an absolute path or ~/...");
  if (path.contains("/../") || path.ends_with("/..")) form.Expected("a path without '..'");
  return path;
}

std::vector<std::string> PlacesOf(const Form& form) {
  if (form.IsScalar()) return {PlaceOf(form)};
  std::vector<std::string> places;
  for (const Form& item : form.Items()) places.push_back(PlaceOf(item));
  return places;
}

}  // namespace

void CompileAbsent(const Form& form, Absent& into) {
  form.MapOf({"path", "except", "empty", "link"});
  for (const std::string& path : PlacesOf(form.At("path"))) into.add_paths(path);
  if (form.Has("except"))
    for (const std::string& path : PlacesOf(form.At("except"))) into.add_except(path);
  if (form.Has("link")) into.set_links_pass(form.At("link").OneOf({"pass", "fail"}) == "pass");
  if (form.Has("empty")) into.set_empty_passes(form.At("empty").OneOf({"pass", "fail"}) == "pass");
}

void CompileSecrets(const Form& form, Secrets& into) {
  form.MapOf({"below", "except"});
  for (const std::string& path : PlacesOf(form.At("below"))) into.add_trees(path);
  if (form.Has("except"))
    for (const std::string& path : PlacesOf(form.At("except"))) into.add_except(path);
}

}  // namespace assay
