// SPDX-License-Identifier: Apache-2.0
#include <yaml-cpp/yaml.h>

#include <optional>

#include "checks/baseline/scope.h"

namespace assay {

extern const char kScopeYaml[];  // checks/benchmarks/scope.yaml, put into the program by CMake

namespace {

// Carries the place of a mistake out of the reading; it stops at ParseScope().
struct Mistake {
  int line;
  std::string what;
};

[[noreturn]] void Refuse(const YAML::Node& node, std::string what) {
  throw Mistake{node.IsDefined() ? node.Mark().line + 1 : 1, std::move(what)};
}

std::string TextOf(const YAML::Node& node, const char* what) {
  if (!node.IsDefined() || !node.IsScalar() || node.Scalar().empty())
    Refuse(node, std::string("expected ") + what);
  return node.Scalar();
}

std::vector<std::string> Paths(const YAML::Node& node) {
  std::vector<std::string> paths;
  if (!node.IsSequence()) Refuse(node, "expected a list of paths");
  for (const YAML::Node& item : node) paths.push_back(TextOf(item, "a path"));
  return paths;
}

ObjectClass ClassFrom(const YAML::Node& node) {
  std::string name = TextOf(node, "a class");
  if (name == "golden") return CLASS_GOLDEN;
  if (name == "latched") return CLASS_LATCHED;
  if (name == "shape") return CLASS_SHAPE;
  if (name == "ignored") return CLASS_IGNORED;
  Refuse(node, "expected golden, latched, shape or ignored");
}

ScopeRule RuleFrom(const YAML::Node& node) {
  if (!node.IsMap()) Refuse(node, "expected {path, class, reason}");
  for (const auto& pair : node) {
    const std::string& key = pair.first.Scalar();
    if (key != "path" && key != "class" && key != "reason")
      Refuse(pair.first, "expected path, class or reason");
  }
  auto at = [&](const char* key) {
    if (!node[key].IsDefined()) Refuse(node, std::string("expected the key ") + key);
    return node[key];
  };
  ScopeRule rule;
  rule.set_pattern(TextOf(at("path"), "a path"));
  rule.set_class_(ClassFrom(at("class")));
  rule.set_reason(TextOf(at("reason"), "a reason"));
  return rule;
}

Scope ReadScope(const YAML::Node& root) {
  Scope scope;
  if (!root.IsMap()) Refuse(root, "expected the keys trees, exclude and rules");
  for (const auto& pair : root) {
    const std::string& key = pair.first.Scalar();
    if (key == "trees")
      scope.trees = Paths(pair.second);
    else if (key == "exclude")
      scope.exclude = Paths(pair.second);
    else if (key == "rules" && pair.second.IsSequence())
      for (const YAML::Node& item : pair.second) scope.rules.push_back(RuleFrom(item));
    else
      Refuse(pair.first, "expected the keys trees, exclude and rules");
  }
  return scope;
}

}  // namespace

Expected<Scope> ParseScope(const std::string& yaml, const std::string& name) {
  std::optional<Mistake> mistake;
  try {
    return NormalScope(ReadScope(YAML::Load(yaml)));
  } catch (const Mistake& found) {
    mistake = found;
  } catch (const YAML::Exception& error) {
    mistake = Mistake{error.mark.line + 1, error.msg};
  }
  return Fail(ErrorCode::kInvalid,
              name + ":" + std::to_string(mistake->line) + ": " + mistake->what);
}

Expected<Scope> DefaultScope() { return ParseScope(kScopeYaml, "scope.yaml"); }

}  // namespace assay
