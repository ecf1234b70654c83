// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/glob.h"
#include "checks/predicates/forms.h"
#include "checks/predicates/id_set.h"

namespace assay {

namespace {

void CompileIds(const Form& form, google::protobuf::RepeatedPtrField<std::string>& into) {
  for (const std::string& id : form.Texts()) {
    if (id.contains('-') && id[0] >= '0' && id[0] <= '9' && !IdRangeOf(id))
      form.Expected("names, numbers or ranges LOW-HIGH");
    *into.Add() = id;
  }
}

void CompileNames(const Form& form, google::protobuf::RepeatedPtrField<std::string>& into) {
  for (const std::string& name : form.Texts()) {
    if (name.contains('/')) form.Expected("names without '/'");
    *into.Add() = name;
  }
}

}  // namespace

void CompileInode(const Form& form, Inode& into) {
  form.MapOf(
      {"path", "type", "recurse", "names", "except", "owner", "group", "mode", "absent", "create"});
  for (const std::string& path : form.At("path").Paths()) into.add_paths(path);
  if (form.Has("type")) into.set_type(form.At("type").OneOf({"file", "directory"}));
  into.set_recurse(form.Has("recurse") && form.At("recurse").Flag());
  if (form.Has("names")) CompileNames(form.At("names"), *into.mutable_names());
  if (form.Has("except")) CompileNames(form.At("except"), *into.mutable_except());
  if (!into.recurse() && (form.Has("names") || form.Has("except")))
    form.Expected("names and except only with recurse: true");
  if (form.Has("owner")) CompileIds(form.At("owner"), *into.mutable_owners());
  if (form.Has("group")) CompileIds(form.At("group"), *into.mutable_groups());
  if (form.Has("mode")) into.set_mode(form.At("mode").Mode());
  if (form.Has("absent"))
    into.set_absent(form.At("absent").OneOf({"pass", "fail", "notapplicable"}));
  if (!form.Has("owner") && !form.Has("group") && !form.Has("mode"))
    form.Expected("at least one of owner, group, mode");
  into.set_create(form.Has("create") && form.At("create").Flag());
  bool one_file = into.paths_size() == 1 && !HasGlob(into.paths(0)) && !into.recurse();
  if (into.create() && (!one_file || into.type() != "file" || !into.has_mode()))
    form.At("create").Expected("one path, type: file and a mode beside it");
}

}  // namespace assay
