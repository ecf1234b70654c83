// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>

#include "base/clock.h"
#include "base/file.h"
#include "base/printable.h"
#include "checks/baseline/baseline.h"
#include "checks/baseline/capture.h"
#include "checks/baseline/manifest.h"
#include "checks/baseline/sealed_policy.h"
#include "checks/baseline/statement.h"
#include "checks/formats/installed_packages.h"

namespace assay {

namespace {

constexpr std::string_view kTool = "assay 0.1.0";

// Writes what the walk meets. An image that cannot be read in full is not sealed: the first trouble
// ends it, by name.
class Sealing : public TreeVisitor {
 public:
  Sealing(ManifestWriter& writer, const Progress& progress)
      : writer_(writer), progress_(progress) {}

  Expected<Next> Visit(const TreeObject& object) override {
    TRY(capturer_.Capture(object, *record_.mutable_file()));
    TRY(writer_.Add(record_));
    objects_++;
    if (progress_) progress_(objects_, object.path);
    return Next::kDescend;
  }
  Expected<void> Unreadable(std::string_view path, const Error& error) override {
    Error named = error;
    if (named.hint.empty()) named.hint = "leave '" + Printable(path) + "' out, or make it readable";
    return std::unexpected(WithContext(std::move(named), "sealing '" + Printable(path) + "'"));
  }
  uint64_t objects() const { return objects_; }

