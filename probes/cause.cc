// SPDX-License-Identifier: Apache-2.0
#include "probes/cause.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <climits>
#include <string_view>

#include "base/fd.h"
#include "base/printable.h"

namespace assay {

namespace {

constexpr size_t kMaxParents = 16;
constexpr size_t kCommandLine = 256;

std::string ReadSmall(int directory, const char* name) {
  Fd fd(openat(directory, name, O_RDONLY | O_CLOEXEC));
  char bytes[4096];
  ssize_t n = fd ? read(fd.get(), bytes, sizeof bytes) : -1;
  return n > 0 ? std::string(bytes, size_t(n)) : std::string();
}

template <typename T>
std::optional<T> Number(std::string_view text) {
  T value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

struct Stat {
  std::string comm;
  pid_t parent = 0;
  uint64_t start_time = 0;
};

// proc_pid_stat(5): "pid (comm) state ppid ..."; comm may hold blanks and parentheses, so fields
// are counted from the last ')'. Field 22 is the start time in clock ticks since boot.
std::optional<Stat> ReadStat(int process) {
  std::string text = ReadSmall(process, "stat");
  size_t open = text.find('('), close = text.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close < open) return std::nullopt;
  Stat stat;
  stat.comm = text.substr(open + 1, close - open - 1);
  std::string_view rest = std::string_view(text).substr(close + 1);
  for (int field = 3; field <= 22; field++) {
    rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(' ')));
    std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(word.size());
    if (field == 4) stat.parent = Number<pid_t>(word).value_or(0);
    if (field == 22)
      stat.start_time =
          Number<uint64_t>(word).value_or(0) * (1'000'000'000u / uint64_t(sysconf(_SC_CLK_TCK)));
  }
  return stat;
}

std::string CommandLine(int process) {
  std::string text = ReadSmall(process, "cmdline");
  while (!text.empty() && text.back() == '\0') text.pop_back();
  for (char& c : text)
    if (c == '\0') c = ' ';
  return Printable(text, kCommandLine);
}

std::string Exe(int process, const std::string& comm) {
  char target[PATH_MAX];
  ssize_t n = readlinkat(process, "exe", target, sizeof target);
  return n > 0 ? std::string(target, size_t(n)) : "(" + comm + ")";
}

// The line that starts with `key` in a "key:\tvalue" file, without the key.
std::string_view Line(std::string_view text, std::string_view key) {
  size_t at = text.starts_with(key) ? 0 : text.find("\n" + std::string(key));
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + key.size() + (at ? 1 : 0));
  text = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), text.find_first_not_of(" \t")));
  return text;
}

// A process that is still there, with what its /proc directory says; nullopt if it is gone.
struct Found {
  Process process;
  Fd directory;
  pid_t parent = 0;
};

std::optional<Found> Find(pid_t pid) {
  std::string path = "/proc/" + std::to_string(pid);
  Found found;
  found.directory = Fd(open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  std::optional<Stat> stat = found.directory ? ReadStat(found.directory.get()) : std::nullopt;
  if (!stat) return std::nullopt;
  int directory = found.directory.get();
  found.parent = stat->parent;
  found.process = {pid, stat->start_time, Exe(directory, stat->comm), CommandLine(directory),
                   false};
  return found;
}

void ReadParents(pid_t parent, std::vector<Process>& parents) {
  while (parent > 0 && parents.size() < kMaxParents) {
    std::optional<Found> found = Find(parent);
    if (!found) {
      parents.push_back({parent, 0, "", "", true});
      return;
    }
    parents.push_back(found->process);
    parent = found->parent;
  }
}

}  // namespace

Cause ReadCause(pid_t pid, uint64_t start_time) {
  Cause cause;
  std::optional<Found> found = Find(pid);
  // The kernel's start time is exact, /proc's is in ticks of 10 ms.
  bool same = found && (start_time == 0 ||
                        start_time / 10'000'000 == found->process.start_time / 10'000'000);
  if (!same) {
    cause.process = {pid, start_time, "", "", true};
    return cause;
  }
  cause.process = found->process;
  int directory = found->directory.get();
  std::string status = ReadSmall(directory, "status");
  cause.uid = Number<uint32_t>(Line(status, "Uid:"));
  cause.login_uid = Number<uint32_t>(ReadSmall(directory, "loginuid"));
  cause.cgroup = Line(ReadSmall(directory, "cgroup"), "0::");
  ReadParents(found->parent, cause.parents);
  return cause;
}

}  // namespace assay
