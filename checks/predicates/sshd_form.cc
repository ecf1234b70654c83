// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/line_pattern.h"
#include "checks/formats/sshd_config.h"
#include "checks/predicates/forms.h"

namespace assay {

namespace {

std::string KeywordOf(const Form& form) {
  std::string keyword = form.Text();
  for (char& c : keyword)
    if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
  if (!IsSshdKeyword(keyword)) form.Expected("a keyword of sshd_config(5)");
  return keyword;
}

void CompileBounds(const Form& form, Sshd& into) {
  for (const Form& item : form.Items()) into.add_at_most_each(uint32_t(item.Whole(0, 1'000'000)));
}

void CompileNone(const Form& form, Sshd& into) {
  into.set_file_none(form.Text());
  Expected<LinePattern> compiled = LinePattern::Compile(into.file_none(), false);
  if (!compiled) form.Expected("a regular expression: " + compiled.error().text);
}

}  // namespace

void CompileSshd(const Form& form, Sshd& into) {
  if (form.Has("any-of")) {
    form.MapOf({"any-of"});
    for (const Form& item : form.At("any-of").Items()) into.add_any_set(KeywordOf(item));
    return;
  }
  std::vector<std::string_view> keys = {"key", "none-of", "at-most-each", "names-file", "none"};
  keys.insert(keys.end(), std::begin(kDemandKeys), std::end(kDemandKeys));
  keys.push_back(kRecommendedKey);
  form.MapOf(keys);
  into.set_key(KeywordOf(form.At("key")));
  if (form.Has("none-of"))
    for (const std::string& one : form.At("none-of").Texts()) into.add_none_of(one);
  if (form.Has("at-most-each")) CompileBounds(form.At("at-most-each"), into);
  if (form.Has("names-file")) into.set_names_file(form.At("names-file").Flag());
  if (form.Has("none")) CompileNone(form.At("none"), into);
  bool other = into.none_of_size() || into.at_most_each_size() || into.names_file();
  if (form.Has("none") && !into.names_file()) form.Expected("none with names-file only");
  if (other && form.size() != (form.Has("none") ? 3 : 2)) form.Expected("key and one demand");
  if (other) return;
  CompileDemand(form, *into.mutable_demand());
  into.mutable_demand()->set_ignore_case(true);
}

}  // namespace assay
