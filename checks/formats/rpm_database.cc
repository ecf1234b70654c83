// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/rpm_database.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "checks/formats/rpm_header.h"
#include "checks/formats/sqlite_table.h"

namespace assay {

namespace {

constexpr size_t kMostPackages = 100'000;
constexpr int kAttempts = 3;
constexpr const char* kOlder[] = {"/usr/lib/sysimage/rpm/Packages", "/var/lib/rpm/Packages",
                                  "/usr/lib/sysimage/rpm/Packages.db", "/var/lib/rpm/Packages.db"};

// Names stand at the front of a header, file lists behind them: little of a large one is read.
Expected<PackageObject> PackageOf(SqliteFile::Row& row) {
  std::vector<SqliteColumn> columns = TRY(row.Columns());
  if (columns.size() != 2 || columns[1].type < 12 || columns[1].type % 2 != 0)
    return Fail(ErrorCode::kInvalid, "the table 'Packages' has other columns than rpm's");
  for (size_t size = 4 << 10;; size *= 8) {
    std::string start = TRY(row.Start(columns[1], size));
    std::optional<PackageObject> package = TRY(ParseRpmHeader(start, columns[1].size));
    if (package) return *std::move(package);
    if (start.size() == columns[1].size)
      return Fail(ErrorCode::kInvalid, "a header of rpm's database is cut off");
  }
}

auto Stamp(const Metadata& file) {
  return std::tuple(file.size, file.mtime_seconds, file.ctime_seconds, file.ctime_nanos);
}

// Absent is an answer: there is no log.
Expected<std::optional<HostFile>> OpenLog(Host& host, const std::string& path) {
  Expected<HostFile> file = host.OpenFile(path);
  if (file) return std::move(*file);
  if (file.error().code == ErrorCode::kNotFound) return std::nullopt;
  return std::unexpected(file.error());
}

// nullopt: it changed while it was read.
Expected<std::optional<std::vector<PackageObject>>> ReadOnce(Host& host, const std::string& path) {
  HostFile file = TRY(host.OpenFile(path));
  std::optional<HostFile> log = TRY(OpenLog(host, path + "-wal"));
  auto stamps = [&]() -> Expected<std::pair<Metadata, Metadata>> {
    Metadata own = TRY(file.Stat());
    if (!log) return std::pair(own, Metadata());
    return std::pair(own, TRY(log->Stat()));
  };
  auto before = TRY(stamps());
  Expected<std::vector<PackageObject>> packages =
      ParseRpmDatabase(file.Bytes(), log ? log->Bytes() : BytesAt());
  auto after = TRY(stamps());
  std::optional<HostFile> log_now = TRY(OpenLog(host, path + "-wal"));
  bool same = Stamp(before.first) == Stamp(after.first) &&
              Stamp(before.second) == Stamp(after.second) && bool(log) == bool(log_now);
  if (!same) return std::nullopt;
  return TRY(std::move(packages));
}

Expected<void> NothingToRollBack(Host& host, const std::string& path) {
  Expected<Metadata> journal = host.StatTarget(path + "-journal");
  if (!journal && journal.error().code == ErrorCode::kNotFound) return {};
  if (!journal) return std::unexpected(journal.error());
  if (journal->size == 0) return {};
  return Fail(ErrorCode::kUnavailable,
              path + "-journal is not empty: a change of the database is not finished",
              "let rpm finish, or roll back with 'rpm -q rpm' as root");
}

Expected<std::vector<PackageObject>> ReadPackages(Host& host, const std::string& path) {
  for (int i = 0; i < kAttempts; i++) {
    TRY(NothingToRollBack(host, path));
    auto packages = ReadOnce(host, path);
    if (!packages) return std::unexpected(WithContext(packages.error(), path));
    if (*packages) return **std::move(packages);
  }
  return Fail(ErrorCode::kUnavailable, path + " changes while it is read", "try again");
}

// The path of the one database; empty: none of this form.
Expected<std::string> DatabaseOf(Host& host) {
  std::string found, real;
  for (std::string_view path : kRpmDatabases) {
    Expected<std::string> leads_to = host.RealPath(path);
    if (!leads_to && leads_to.error().code == ErrorCode::kNotFound) continue;
    if (!leads_to) return leads_to;
    if (!real.empty() && real != *leads_to)
      return Fail(ErrorCode::kInvalid, "there are two rpm databases, " + real + " and " +
                                           *leads_to + ": which one counts is not known");
    if (found.empty()) found = path;
    real = *leads_to;
  }
  return found.empty() ? found : real;
}

}  // namespace

Expected<std::vector<PackageObject>> ParseRpmDatabase(BytesAt database, BytesAt log) {
  SqliteFile file = TRY(SqliteFile::Open(std::move(database), std::move(log)));
  std::vector<PackageObject> packages;
  auto take = [&](SqliteFile::Row& row) -> Expected<void> {
    if (packages.size() == kMostPackages)
      return Fail(ErrorCode::kInvalid, "rpm's database has over 100,000 packages");
    packages.push_back(TRY(PackageOf(row)));
    return {};
  };
  TRY(file.Walk("Packages", take));
  std::ranges::sort(packages, {}, [](const PackageObject& one) {
    return std::tuple<std::string_view, std::string_view, std::string_view>(
        one.name(), one.architecture(), one.version());
  });
  return packages;
}

Expected<std::optional<RpmDatabase>> ReadRpmDatabase(Host& host) {
  std::string path = TRY(DatabaseOf(host));
  if (!path.empty()) {
    std::vector<PackageObject> packages = TRY(ReadPackages(host, path));
    return RpmDatabase{path, std::move(packages)};
  }
  for (const char* older : kOlder)
    if (host.Stat(older))
      return Fail(ErrorCode::kUnsupported,
                  "the packages are in an rpm database of an older form (" + std::string(older) +
                      "), which this assay cannot read");
  return std::nullopt;
}

}  // namespace assay
