// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/nft_files.h"

#include <fnmatch.h>

#include "checks/formats/lines.h"
#include "checks/formats/nft_config.h"

namespace assay {

namespace {

constexpr int kMaxDepth = 16;  // MAX_INCLUDE_DEPTH of nft
constexpr int kMaxFiles = 256;
constexpr size_t kMaxWords = 1'000'000;

class Includes {
 public:
  explicit Includes(Host& host) : host_(host) {}

  Expected<void> Add(const std::string& file, int depth) {
    if (depth > kMaxDepth) return Fail(ErrorCode::kInvalid, file + ": includes are too deep");
    if (++files_ > kMaxFiles) return Fail(ErrorCode::kInvalid, file + ": too many files");
    std::string text = TRY(ReadText(host_, file));
    NftTokens words = TRY(NftTokensOf(text, file));
    bool begins = true;
    for (size_t at = 0; at < words.size(); at++) {
      const NftToken& word = words[at];
      if (begins && word.Is("include") && at + 1 < words.size()) {
        Expected<void> added = Include(words[++at], depth);
        if (!added) return added;
        continue;
      }
      begins = word.Is("\n") || word.Is("{") || word.Is("}");
      words_.push_back(word);
      if (words_.size() > kMaxWords) return Fail(ErrorCode::kInvalid, file + ": too long");
    }
    return {};
  }

  NftTokens words_;

 private:
  Expected<void> Include(const NftToken& what, int depth) {
    // "./x" is below the directory that nft runs in, which is not known.
    if (what.text.empty() || what.text.starts_with('.') || what.text.ends_with('/'))
      return NftMistake(what, "include \"" + what.text + "\" is not understood");
    std::string path = what.text.starts_with('/') ? what.text : "/etc/" + what.text;
    if (path.find_first_of("*?[") != std::string::npos) return Glob(what, path, depth);
    Expected<void> added = Add(path, depth + 1);
    if (!added && added.error().code == ErrorCode::kNotFound)
      return NftMistake(what, path + " does not exist, so nft loads nothing");
    return added;
  }

  Expected<void> Glob(const NftToken& what, const std::string& path, int depth) {
    std::string directory = path.substr(0, path.rfind('/')),
                pattern = path.substr(path.rfind('/') + 1);
    if (directory.find_first_of("*?[") != std::string::npos)
      return NftMistake(what, "a pattern of directories is not understood");
    Expected<std::vector<std::string>> names = host_.List(directory.empty() ? "/" : directory);
    if (!names && names.error().code == ErrorCode::kNotFound) return {};
    if (!names) return std::unexpected(names.error());
    for (const std::string& name : *names) {
      if (fnmatch(pattern.c_str(), name.c_str(), FNM_PERIOD)) continue;
      Expected<void> added = Add(directory + "/" + name, depth + 1);
      if (!added) return added;
    }
    return {};
  }

  Host& host_;
  int files_ = 0;
};

}  // namespace

Expected<Ruleset> PersistedNftRuleset(Host& host) {
  std::string file = "/etc/nftables.conf";
  if (auto found = host.StatTarget(file); !found && found.error().code == ErrorCode::kNotFound)
    if (host.StatTarget("/etc/sysconfig/nftables.conf")) file = "/etc/sysconfig/nftables.conf";
  Includes includes(host);
  Expected<void> added = includes.Add(file, 0);
  if (!added) return std::unexpected(added.error());
  return ParseNftConfig(includes.words_);
}

}  // namespace assay
