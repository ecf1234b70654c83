// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/shell_files.h"

#include <algorithm>
#include <climits>
#include <set>

#include "checks/formats/lines.h"

namespace assay {

namespace {

constexpr int kMaxDepth = 8;
constexpr size_t kMaxFiles = 500;

using Settings = std::vector<PlacedSetting>;

class ShellFiles {
 public:
  explicit ShellFiles(Host& host) : host_(host) {}

  Expected<Settings> Read(const std::vector<std::string>& files) {
    // A listed file is read in its own place, also where another sources it.
    for (const std::string& file : files) seen_.insert(file);
    for (const std::string& file : files)
      if (!file.starts_with("/etc/")) home_ = file.substr(0, file.rfind('/'));
    for (const std::string& file : files)
      if (Expected<void> read = file.contains('*') ? Directory(file) : File(file, true, 0); !read)
        return std::unexpected(read.error());
    Confirm();
    return std::move(settings_);
  }

 private:
  Expected<void> Directory(const std::string& pattern) {
    size_t slash = pattern.rfind('/'), star = pattern.find('*', slash);
    std::string directory = pattern.substr(0, slash);
    std::string prefix = pattern.substr(slash + 1, star - slash - 1);
    std::string suffix = pattern.substr(star + 1);
    Expected<std::vector<std::string>> names = host_.List(directory);
    if (!names && names.error().code == ErrorCode::kNotFound) return {};
    if (!names) return std::unexpected(names.error());
    size_t first = settings_.size();
    for (const std::string& name : *names)
      if (!name.starts_with('.') && name.starts_with(prefix) && name.ends_with(suffix) &&
          name.size() >= prefix.size() + suffix.size())
        if (Expected<void> read = File(directory + "/" + name, true, 0); !read)
          return std::unexpected(read.error());
    spans_.push_back({directory, first, settings_.size()});
    return {};
  }

  Expected<void> File(const std::string& file, bool certain, int depth) {
    if (depth > kMaxDepth || files_++ > kMaxFiles)
      return Fail(ErrorCode::kInvalid, file + ": too many start-up files source each other");
    Expected<std::string> text = ReadText(host_, file);
    if (!text && text.error().code == ErrorCode::kNotFound) return {};
    if (!text) return std::unexpected(text.error());
    Expected<std::vector<ShellSetting>> parsed = ParseShellSettings(*text);
    if (!parsed) return std::unexpected(WithContext(parsed.error(), file));
    auto end = std::ranges::find(*parsed, ShellSetting::Kind::kLeave, &ShellSetting::kind);
    Mention(*text, end == parsed->end() ? INT_MAX : end->line);
    for (auto one = parsed->begin(); one != end; ++one) {
      one->certain &= certain;
      if (one->kind != ShellSetting::Kind::kSource) {
        settings_.push_back({file, std::move(*one)});
        continue;
      }
      std::string path = PathOf(*one);
      if (!path.empty() && seen_.insert(path).second)
        if (Expected<void> read = File(path, one->certain, depth + 1); !read)
          return std::unexpected(read.error());
    }
    return {};
  }

  // What is said before the file ends by `return`.
  void Mention(std::string_view text, int end) {
    int number = 0;
    for (std::string_view line : LinesOf(text))
      if (++number < end && !Trim(line).starts_with('#')) mentioned_ += std::string(line) + "\n";
  }

  // The file that is sourced: also one in the home of whose own files these are.
  std::string PathOf(const ShellSetting& source) const {
    const std::string& value = source.value;
    if (source.literal && value.starts_with('/')) return value;
    for (std::string_view home : {"~/", "$HOME/", "${HOME}/"})
      if (!home_.empty() && value.starts_with(home) && !value.substr(home.size()).contains('$'))
        return home_ + "/" + value.substr(home.size());
    return "";
  }

  // What nobody reads sets nothing.
  void Confirm() {
    for (const Span& span : spans_)
      if (!mentioned_.contains(span.directory))
        for (size_t i = span.first; i < span.end; i++) settings_[i].setting.certain = false;
  }

  struct Span {
    std::string directory;
    size_t first, end;
  };

  Host& host_;
  Settings settings_;
  std::vector<Span> spans_;
  std::set<std::string> seen_;
  std::string mentioned_;
  std::string home_;  // empty: everybody's
  size_t files_ = 0;
};

}  // namespace

std::vector<std::string> SystemShellFiles() {
  return {"/etc/profile", "/etc/bash.bashrc", "/etc/bashrc", "/etc/profile.d/*.sh"};
}

const Expected<Settings>& ReadShellFiles(Host& host, const std::vector<std::string>& files) {
  std::string key = "shell-files";
  for (const std::string& file : files) key += "\n" + file;
  return host.Once<Expected<Settings>>(key, [&](Host& h) { return ShellFiles(h).Read(files); });
}

}  // namespace assay
