// SPDX-License-Identifier: Apache-2.0
#include "checks/baseline/scope.h"
#include "checks/rules/yaml_form.h"

namespace assay {

extern const char kScopeYaml[];  // checks/benchmarks/scope.yaml, put into the program by CMake

namespace {

ObjectClass ClassFrom(const Form& form) {
  std::string name = form.OneOf({"golden", "latched", "shape", "ignored"});
  if (name == "latched") return CLASS_LATCHED;
  if (name == "shape") return CLASS_SHAPE;
  if (name == "ignored") return CLASS_IGNORED;
  return CLASS_GOLDEN;
}

ScopeRule RuleFrom(const Form& form) {
  form.MapOf({"path", "class", "reason"});
  ScopeRule rule;
  rule.set_pattern(form.At("path").Text());
  rule.set_class_(ClassFrom(form.At("class")));
  rule.set_reason(form.At("reason").Text());
  return rule;
}

// Unlike in a rule, nothing is something: `exclude: []`.
bool Names(const Form& form, const char* key) {
  return form.Has(key) && !(form.At(key).IsList() && form.At(key).size() == 0);
}

Scope ReadScope(const Form& form) {
  form.MapOf({"trees", "exclude", "rules"});
  Scope scope;
  if (Names(form, "trees")) scope.trees = form.At("trees").Texts();
  if (Names(form, "exclude")) scope.exclude = form.At("exclude").Texts();
  if (!Names(form, "rules")) return scope;
  for (const Form& item : form.At("rules").Items()) scope.rules.push_back(RuleFrom(item));
  return scope;
}

}  // namespace

Expected<Scope> ParseScope(const std::string& yaml, const std::string& name) {
  YamlNode root = TRY(ParseYaml(name, yaml));
  try {
    return NormalScope(ReadScope(Form(name, root)));
  } catch (const FormMistake& mistake) {
    return Fail(ErrorCode::kInvalid, mistake.what());
  }
}

Expected<Scope> DefaultScope() { return ParseScope(kScopeYaml, "scope.yaml"); }

}  // namespace assay