 private:
  ManifestWriter& writer_;
  const Progress& progress_;
  Capturer capturer_;
  ManifestRecord record_;
  uint64_t objects_ = 0;
};

Expected<Scope> ScopeOf(const SealOptions& options) {
  Scope scope;
  if (options.scope_file.empty()) {
    scope = TRY(DefaultScope());
  } else {
    std::string yaml = TRY(ReadFile(options.scope_file, 1 << 20));
    scope = TRY(ParseScope(yaml, options.scope_file));
  }
  if (!options.scope.empty()) scope.trees = options.scope;
  scope.exclude.insert(scope.exclude.end(), options.exclude.begin(), options.exclude.end());
  return NormalScope(std::move(scope));
}

std::string PathOfFd(int fd) {
  char link[32], target[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, target, sizeof target);
  return n > 0 ? std::string(target, size_t(n)) : std::string();
}

// A baseline cannot hold its own digest: its directory must lie outside of what is sealed.
Expected<void> CheckOutside(const std::string& out, const Host& host, const Scope& scope) {
  Fd directory(open(out.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return FailErrno(errno, "opening '" + Printable(out) + "'");
  std::string path = PathOfFd(directory.get()), root = PathOfFd(host.root_fd());
  if (root == "/") root.clear();
  if (path.empty() || !IsWithin(path, root.empty() ? "/" : root)) return {};
  std::string inside = path.substr(root.size());
  for (const std::string& tree : scope.trees)
    if (IsWithin(inside, tree) && ClassOf(scope, inside) != CLASS_IGNORED)
      return Fail(ErrorCode::kInvalid,
                  "the output directory '" + Printable(out) + "' is inside the sealed tree '" +
                      Printable(tree) + "'",
                  "write the baseline to another place, or exclude that one");
  return {};
}

Expected<void> AddPackages(ManifestWriter& writer, const std::vector<PackageObject>& packages) {
  ManifestRecord record;
  for (const PackageObject& package : packages) {
    *record.mutable_package() = package;
    TRY(writer.Add(record));
  }
  return {};
}

Expected<void> AddSysctls(ManifestWriter& writer, const std::vector<SysctlObject>& sysctls) {
  ManifestRecord record;
  for (const SysctlObject& sysctl : sysctls) {
    *record.mutable_sysctl() = sysctl;
    TRY(writer.Add(record));
  }
  return {};
}

ManifestRecord HeaderOf(const Scope& scope, bool packages) {
  ManifestRecord record;
  ManifestHeader& header = *record.mutable_header();
  header.set_format(1);
  for (const std::string& tree : scope.trees) header.add_trees(tree);
  for (const std::string& tree : scope.exclude) header.add_exclude(tree);
  for (const ScopeRule& rule : scope.rules) *header.add_rules() = rule;
  header.set_packages(packages);
  return record;
}

Expected<ManifestWriter::Written> WriteManifest(const std::string& path, Host& host,
                                                const Scope& scope, const Policy& policy,
                                                const Progress& progress, SealSummary& summary) {
  std::optional<std::vector<PackageObject>> packages = TRY(PackagesToSeal(host));
  std::vector<SysctlObject> sysctls = TRY(CaptureSysctls(policy, host));
  ManifestWriter writer = TRY(ManifestWriter::Create(path));
  TRY(writer.Add(HeaderOf(scope, packages.has_value())));
  Sealing sealing(writer, progress);
  TRY(WalkTrees(host.root_fd(), scope, sealing));
  if (packages) TRY(AddPackages(writer, *packages));
  TRY(AddSysctls(writer, sysctls));
  summary.objects = sealing.objects();
  summary.packages = packages ? packages->size() : 0;
  summary.sysctls = sysctls.size();
  return writer.Finish();
}

Expected<Statement::BoundFile> WriteBound(const std::string& path, std::string_view bytes) {
  TRY(WriteFileAtomically(path, bytes, 0644));
  return Statement::BoundFile{Sha256Of(bytes), bytes.size()};
}

}  // namespace

// The statement goes first and comes last: a directory that holds one holds a whole baseline, and
// what a crash leaves behind does not verify.
Expected<SealSummary> Seal(Host& host, Policy policy, const SealOptions& options) {
  SigningKey key = TRY(SigningKey::Open(options.key));
  Scope scope = TRY(ScopeOf(options));
  Statement statement{.image = options.image_name, .scope = scope.trees};
  TRY(WriteStatement(statement));  // refuses a bad image name before the long work
  if (mkdir(options.out.c_str(), 0755) && errno != EEXIST)
    return FailErrno(errno, "making '" + Printable(options.out) + "'");
  TRY(CheckOutside(options.out, host, scope));
  std::string base = options.out + "/", unfinished = base + std::string(kManifestFile) + ".new";
  if (unlink((base + std::string(kStatementFile)).c_str()) && errno != ENOENT)
    return FailErrno(errno, "removing the old statement in '" + Printable(options.out) + "'");

  SealSummary summary;
  Expected<ManifestWriter::Written> manifest =
      WriteManifest(unfinished, host, scope, policy, options.progress, summary);
  if (!manifest) {
    unlink(unfinished.c_str());
    return std::unexpected(manifest.error());
  }
  if (rename(unfinished.c_str(), (base + std::string(kManifestFile)).c_str()))
    return FailErrno(errno, "renaming '" + Printable(unfinished) + "'");
  statement.created = Rfc3339(WallSeconds());
  TRY(SealResults(policy, host, statement.created.substr(0, 10)));
  summary.rules = uint64_t(policy.rules_size());

  statement.manifest = {manifest->digest, manifest->size};
  statement.policy = TRY(WriteBound(base + std::string(kPolicyFile), policy.SerializeAsString()));
  BootReference boot;
  boot.set_note("sealed without reference values: measured boot is reported, not judged");
  statement.boot = TRY(WriteBound(base + std::string(kBootFile), boot.SerializeAsString()));
  statement.objects = summary.objects;
  statement.packages = summary.packages;
  statement.sysctls = summary.sysctls;
  statement.rules = summary.rules;
  statement.tool = kTool;
  std::string payload = TRY(WriteStatement(statement));
  std::string envelope = TRY(WriteEnvelope(payload, key));
  TRY(WriteFileAtomically(base + std::string(kStatementFile), envelope, 0644));
  summary.digest = Sha256Of(payload);
  return summary;
}

}  // namespace assay
