// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/forms.h"

namespace assay {

void CompileText(const Form& form, Text& into) {
  std::vector<std::string_view> keys = {"path",    "drop-ins",       "key",         "separator",
                                        "wins",    "drop-ins-first", "ignore-case", "section",
                                        "default", "read-by"};
  keys.insert(keys.end(), std::begin(kDemandKeys), std::end(kDemandKeys));
  keys.push_back(kRecommendedKey);
  form.MapOf(keys);
  for (const std::string& path : form.At("path").Paths()) into.add_paths(path);
  if (form.Has("drop-ins"))
    for (const std::string& directory : form.At("drop-ins").Paths()) into.add_drop_ins(directory);
  into.set_key(form.At("key").Text());
  if (form.Has("section")) into.set_section(form.At("section").Text());
  if (into.section().find_first_of("[]") != std::string::npos)
    form.At("section").Expected("the name of a section without brackets");
  // systemd.syntax(7) knows one separator.
  std::string separator = into.section().empty() ? "blank" : "=";
  if (form.Has("separator")) separator = form.At("separator").OneOf({"blank", "="});
  into.set_separator(separator == "=" ? "=" : " ");
  into.set_first_wins(form.Has("wins") && form.At("wins").OneOf({"first", "last"}) == "first");
  into.set_drop_ins_first(form.Has("drop-ins-first") && form.At("drop-ins-first").Flag());
  if (form.Has("read-by")) into.set_read_by(form.At("read-by").OneOf({"useradd", "login.defs"}));
  if (form.Has("default")) into.set_default_(form.At("default").Text());
  CompileDemand(form, *into.mutable_demand());
  std::string ignored = "false";
  if (form.Has("ignore-case"))
    ignored = form.At("ignore-case").OneOf({"true", "false", "key", "value"});
  into.set_ignore_case(ignored == "true" || ignored == "key");
  into.mutable_demand()->set_ignore_case(ignored == "true" || ignored == "value");
}

}  // namespace assay
