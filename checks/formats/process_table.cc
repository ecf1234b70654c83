// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/process_table.h"

#include <charconv>

#include "checks/formats/lines.h"

namespace assay {

namespace {

constexpr char kWhat[] = "processes";

bool ReadIds(const std::vector<std::string_view>& words, Process& into) {
  if (words.size() < 3) return false;
  uint32_t* ids[] = {&into.real_uid, &into.effective_uid};
  for (size_t i = 0; i < 2; i++) {
    std::string_view word = words[i + 1];
    auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), *ids[i]);
    if (error != std::errc() || end != word.data() + word.size()) return false;
  }
  return true;
}

// Gone meanwhile: ENOENT at the open, ESRCH at the read.
bool IsGone(const Error& error) {
  return error.code == ErrorCode::kNotFound || error.text.contains("No such process");
}

Expected<std::vector<Process>> ReadProcesses(Host& host) {
  std::vector<Process> processes;
  for (const std::string& pid : TRY(host.ListKernel("/proc", kWhat))) {
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    Expected<std::string> status = host.ReadKernel("/proc/" + pid + "/status", kWhat, 64 << 10);
    if (!status && IsGone(status.error())) continue;
    if (!status) return std::unexpected(status.error());
    auto process = ParseProcessStatus(*status);
    if (!process) return std::unexpected(WithContext(process.error(), "/proc/" + pid + "/status"));
    if (!*process) continue;
    (*process)->pid = pid;
    // Only root may see it of others; what is not seen is matched by its name.
    (*process)->program = host.KernelLink("/proc/" + pid + "/exe", kWhat).value_or("");
    processes.push_back(std::move(**process));
  }
  return processes;
}

}  // namespace

Expected<std::optional<Process>> ParseProcessStatus(std::string_view text) {
  Process process;
  bool named = false, ids = false;
  for (std::string_view line : LinesOf(text)) {
    if (line.starts_with("Name:")) {
      process.name = Trim(line.substr(5));
      named = true;
    }
    if (line.starts_with("Uid:")) ids = ReadIds(WordsOf(line), process);
    if (line.starts_with("NSpid:") && WordsOf(line).size() > 2) return std::nullopt;
  }
  if (!named || !ids) return Fail(ErrorCode::kInvalid, "no Name or no Uid");
  return process;
}

const Expected<std::vector<Process>>& ProcessesOf(Host& host) {
  return host.Once<Expected<std::vector<Process>>>(kWhat, ReadProcesses);
}

}  // namespace assay
