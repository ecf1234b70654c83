// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "checks/predicates/forms.h"

namespace assay {

namespace {

void CompileFiles(const Form& form, ShellEnvironment& into) {
  if (!form.Has("files")) return;
  for (const std::string& file : form.At("files").Paths()) {
    size_t star = file.find('*');
    bool inside = star != std::string::npos && star < file.rfind('/');
    if (inside || std::ranges::count(file, '*') > 1)
      form.At("files").Expected("paths with at most one '*', in the last component");
    into.add_files(file);
  }
}

}  // namespace

void CompileShellEnvironment(const Form& form, ShellEnvironment& into) {
  if (form.IsScalar()) {
    into.set_check(form.OneOf({"root-path"}));
    return;
  }
  bool umask = form.Has("umask"), timeout = form.Has("timeout");
  if (umask == timeout) form.Expected("root-path, or one of umask, timeout");
  if (umask) {
    form.MapOf({"umask", "files", "unset"});
    into.set_umask(form.At("umask").Mode());
    if (form.Has("unset"))
      into.set_unset_passes(form.At("unset").OneOf({"pass", "fail"}) == "pass");
  } else {
    form.MapOf({"timeout", "files"});
    into.set_timeout(uint32_t(form.At("timeout").Whole(1, 1'000'000)));
  }
  into.set_check(umask ? "umask" : "timeout");
  CompileFiles(form, into);
}

}  // namespace assay
