// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/secrets.h"

#include "checks/predicates/leftover_paths.h"
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

constexpr size_t kShown = 20;
constexpr size_t kMaxObjects = 1'000'000;
constexpr int kMaxDepth = 64;
// Secrets are in files that people or programs of theirs write. A larger file is not looked into.
constexpr size_t kMaxFile = 4 << 20;

struct Search {
  Host& host;
  std::vector<std::string> except;
  Answer answer{Result::kPass};
  size_t found = 0, seen = 0, too_large = 0;
};

Expected<void> LookInto(Search& search, const std::string& path) {
  Expected<std::string> bytes = search.host.Read(path, kMaxFile);
  if (!bytes && bytes.error().code == ErrorCode::kNotFound) return {};
  if (!bytes) return std::unexpected(bytes.error());
  for (const SecretFound& secret : FindSecrets(*bytes))
    if (search.found++ < kShown)
      search.answer.evidence.push_back({path, secret.line, secret.kind, "none"});
  return {};
}

Expected<void> Visit(Search& search, const std::string& path, const Metadata& found, int depth) {
  if (++search.seen > kMaxObjects || depth > kMaxDepth)
    return Fail(ErrorCode::kInvalid, "'" + path + "' has too many objects below it");
  if (found.type == Metadata::Type::kRegular) {
    if (found.size <= kMaxFile) return LookInto(search, path);
    search.too_large++;
  }
  if (found.type != Metadata::Type::kDirectory) return {};
  const std::string prefix = path == "/" ? path : path + "/";
  Expected<std::vector<Host::Child>> children = search.host.Children(path);
  if (!children && children.error().code == ErrorCode::kNotFound) return {};  // gone meanwhile
  if (!children) return std::unexpected(children.error());
  for (const auto& [name, metadata] : *children)
    if (!IsBelowOne(search.except, prefix + name))
      TRY(Visit(search, prefix + name, metadata, depth + 1));
  (void)search.host.TakeInputs();  // half a million files are nobody's watch-list: kTree is
  return {};
}

Expected<void> Begin(Search& search, const std::string& tree) {
  if (IsBelowOne(search.except, tree)) return {};
  Expected<Metadata> found = search.host.Stat(tree);
  if (!found && found.error().code == ErrorCode::kNotFound) return {};
  if (!found) return std::unexpected(found.error());
  return Visit(search, tree, *found, 0);
}

Expected<void> SearchAll(Search& search, const std::vector<std::string>& trees) {
  std::set<Input> inputs = search.host.TakeInputs();
  std::vector<std::string> done;  // sorted: what holds another comes before it
  Expected<void> visited;
  for (const std::string& tree : trees) {
    if (!visited || IsBelowOne(done, tree)) continue;
    done.push_back(tree);
    inputs.insert({Input::Kind::kTree, tree});
    visited = Begin(search, tree);
  }
  for (const Input& input : inputs) search.host.RecordLook(input.kind, input.name);
  return visited;
}

}  // namespace

Answer JudgeSecrets(const Secrets& expected, Host& host) {
  std::vector<std::string> patterns(expected.trees().begin(), expected.trees().end());
  Search search{host, WithHomes(host, {expected.except().begin(), expected.except().end()})};
  Expected<std::vector<std::string>> trees = PathsOf(host, patterns);
  if (!trees) return CannotTell(trees.error());
  Expected<void> searched = SearchAll(search, *trees);
  if (!searched) return CannotTell(searched.error());
  if (search.too_large > 0)
    search.answer.evidence.push_back(
        {expected.trees(0), 0,
         std::to_string(search.too_large) + " files over 4 MiB were not looked into", ""});
  if (search.found == 0) return std::move(search.answer);
  search.answer.result = Result::kFail;
  search.answer.reason = std::to_string(search.found) +
                         (search.found == 1 ? " secret" : " secrets") + " found, the first in " +
                         search.answer.evidence[0].source;
  return std::move(search.answer);
}

}  // namespace assay
