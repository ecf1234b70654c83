// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/process_label.h"

#include "checks/formats/lines.h"

namespace assay {

namespace {

bool IsAbsent(const Error& error) { return error.code == ErrorCode::kNotFound; }

// Of a file that is one value; some end in a NUL.
std::string FirstLine(std::string_view text) {
  return std::string(Trim(text.substr(0, text.find_first_of(std::string_view("\n\0", 2)))));
}

// The label of a process; empty for one that ended meanwhile.
Expected<std::string> LabelOf(Host& host, const std::string& process, std::string_view look) {
  for (const char* file : {"/attr/apparmor/current", "/attr/current"}) {
    Expected<std::string> label = host.ReadKernel(process + file, look, 64 << 10);
    if (label) return FirstLine(*label);
    bool gone = !host.ListKernel(process + "/attr", look);
    if (gone) return std::string();
    if (!IsAbsent(label.error())) return std::unexpected(label.error());
  }
  return std::string();
}

// The program of a process; empty for a kernel thread and for one that ended meanwhile.
Expected<std::string> ProgramOf(Host& host, const std::string& process, std::string_view look) {
  Expected<std::string> program = host.KernelLink(process + "/exe", look);
  bool none = !program && (IsAbsent(program.error()) || !host.ListKernel(process + "/attr", look));
  if (none) return std::string();
  if (!program) return program;
  constexpr std::string_view kDeleted = " (deleted)";
  if (program->ends_with(kDeleted)) program->resize(program->size() - kDeleted.size());
  return program;
}

}  // namespace

Expected<std::vector<LabelledProcess>> LabelledProcesses(Host& host, std::string_view what) {
  std::vector<LabelledProcess> processes;
  for (const std::string& pid : TRY(host.ListKernel("/proc", what))) {
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    std::string label = TRY(LabelOf(host, "/proc/" + pid, what));
    if (label.empty()) continue;
    std::string program = TRY(ProgramOf(host, "/proc/" + pid, what));
    if (!program.empty()) processes.push_back({pid, std::move(label), std::move(program)});
  }
  return processes;
}

}  // namespace assay
