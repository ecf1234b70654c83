// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileInode(const Form& form, Inode& into) {
  form.MapOf({"path", "type", "owner", "group", "mode", "absent"});
  into.set_path(form.At("path").Path());
  if (form.Has("type")) into.set_type(form.At("type").OneOf({"file", "directory"}));
  if (form.Has("owner")) into.set_owner(form.At("owner").Text());
  if (form.Has("group"))
    for (const std::string& group : form.At("group").Texts()) into.add_groups(group);
  if (form.Has("mode")) into.set_mode(form.At("mode").Mode());
  if (form.Has("absent"))
    into.set_absent_passes(form.At("absent").OneOf({"pass", "fail"}) == "pass");
  if (!form.Has("owner") && !form.Has("group") && !form.Has("mode"))
    form.Expected("at least one of owner, group, mode");
}

}  // namespace assay
