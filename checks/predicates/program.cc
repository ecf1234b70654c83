// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/process_table.h"
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

constexpr size_t kLongestName = 15;  // proc_pid_comm(5)

// By either name: a process may call itself anything, and an upgrade leaves "chronyd (deleted)".
bool Is(const Process& process, const std::string& name) {
  std::string_view program = process.program;
  program = program.substr(program.rfind('/') + 1);
  return process.name == name.substr(0, kLongestName) || program == name ||
         program == name + " (deleted)";
}

}  // namespace

Answer JudgeProgram(const Program& expected, Host& host) {
  if (!host.live())
    return {Result::kNotChecked,
            "as whom " + expected.name() + " runs, only a running machine can tell",
            {}};
  Expected<uint32_t> user = host.Uid(expected.user());
  const Expected<std::vector<Process>>& processes = ProcessesOf(host);
  if (!processes) return CannotTell(processes.error());
  Answer answer{Result::kNotApplicable, "no process of " + expected.name() + " runs", {}};
  for (const Process& process : *processes) {
    if (!Is(process, expected.name())) continue;
    if (!user) return CannotTell(user.error());
    std::string ids = "real user id " + std::to_string(process.real_uid) + ", effective " +
                      std::to_string(process.effective_uid);
    answer.evidence.push_back({"/proc/" + process.pid + "/status", 0, ids,
                               expected.user() + " (" + std::to_string(*user) + ")"});
    bool meets = process.real_uid == *user && process.effective_uid == *user;
    if (answer.result == Result::kNotApplicable) answer.result = Result::kPass, answer.reason = "";
    if (meets || answer.result == Result::kFail) continue;
    answer.result = Result::kFail;
    answer.reason = expected.name() + " (process " + process.pid + ") runs with " + ids +
                    ", wanted is " + expected.user();
  }
  return answer;
}

}  // namespace assay
