// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

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

// Those of the names that the root knows; where it knows none, nothing can be told.
Expected<std::vector<uint32_t>> UsersOf(const Program& expected, Host& host) {
  std::vector<uint32_t> users;
  Error last;
  for (const std::string& name : expected.users()) {
    Expected<uint32_t> user = host.Uid(name);
    if (user) users.push_back(*user);
    if (!user) last = user.error();
  }
  if (users.empty()) return std::unexpected(last);
  return users;
}

std::string Wanted(const Program& expected) {
  std::string text;
  for (const std::string& name : expected.users()) text += (text.empty() ? "" : " or ") + name;
  return text;
}

// One process of the program; adds to the answer.
void JudgeProcess(const Program& expected, const Process& process,
                  const std::vector<uint32_t>& users, Answer& answer) {
  auto wanted = [&users](uint32_t id) { return std::ranges::find(users, id) != users.end(); };
  std::string ids = "real user id " + std::to_string(process.real_uid) + ", effective " +
                    std::to_string(process.effective_uid);
  answer.evidence.push_back({"/proc/" + process.pid + "/status", 0, ids, Wanted(expected)});
  if (wanted(process.real_uid) && wanted(process.effective_uid)) return;
  if (answer.result != Result::kFail)
    answer.reason = expected.name() + " (process " + process.pid + ") runs with " + ids +
                    ", wanted is " + Wanted(expected);
  answer.result = Result::kFail;
}

}  // namespace

Answer JudgeProgram(const Program& expected, Host& host) {
  if (!host.live())
    return {expected.static_not_applicable() ? Result::kNotApplicable : Result::kNotChecked,
            "as whom " + expected.name() + " runs, only a running machine can tell",
            {}};
  const Expected<std::vector<Process>>& processes = ProcessesOf(host);
  if (!processes) return CannotTell(processes.error());
  Answer answer{Result::kPass, "", {}};
  for (const Process& process : *processes) {
    if (!Is(process, expected.name())) continue;
    Expected<std::vector<uint32_t>> users = UsersOf(expected, host);
    if (!users) return CannotTell(users.error());
    JudgeProcess(expected, process, *users, answer);
  }
  if (answer.evidence.empty())
    return {Result::kNotApplicable, "no process of " + expected.name() + " runs", {}};
  return answer;
}

}  // namespace assay
