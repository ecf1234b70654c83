// SPDX-License-Identifier: Apache-2.0
#include "checks/baseline/scope.h"

#include <algorithm>

#include "base/printable.h"

namespace assay {

namespace {

// A pattern without "/**" at its end; '*' is tried shortest first.
bool MatchesExactly(std::string_view pattern, std::string_view path) {
  size_t p = 0, s = 0, star = std::string_view::npos, resume = 0;
  while (s < path.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = s;
    } else if (p < pattern.size() && pattern[p] == path[s]) {
      p++, s++;
    } else if (star != std::string_view::npos && path[resume] != '/') {
      p = star + 1;
      s = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') p++;
  return p == pattern.size();
}

bool IsPlain(std::string_view path) {
  if (!path.starts_with('/') || path.contains('\0') || path.contains("//")) return false;
  if (path.size() > 1 && path.ends_with('/')) return false;
  std::string closed = std::string(path) + "/";
  return !closed.contains("/../") && !closed.contains("/./");
}

}  // namespace

bool MatchesPattern(std::string_view pattern, std::string_view path) {
  // Most rules are refused by their literal front; this is asked once for each rule and object.
  size_t literal = std::min(pattern.find('*'), pattern.size());
  if (path.substr(0, literal) != pattern.substr(0, literal)) return false;
  if (!pattern.ends_with("/**")) return MatchesExactly(pattern, path);
  pattern.remove_suffix(3);
  for (size_t slash = path.find('/', 1); slash != std::string_view::npos;
       slash = path.find('/', slash + 1))
    if (MatchesExactly(pattern, path.substr(0, slash))) return true;
  return false;
}

bool IsWithin(std::string_view path, std::string_view tree) {
  if (tree == "/") return true;
  return path.starts_with(tree) && (path.size() == tree.size() || path[tree.size()] == '/');
}

int ComparePaths(std::string_view left, std::string_view right) {
  size_t common = std::min(left.size(), right.size());
  size_t i = size_t(std::mismatch(left.begin(), left.begin() + long(common), right.begin()).first -
                    left.begin());
  if (i == common) return left.size() == right.size() ? 0 : left.size() < right.size() ? -1 : 1;
  // A slash ends a component, and the end sorts before everything.
  int a = left[i] == '/' ? 0 : uint8_t(left[i]), b = right[i] == '/' ? 0 : uint8_t(right[i]);
  return a < b ? -1 : 1;
}

Expected<Scope> NormalScope(Scope scope) {
  for (const std::string& path : scope.trees)
    if (!IsPlain(path))
      return Fail(ErrorCode::kInvalid,
                  "scope '" + Printable(path) + "' is not a plain absolute path");
  for (const std::string& path : scope.exclude)
    if (!IsPlain(path))
      return Fail(ErrorCode::kInvalid,
                  "exclusion '" + Printable(path) + "' is not a plain absolute path");
  for (const ScopeRule& rule : scope.rules)
    if (!IsPlain(rule.pattern()))
      return Fail(ErrorCode::kInvalid,
                  "scope pattern '" + Printable(rule.pattern()) + "' is not a plain absolute path");
  auto before = [](const std::string& a, const std::string& b) { return ComparePaths(a, b) < 0; };
  std::ranges::sort(scope.trees, before);
  std::vector<std::string> trees;
  for (std::string& tree : scope.trees)
    if (trees.empty() || !IsWithin(tree, trees.back())) trees.push_back(std::move(tree));
  scope.trees = std::move(trees);
  return scope;
}

ObjectClass ClassOf(const Scope& scope, std::string_view path) {
  for (const std::string& tree : scope.exclude)
    if (IsWithin(path, tree)) return CLASS_IGNORED;
  for (const ScopeRule& rule : scope.rules)
    if (MatchesPattern(rule.pattern(), path)) return rule.class_();
  return CLASS_GOLDEN;
}

}  // namespace assay
