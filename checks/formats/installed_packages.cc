// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/installed_packages.h"

#include <algorithm>

#include "checks/formats/dpkg.h"
#include "checks/formats/lines.h"

namespace assay {

namespace {

constexpr std::string_view kUpdates = "/var/lib/dpkg/updates";
constexpr size_t kMostUpdates = 10'000;
constexpr const char* kRpmDatabases[] = {
    "/usr/lib/sysimage/rpm/rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite", "/var/lib/rpm/Packages",
    "/usr/lib/sysimage/rpm/Packages.db", "/var/lib/rpm/Packages.db"};

auto Key(const PackageObject& package) {
  return std::pair<std::string_view, std::string_view>(package.name(), package.architecture());
}

std::unexpected<Error> NoDpkg(Host& host) {
  for (const char* path : kRpmDatabases)
    if (host.Stat(path))
      return Fail(ErrorCode::kUnsupported, "the packages are in an rpm database (" +
                                               std::string(path) +
                                               "), which this assay cannot read yet");
  return Fail(ErrorCode::kNotFound,
              "there is no package database (" + std::string(kDpkgStatus) + " or rpm's)");
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

}  // namespace

Expected<PackageState> StateOf(const PackageObject& package) {
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

Expected<InstalledPackages> InstalledPackages::Read(Host& host) {
  InstalledPackages all;
  auto packages = ReadPackages(host, std::string(kDpkgStatus));
  if (!packages && packages.error().code == ErrorCode::kNotFound) return NoDpkg(host);
  if (!packages) return std::unexpected(packages.error());
  all.packages_ = std::move(*packages);
  for (const std::string& name : TRY(Updates(host))) {
    std::vector<PackageObject> newer = TRY(ReadPackages(host, std::string(kUpdates) + "/" + name));
    for (PackageObject& package : newer) {
      auto place = std::ranges::lower_bound(all.packages_, Key(package), {}, Key);
      bool known = place != all.packages_.end() && Key(*place) == Key(package);
      if (!known) place = all.packages_.emplace(place);
      *place = std::move(package);
    }
  }
  return all;
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
