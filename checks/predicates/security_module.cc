// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/lines.h"
#include "checks/formats/selinux_config.h"
#include "checks/predicates/apparmor.h"
#include "checks/predicates/predicate.h"
#include "checks/predicates/process_label.h"

namespace assay {

namespace {

constexpr size_t kMostEvidence = 20;

void Add(Answer& answer, EvidenceItem item) {
  if (answer.evidence.size() < kMostEvidence) answer.evidence.push_back(std::move(item));
}

// The first problem is the reason; all are evidence.
void Object(Answer& answer, EvidenceItem item, std::string reason) {
  Add(answer, std::move(item));
  if (answer.result != Result::kFail) answer.reason = std::move(reason);
  answer.result = Result::kFail;
}

// Killing is more than refusing; prompting is less.
bool Allowed(bool enforcing, std::string_view mode) {
  if (mode == "enforce" || mode == "kill") return true;
  return !enforcing && (mode == "complain" || mode == "prompt");
}

void JudgeRunning(bool enforcing, const ApparmorState& state, Answer& answer) {
  std::string wanted = enforcing ? "enforce" : "enforce or complain";
  for (const ApparmorProfile& profile : state.profiles)
    if (!Allowed(enforcing, profile.mode))
      Object(answer,
             {"/sys/kernel/security/apparmor/profiles", profile.line,
              profile.name + " (" + profile.mode + ")", wanted},
             "the profile " + profile.name + " is loaded in " + profile.mode + " mode, wanted is " +
                 wanted);
  for (const ApparmorState::Unconfined& process : state.unconfined)
    Object(answer,
           {"/proc/" + process.pid + "/attr/apparmor/current", 1, process.program + " unconfined",
            "confined by " + process.pattern},
           "process " + process.pid + " (" + process.program +
               ") runs unconfined, though there is a profile for it: restart it");
  if (answer.result == Result::kPass)
    Add(answer, {"/sys/kernel/security/apparmor/profiles", 0,
                 std::to_string(state.profiles.size()) + " profiles", wanted});
}

Expected<void> JudgeApparmorLive(bool enforcing, Host& host, Answer& answer) {
  const auto& state = host.Once<Expected<ApparmorState>>("apparmor", ReadApparmorState);
  if (!state) return std::unexpected(state.error());
  if (!state->enabled)
    Object(answer, {"/sys/module/apparmor/parameters/enabled", 1, "not enabled", "Y"},
           "AppArmor is not enabled in the running kernel");
  else if (state->profiles.empty())
    Object(answer, {"/sys/kernel/security/apparmor/profiles", 0, "no profile", "profiles"},
           "no AppArmor profile is loaded");
  else
    JudgeRunning(enforcing, *state, answer);
  return {};
}

// What the next boot will load.
Expected<void> JudgeApparmorFiles(bool enforcing, Host& host, Answer& answer) {
  const auto& exceptions =
      host.Once<Expected<std::vector<ApparmorException>>>("apparmor.d", ReadApparmorExceptions);
  if (!exceptions) return std::unexpected(exceptions.error());
  for (const ApparmorException& one : *exceptions) {
    EvidenceItem item{one.file, one.line, one.what, enforcing ? "enforce" : "enforce or complain"};
    // A disabled profile is not loaded, and the rules are about those that are.
    if (one.what == "disabled" || Allowed(enforcing, one.what))
      Add(answer, std::move(item));
    else
      Object(answer, std::move(item),
             one.file + " will be loaded in " + one.what + " mode at the next boot");
  }
  return {};
}

Answer JudgeApparmor(bool enforcing, Host& host) {
  Answer answer{Result::kPass, "", {}};
  if (host.live())
    if (Expected<void> live = JudgeApparmorLive(enforcing, host, answer); !live)
      return CannotTell(live.error());
  if (Expected<void> files = JudgeApparmorFiles(enforcing, host, answer); !files)
    return CannotTell(files.error());
  if (answer.result == Result::kPass && !host.live()) {
    answer.result = Result::kNotChecked;
    answer.reason =
        "which profiles are loaded only a running machine can tell (static: no file of "
        "/etc/apparmor.d speaks against it)";
  }
  return answer;
}

Expected<void> JudgeSelinuxLive(bool enforcing, Host& host, Answer& answer) {
  (void)TRY(host.ListKernel("/sys/fs", "selinux"));
  Expected<std::string> enforce = host.ReadKernel("/sys/fs/selinux/enforce", "selinux");
  bool absent = !enforce && enforce.error().code == ErrorCode::kNotFound;
  if (!enforce && !absent) return std::unexpected(enforce.error());
  std::string mode = absent ? "disabled" : enforce->starts_with('1') ? "enforcing" : "permissive";
  EvidenceItem item{"/sys/fs/selinux/enforce", 0, mode,
                    enforcing ? "enforcing" : "enforcing or permissive"};
  if (mode == "enforcing" || (mode == "permissive" && !enforcing))
    Add(answer, std::move(item));
  else
    Object(answer, std::move(item), "SELinux is " + mode + " in the running kernel");
  return {};
}

Expected<void> JudgeSelinuxConfig(bool enforcing, Host& host, Answer& answer) {
  constexpr char kConfig[] = "/etc/selinux/config";
  Expected<std::string> text = ReadText(host, kConfig);
  if (!text && text.error().code != ErrorCode::kNotFound) return std::unexpected(text.error());
  SelinuxMode mode = text ? ParseSelinuxConfig(*text) : SelinuxMode{"not set", 0};
  EvidenceItem item{kConfig, mode.line, mode.mode,
                    enforcing ? "enforcing" : "enforcing or permissive"};
  if (mode.mode == "enforcing" || (mode.mode == "permissive" && !enforcing))
    Add(answer, std::move(item));
  else
    Object(answer, std::move(item),
           std::string("at the next boot SELinux is ") + mode.mode + " by " + kConfig);
  return {};
}

Answer JudgeSelinux(bool enforcing, Host& host) {
  Answer answer{Result::kPass, "", {}};
  if (host.live())
    if (Expected<void> live = JudgeSelinuxLive(enforcing, host, answer); !live)
      return CannotTell(live.error());
  if (Expected<void> files = JudgeSelinuxConfig(enforcing, host, answer); !files)
    return CannotTell(files.error());
  return answer;
}

// A service that no rule of the policy moved into a domain of its own.
Answer JudgeSelinuxServices(Host& host) {
  if (!host.live())
    return {Result::kNotChecked, "which services run only a running machine can tell (static)", {}};
  Answer answer{Result::kPass, "", {}};
  if (Expected<void> live = JudgeSelinuxLive(false, host, answer); !live)
    return CannotTell(live.error());
  if (answer.result != Result::kPass) return answer;
  Expected<std::vector<LabelledProcess>> processes = LabelledProcesses(host, "selinux");
  if (!processes) return CannotTell(processes.error());
  for (const LabelledProcess& process : *processes)
    if (process.label.contains(":unconfined_service_t:"))
      Object(
          answer,
          {"/proc/" + process.pid + "/attr/current", 1, process.program + " " + process.label,
           "a domain of its own"},
          "process " + process.pid + " (" + process.program + ") is a service without confinement");
  return answer;
}

}  // namespace

Answer JudgeSecurityModule(const SecurityModule& expected, Host& host) {
  const std::string& state = expected.state();
  bool enforcing = state.ends_with("-enforcing");
  if (state == "apparmor-loaded" || state == "apparmor-enforcing")
    return JudgeApparmor(enforcing, host);
  if (state == "selinux-enabled" || state == "selinux-enforcing")
    return JudgeSelinux(enforcing, host);
  if (state == "selinux-confined") return JudgeSelinuxServices(host);
  return {Result::kNotChecked, "this assay does not know the state '" + state + "'", {}};
}

}  // namespace assay
