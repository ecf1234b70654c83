// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/error.h"
#include "base/host.h"
#include "checks/baseline/finding.h"

namespace assay {

class Policy;         // checks/policy.proto
class BootReference;  // checks/baseline.proto: reference values of measured boot
class Baseline;

/// Where `assay seal` reports how far it is: objects done so far, the path it is at.
using Progress = std::function<void(uint64_t done, std::string_view path)>;

/// Cap on each file of a baseline: 1 GiB (a manifest of 150,000 objects has about 25 MB).
inline constexpr size_t kBaselineFileLimit = size_t(1) << 30;

struct SealOptions {
  std::string image_name;            ///< "NAME" or "NAME:VERSION": subject of the statement
  std::string key;                   ///< PEM file or provider URI of the signing key
  std::string out;                   ///< directory to make or replace; never inside a sealed scope
  std::vector<std::string> scope;    ///< absolute paths of trees to seal; empty: the default scope
  std::vector<std::string> exclude;  ///< absolute paths of trees that are left out
  std::string scope_file;  ///< YAML, as checks/benchmarks/scope.yaml, which is used if empty
  Progress progress;
};

struct SealSummary {
  uint64_t objects = 0, packages = 0, sysctls = 0, rules = 0;
  Digest digest{};  ///< of the statement's payload: the identity of the baseline
};

/// Captures the golden state of `host` and signs it: writes manifest.pb, policy.pb, boot.pb and
/// statement.dsse.json into `options.out` (DESIGN section 6, Baseline). `policy` is the compiled
/// benchmark; its rules are judged once and their results sealed with it.
Expected<SealSummary> Seal(Host& host, Policy policy, const SealOptions& options);

/// A baseline whose signature, digests and form have been verified. There is no way to have one
/// that is not: Open() is the only constructor.
class VerifiedBaseline {
 public:
  /// `trust_pem` holds the public keys that may sign (PEM text). Fails with one sentence:
  /// kTampered for a wrong signature or a digest that does not match, kInvalid for malformed or
  /// truncated files, kNotFound. `image`, if not empty, must be the statement's subject.
  static Expected<VerifiedBaseline> Open(const std::string& directory, std::string_view trust_pem,
                                         std::string_view image = {});
  VerifiedBaseline(VerifiedBaseline&&) noexcept;
  VerifiedBaseline& operator=(VerifiedBaseline&&) noexcept;
  ~VerifiedBaseline();

  const Digest& digest() const;      ///< SHA-256 of the statement's payload
  const std::string& image() const;  ///< subject, "NAME:VERSION"
  const std::string& key_id() const;
  const Policy& policy() const;
  const BootReference& boot() const;

  /// Objects of the file manifest, sorted by path; the index is stable for this digest.
  uint32_t object_count() const;
  std::string ObjectPath(uint32_t index) const;
  bool ObjectIsDirectory(uint32_t index) const;
  /// A regular file whose content is sealed (class golden).
  bool ObjectIsRegular(uint32_t index) const;
  std::optional<uint32_t> FindObject(std::string_view path) const;
  /// Lets resident memory go after a full pass.
  void DropPages() const;

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  explicit VerifiedBaseline(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Compares everything sealed with `host`: objects in scope, extra objects, packages, sysctls.
/// Rules are judged apart (checks/engine.h). `stop`, polled between objects, ends it early with
/// kUnavailable.
Expected<Comparison> CompareAll(const VerifiedBaseline& baseline, Host& host,
                                const Progress& progress = {},
                                const std::function<bool()>& stop = {});

/// Compares one object of the manifest again; for a directory also the set of names in it (extra
/// objects directly in it are found, also below a new subdirectory).
Comparison CompareObject(const VerifiedBaseline& baseline, Host& host, uint32_t index);

/// Compares the packages, or the sysctls.
Comparison ComparePackages(const VerifiedBaseline& baseline, Host& host);
Comparison CompareSysctls(const VerifiedBaseline& baseline, Host& host);

}  // namespace assay
