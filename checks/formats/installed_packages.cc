// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/installed_packages.h"

#include <algorithm>
#include <iterator>

#include "checks/formats/dpkg.h"
#include "checks/formats/lines.h"
#include "checks/formats/rpm_database.h"
#include "checks/formats/rpm_header.h"

namespace assay {

namespace {

constexpr std::string_view kUpdates = "/var/lib/dpkg/updates";
constexpr size_t kMostUpdates = 10'000;
auto Key(const PackageObject& package) {
  return std::pair<std::string_view, std::string_view>(package.name(), package.architecture());
}

Expected<std::vector<PackageObject>> ReadPackages(Host& host, const std::string& path) {
  std::string text = TRY(host.Read(path, kDpkgStatusLimit));
  Expected<std::vector<PackageObject>> packages = ParseDpkgStatus(text);
  if (!packages) return std::unexpected(WithContext(packages.error(), path));
  return packages;
}

// Files of an interrupted dpkg have names of digits only, and are read in their order.
Expected<std::vector<std::string>> Updates(Host& host) {
  Expected<std::vector<std::string>> names = host.List(kUpdates, kMostUpdates);
  if (!names && names.error().code == ErrorCode::kNotFound) return std::vector<std::string>();
  if (!names) return names;
  std::erase_if(*names, [](const std::string& name) {
    return name.find_first_not_of("0123456789") != std::string::npos;
  });
  return names;
}

// dpkg's packages; nullopt: no database of it.
Expected<std::optional<std::vector<PackageObject>>> DpkgPackages(Host& host) {
  auto packages = ReadPackages(host, std::string(kDpkgStatus));
  if (!packages && packages.error().code == ErrorCode::kNotFound) return std::nullopt;
  if (!packages) return std::unexpected(packages.error());
  for (const std::string& name : TRY(Updates(host))) {
    std::vector<PackageObject> newer = TRY(ReadPackages(host, std::string(kUpdates) + "/" + name));
    for (PackageObject& package : newer) {
      auto place = std::ranges::lower_bound(*packages, Key(package), {}, Key);
      bool known = place != packages->end() && Key(*place) == Key(package);
      if (!known) place = packages->emplace(place);
      *place = std::move(package);
    }
  }
  return TRY(std::move(packages));
}

// An rpm database of a form that cannot be read matters only where dpkg has nothing to say.
Expected<std::optional<RpmDatabase>> RpmPackages(Host& host, bool dpkg_has_packages) {
  auto database = ReadRpmDatabase(host);
  if (!database && database.error().code == ErrorCode::kUnsupported && dpkg_has_packages)
    return std::nullopt;
  return database;
}

void JoinVersions(std::vector<PackageObject>& packages) {
  std::ranges::stable_sort(packages, {}, Key);
  std::vector<PackageObject> joined;
  for (PackageObject& package : packages) {
    if (!joined.empty() && Key(joined.back()) == Key(package))
      joined.back().set_version(joined.back().version() + ", " + package.version());
    else
      joined.push_back(std::move(package));
  }
  packages = std::move(joined);
}

}  // namespace

Expected<PackageState> StateOf(const PackageObject& package) {
  if (IsRpm(package)) return PackageState::kInstalled;
  std::vector<std::string_view> words = WordsOf(package.status());
  if (words.size() == 3) {
    bool sound = words[1] == "ok";
    std::string_view state = words[2];
    if (state == "not-installed" || state == "config-files") return PackageState::kAbsent;
    if (state == "installed" || state == "triggers-pending" || state == "triggers-awaited")
      return sound ? PackageState::kInstalled : PackageState::kPartial;
    if (state == "half-installed" || state == "unpacked" || state == "half-configured")
      return PackageState::kPartial;
  }
  return Fail(ErrorCode::kInvalid, std::string(kDpkgStatus) + ": package " + package.name() +
                                       " has the unknown status '" + package.status() + "'");
}

bool IsRpm(const PackageObject& package) { return package.status() == kRpmStatus; }

void InstalledPackages::Merge(std::vector<PackageObject> packages, std::string_view source) {
  sources_ += (sources_.empty() ? "" : ", ") + std::string(source);
  std::ranges::move(packages, std::back_inserter(packages_));
  std::ranges::stable_sort(packages_, {}, Key);
}

Expected<InstalledPackages> InstalledPackages::Read(Host& host) {
  InstalledPackages all;
  auto dpkg = TRY(DpkgPackages(host));
  std::optional<RpmDatabase> rpm = TRY(RpmPackages(host, dpkg && !dpkg->empty()));
  if (!dpkg && !rpm)
    return Fail(ErrorCode::kNotFound,
                "there is no package database (" + std::string(kDpkgStatus) + " or rpm's)");
  if (dpkg && !(dpkg->empty() && rpm)) all.Merge(std::move(*dpkg), kDpkgStatus);
  if (rpm) all.Merge(std::move(rpm->packages), rpm->path);
  return all;
}

Expected<std::optional<std::vector<PackageObject>>> PackagesToSeal(Host& host) {
  Expected<std::vector<PackageObject>> dpkg = ReadPackages(host, std::string(kDpkgStatus));
  bool any = dpkg.has_value();
  if (!any && dpkg.error().code != ErrorCode::kNotFound) return std::unexpected(dpkg.error());
  std::vector<PackageObject> packages = any ? std::move(*dpkg) : std::vector<PackageObject>();
  auto rpm = ReadRpmDatabase(host);
  if (!rpm && rpm.error().code != ErrorCode::kUnsupported) return std::unexpected(rpm.error());
  if (rpm && *rpm) std::ranges::move((*rpm)->packages, std::back_inserter(packages));
  if (!any && !(rpm && *rpm)) return std::nullopt;
  JoinVersions(packages);
  return packages;
}

std::vector<const PackageObject*> InstalledPackages::Find(std::string_view name) const {
  std::vector<const PackageObject*> found;
  for (const PackageObject& package : std::ranges::equal_range(
           packages_, name, {},
           [](const PackageObject& one) { return std::string_view(one.name()); }))
    found.push_back(&package);
  return found;
}

const Expected<InstalledPackages>& InstalledPackagesOf(Host& host) {
  return host.Once<Expected<InstalledPackages>>("installed packages", InstalledPackages::Read);
}

}  // namespace assay
