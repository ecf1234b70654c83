// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

namespace {

// "/org/gnome/x": dconf(7), "Keys"; a directory ends in '/'.
std::string KeyPath(const Form& form) {
  std::string key = form.Path();
  if (key.ends_with('/') || key.contains("//")) form.Expected("the path of a key");
  return key;
}

}  // namespace

void CompileDconf(const Form& form, Dconf& into) {
  std::vector<std::string_view> keys = {"profile", "key", "locked"};
  keys.insert(keys.end(), std::begin(kDemandKeys), std::end(kDemandKeys));
  form.MapOf(keys);
  if (form.Has("profile")) into.set_profile(form.At("profile").Text());
  if (into.profile().contains('/')) form.At("profile").Expected("the name of a profile");
  if (form.Has("key") == form.Has("locked")) form.Expected("one of key and locked");
  into.set_locked(form.Has("locked"));
  into.set_key(KeyPath(form.At(into.locked() ? "locked" : "key")));
  if (into.locked()) return form.MapOf({"profile", "locked"});
  for (const char* key : kDemandKeys)
    if (form.Has(key)) return CompileDemand(form, *into.mutable_wanted());
}

}  // namespace assay
