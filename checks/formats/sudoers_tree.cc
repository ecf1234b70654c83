// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "checks/formats/lines.h"
#include "checks/formats/sudoers.h"

namespace assay {

namespace {

constexpr int kDeepest = 128;  // MAX_SUDOERS_DEPTH
constexpr size_t kMostFiles = 1000;

struct Reader {
  Host& host;
  SudoersTree tree;
  size_t files = 0;

  Expected<void> ReadOne(const std::string& path, int depth);
  Expected<void> Follow(const SudoersInclude& include, const std::string& from, int depth);
  Expected<void> ReadDirectory(const std::string& path, int depth);
};

// sudo says so on standard error and goes on without it.
Expected<Metadata> Trusted(Host& host, const std::string& path) {
  Metadata metadata = TRY(host.StatTarget(path));
  bool open = (metadata.mode & 02) || ((metadata.mode & 020) && metadata.gid != 0);
  if (open)
    return Fail(ErrorCode::kInvalid, path + ": sudo leaves out what others may write to",
                "chmod go-w " + path);
  return metadata;
}

Expected<void> Reader::ReadOne(const std::string& path, int depth) {
  if (++files > kMostFiles) return Fail(ErrorCode::kInvalid, "sudoers has more than 1000 files");
  TRY(Trusted(host, path));
  std::string bytes = TRY(ReadText(host, path));
  SudoersText text = TRY(ParseSudoers(bytes, path));
  size_t next = 0;
  for (size_t i = 0; i <= text.defaults.size(); i++) {
    for (; next < text.includes.size() && text.includes[next].defaults == i; next++) {
      const SudoersInclude& include = text.includes[next];
      Expected<void> done = Follow(include, path, depth);
      if (done) continue;
      Error error = done.error();
      if (error.code == ErrorCode::kNotFound) error.code = ErrorCode::kInvalid;
      // The innermost place is enough: a circle would name all 128.
      if (!error.text.starts_with('/'))
        error.text = path + ":" + std::to_string(include.line) + ": " + error.text;
      return std::unexpected(error);
    }
    if (i < text.defaults.size()) tree.defaults.push_back(std::move(text.defaults[i]));
  }
  for (SudoersTag& tag : text.tags) tree.tags.push_back(std::move(tag));
  return {};
}

Expected<void> Reader::ReadDirectory(const std::string& path, int depth) {
  Expected<Metadata> there = Trusted(host, path);
  if (!there && there.error().code == ErrorCode::kNotFound) return {};
  if (!there) return std::unexpected(there.error());
  for (const std::string& name : TRY(host.List(path))) {
    if (name.ends_with('~') || name.contains('.')) continue;
    Expected<Metadata> file = host.StatTarget(path + "/" + name);
    if (!file || file->type != Metadata::Type::kRegular) continue;
    TRY(ReadOne(path + "/" + name, depth));
  }
  return {};
}

Expected<void> Reader::Follow(const SudoersInclude& include, const std::string& from, int depth) {
  std::string path = include.path;
  if (path.contains("%h"))
    return Fail(ErrorCode::kInvalid, "what %h stands for is not known to assay");
  if (!path.starts_with('/')) path = from.substr(0, from.rfind('/') + 1) + path;
  if (depth >= kDeepest) return Fail(ErrorCode::kInvalid, "includes nested more than 128 deep");
  if (include.directory) return ReadDirectory(path, depth + 1);
  Expected<void> read = ReadOne(path, depth + 1);
  if (!read && read.error().code == ErrorCode::kNotFound)
    return Fail(ErrorCode::kInvalid, "there is no " + path);
  return read;
}

}  // namespace

Expected<SudoersTree> ReadSudoers(Host& host, const std::string& path) {
  Reader reader{host, {}};
  TRY(reader.ReadOne(path, 0));
  return std::move(reader.tree);
}

}  // namespace assay
