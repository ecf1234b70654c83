// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "checks/baseline/baseline.pb.h"

namespace assay {

/// What is sealed, and how closely: trees, exclusions, and rules that sort objects into classes.
/// A pattern is an absolute path, in which '*' stands for any characters within one component; at
/// its end, "/**" stands for everything below. The first rule that matches decides; what no rule
/// names is golden. An ignored directory takes everything below it along.
struct Scope {
  std::vector<std::string> trees;
  std::vector<std::string> exclude;
  std::vector<ScopeRule> rules;
};

/// Reads a scope file (YAML: `trees`, `exclude`, `rules` of {path, class, reason}). Bake time only.
/// Strict: kInvalid with "NAME:LINE: what was expected".
Expected<Scope> ParseScope(const std::string& yaml, const std::string& name);

/// The scope that ships with the benchmarks (checks/benchmarks/scope.yaml), compiled in.
Expected<Scope> DefaultScope();

/// Sorts the trees and drops those inside another; kInvalid for a path that is not absolute and
/// plain, or a pattern that is malformed.
Expected<Scope> NormalScope(Scope scope);

bool MatchesPattern(std::string_view pattern, std::string_view path);

/// `path` is `tree` or inside it.
bool IsWithin(std::string_view path, std::string_view tree);

/// The order of the manifest: paths compared component by component, as a depth-first walk with
/// sorted names meets them ("/a", "/a/b", "/a-b").
int ComparePaths(std::string_view left, std::string_view right);

/// Class of the object at `path`; excluded trees are CLASS_IGNORED.
ObjectClass ClassOf(const Scope& scope, std::string_view path);

}  // namespace assay
