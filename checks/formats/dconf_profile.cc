// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/dconf_profile.h"

#include <algorithm>

#include "checks/formats/lines.h"

namespace assay {

namespace {

constexpr char kGreeter[] = "/var/lib/gdm3/greeter-dconf-defaults";
constexpr char kGreeterFiles[] = "/usr/share/gdm/dconf";
constexpr size_t kMostSources = 64;

// The regular files of a directory, as `dconf update` takes them; and the newest time of all.
Expected<std::vector<std::string>> FilesIn(Host& host, const std::string& directory,
                                           int64_t& newest) {
  Expected<std::vector<std::string>> names = host.List(directory);
  if (!names && names.error().code == ErrorCode::kNotFound) return std::vector<std::string>();
  if (!names) return std::unexpected(names.error());
  host.RecordLook(Input::Kind::kFile, directory);  // its time of change counts, here and below
  Metadata self = TRY(host.StatTarget(directory));
  newest = std::max(newest, self.mtime_seconds);
  std::vector<std::string> files;
  for (const std::string& name : *names) {
    if (name.starts_with('.')) continue;
    std::string file = directory + "/" + name;
    host.RecordLook(Input::Kind::kFile, file);
    Expected<Metadata> metadata = host.StatTarget(file);
    if (!metadata && metadata.error().code == ErrorCode::kNotFound) continue;
    if (!metadata) return std::unexpected(metadata.error());
    if (metadata->type != Metadata::Type::kRegular) continue;
    newest = std::max(newest, metadata->mtime_seconds);
    files.push_back(std::move(file));
  }
  return files;
}

// Returns the newest time of the files that were read.
Expected<int64_t> ReadFiles(Host& host, const std::string& directory, DconfDatabase& database) {
  int64_t newest = INT64_MIN;
  for (const std::string& file : TRY(FilesIn(host, directory, newest))) {
    std::string text = TRY(ReadText(host, file));
    for (auto& [key, value] : TRY(ParseDconfKeyfile(text, file)))
      database.values[key] = std::move(value);
  }
  for (const std::string& file : TRY(FilesIn(host, directory + "/locks", newest))) {
    std::string text = TRY(ReadText(host, file));
    for (const auto& [key, line] : ParseDconfLocks(text))
      database.locks.try_emplace(key, DconfLock{file, line});
  }
  return newest;
}

Expected<DconfDatabase> ReadSystemDatabase(Host& host, const std::string& name) {
  DconfDatabase database;
  database.name = name;
  std::string compiled = "/etc/dconf/db/" + name;
  int64_t newest = TRY(ReadFiles(host, compiled + ".d", database));
  host.RecordLook(Input::Kind::kFile, compiled);
  Expected<Metadata> metadata = host.StatTarget(compiled);
  if (!metadata && metadata.error().code != ErrorCode::kNotFound)
    return std::unexpected(metadata.error());
  bool empty = database.values.empty() && database.locks.empty();
  if (!metadata && !empty) database.stale = compiled + " does not exist: run dconf update";
  if (metadata && metadata->mtime_seconds < newest)
    database.stale = compiled + " is older than its files: run dconf update";
  return database;
}

Expected<void> ReadSource(Host& host, const DconfSource& source, DconfProfile& profile) {
  DconfDatabase database;
  if (source.kind == "system-db") {
    if (source.name.empty() || source.name.contains('/'))
      return Fail(ErrorCode::kInvalid, profile.file + ": no name of a database: " + source.name);
    database = TRY(ReadSystemDatabase(host, source.name));
  } else if (source.kind == "file-db" && source.name == kGreeter) {
    database.name = kGreeter;
    Expected<int64_t> read = ReadFiles(host, kGreeterFiles, database);
    if (!read) return std::unexpected(read.error());
  } else {
    return {};
  }
  profile.databases.push_back(std::move(database));
  return {};
}

}  // namespace

DconfProfile::Effective DconfProfile::Find(const std::string& key) const {
  size_t from = 0;
  Effective effective{nullptr, nullptr};
  for (size_t i = 0; i < databases.size(); i++) {
    auto lock = databases[i].locks.find(key);
    if (lock == databases[i].locks.end()) continue;
    from = i;
    effective.lock = &lock->second;
  }
  for (size_t i = from; i < databases.size(); i++) {
    auto value = databases[i].values.find(key);
    if (value == databases[i].values.end()) continue;
    effective.value = &value->second;
    break;
  }
  return effective;
}

Expected<DconfProfile> ReadDconfProfile(Host& host, const std::string& name) {
  DconfProfile profile;
  for (const char* directory :
       {"/etc/dconf/profile/", "/usr/local/share/dconf/profile/", "/usr/share/dconf/profile/"}) {
    Expected<std::string> text = ReadText(host, directory + name);
    if (!text && text.error().code == ErrorCode::kNotFound) continue;
    if (!text) return std::unexpected(text.error());
    profile.file = directory + name;
    std::vector<DconfSource> sources = ParseDconfProfile(*text);
    if (sources.size() > kMostSources)
      return Fail(ErrorCode::kInvalid, profile.file + " names more than 64 databases");
    for (const DconfSource& source : sources)
      if (Expected<void> read = ReadSource(host, source, profile); !read)
        return std::unexpected(read.error());
    return profile;
  }
  return profile;
}

}  // namespace assay
