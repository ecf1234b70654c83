// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/audit_rules.h"
#include "checks/formats/syscall_names.h"
#include "checks/predicates/forms.h"

namespace assay {

namespace {

// A rule of ours names no users: numbers only, so that it means the same on every machine.
const AuditWorld kNobody = {0, [](std::string_view) { return std::nullopt; },
                            [](std::string_view) { return std::nullopt; },
                            [](std::string_view) { return false; }};

void CompileConditions(const Form& form, Audit& into) {
  if (form.Has("fields"))
    for (const std::string& text : form.At("fields").Texts()) {
      Expected<AuditField> field = ParseAuditField(text, AUDIT_FILTER_EXIT, kNobody);
      if (!field) form.At("fields").Expected("conditions as after -F; " + field.error().text);
      into.add_fields(text);
    }
  if (form.Has("compare"))
    for (const std::string& text : form.At("compare").Texts()) {
      Expected<AuditField> field = ParseAuditComparison(text);
      if (!field) form.At("compare").Expected("comparisons as after -C; " + field.error().text);
      into.add_comparisons(text);
    }
  if (form.Has("auid-from")) into.set_auid_from(form.At("auid-from").OneOf({"UID_MIN"}));
}

void CompileWatch(const Form& form, const char* key, Audit& into) {
  form.MapOf({key, "access", "absent", "fields", "compare", "auid-from"});
  into.set_form("watch");
  for (const std::string& path : form.At(key).Paths()) {
    bool plain = path.size() > 1 && !path.ends_with('/') && !path.contains("//");
    if (!plain) form.At(key).Expected("a path without '/' at its end");
    into.add_paths(path);
  }
  std::string access = form.At("access").Text();
  if (!AuditAccessBits(access)) form.At("access").Expected("letters of r, w, x, a");
  into.set_access(access);
  into.set_only_present(form.Has("absent") &&
                        form.At("absent").OneOf({"fail", "notapplicable"}) == "notapplicable");
  CompileConditions(form, into);
}

void CompileSyscalls(const Form& form, Audit& into) {
  form.MapOf({"syscalls", "archs", "fields", "compare", "auid-from"});
  into.set_form("syscalls");
  for (const std::string& name : form.At("syscalls").Texts()) {
    if (!SyscallNumber(kArchX86_64, name) && !SyscallNumber(kArchI386, name) &&
        !SyscallNumber(kArchAarch64, name))
      form.At("syscalls").Expected("names of system calls, not '" + name + "'");
    into.add_syscalls(name);
  }
  for (const std::string& arch : form.At("archs").Texts()) {
    if (arch != "b64" && arch != "b32") form.At("archs").Expected("b64, b32");
    into.add_archs(arch);
  }
  CompileConditions(form, into);
}

}  // namespace

void CompileAudit(const Form& form, Audit& into) {
  if (form.IsScalar()) {
    into.set_form(form.OneOf({"privileged-commands", "immutable", "same-as-files"}));
    return;
  }
  if (form.Has("watch")) return CompileWatch(form, "watch", into);
  if (form.Has("path")) return CompileWatch(form, "path", into);
  if (form.Has("syscalls")) return CompileSyscalls(form, into);
  form.Expected("watch, path, syscalls, privileged-commands, immutable or same-as-files");
}

}  // namespace assay
