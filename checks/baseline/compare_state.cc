// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "checks/baseline/baseline.h"
#include "checks/baseline/sealed_policy.h"
#include "checks/baseline/verified_baseline.h"
#include "checks/formats/dpkg.h"
#include "checks/formats/installed_packages.h"
#include "checks/formats/rpm_database.h"

namespace assay {

namespace {

void Add(Comparison& to, Finding::Kind kind, Finding::Change change, std::string subject,
         std::string property, std::string expected, std::string actual) {
  to.findings.push_back({kind, change, std::move(subject), std::move(property), std::move(expected),
                         std::move(actual)});
}

void DiffPackage(const PackageObject& sealed, const PackageObject& found, Comparison& out) {
  auto differ = [&](const char* property, const std::string& expected, const std::string& actual) {
    if (expected != actual)
      Add(out, Finding::Kind::kPackage, Finding::Change::kChanged, PackageKey(sealed), property,
          expected, actual);
  };
  differ("version", sealed.version(), found.version());
  differ("status", sealed.status(), found.status());
}

std::string Described(const PackageObject& package) {
  return package.version() + " (" + package.status() + ")";
}

// What is watched for it: an rpm database where there is no other.
std::string PackageSource(Host& host) {
  for (std::string_view path : kRpmDatabases)
    if (!host.Stat(kDpkgStatus) && host.Stat(path)) return std::string(path);
  return std::string(kDpkgStatus);
}

}  // namespace

Comparison ComparePackages(const VerifiedBaseline& baseline, Host& host) {
  const Manifest& manifest = baseline.impl().manifest;
  Comparison out;
  Expected<std::optional<std::vector<PackageObject>>> read = PackagesToSeal(host);
  if (!read) {
    out.unverifiable.push_back({PackageSource(host), read.error().ToString()});
    return out;
  }
  if (!*read && !manifest.header().packages()) return out;
  if (!*read) {
    out.unverifiable.push_back({PackageSource(host), "there is no package database any more"});
    return out;
  }
  const std::vector<PackageObject>& found = **read;
  std::map<std::string, const PackageObject*> present;
  for (const PackageObject& package : found) present[PackageKey(package)] = &package;
  ManifestRecord record;
  for (uint32_t i = 0; i < manifest.package_count(); i++) {
    const PackageObject& sealed = manifest.Package(i, record);
    auto at = present.find(PackageKey(sealed));
    if (at == present.end()) {
      Add(out, Finding::Kind::kPackage, Finding::Change::kMissing, PackageKey(sealed), "package",
          Described(sealed), "");
      continue;
    }
    DiffPackage(sealed, *at->second, out);
    present.erase(at);
  }
  for (const auto& [key, package] : present)
    Add(out, Finding::Kind::kPackage, Finding::Change::kExtra, key, "package", "",
        Described(*package));
  return out;
}

// A sealed value is compared with the live one, or where nothing runs with what its boot would set.
// Absence proves a deviation only where the running kernel had the value when it was sealed: a key
// may come with a module, and no file has to set it.
Comparison CompareSysctls(const VerifiedBaseline& baseline, Host& host) {
  const Manifest& manifest = baseline.impl().manifest;
  Comparison out;
  ManifestRecord record;
  for (uint32_t i = 0; i < manifest.sysctl_count(); i++) {
    const SysctlObject& sealed = manifest.Sysctl(i, record);
    Expected<std::optional<std::string>> value = SysctlValue(host, sealed.name());
    if (!value)
      out.unverifiable.push_back({sealed.name(), value.error().ToString()});
    else if (!value->has_value() && sealed.live() && host.live())
      Add(out, Finding::Kind::kSysctl, Finding::Change::kMissing, sealed.name(), "value",
          sealed.value(), "");
    else if (value->has_value() && **value != sealed.value())
      Add(out, Finding::Kind::kSysctl, Finding::Change::kChanged, sealed.name(), "value",
          sealed.value(), **value);
  }
  return out;
}

}  // namespace assay
