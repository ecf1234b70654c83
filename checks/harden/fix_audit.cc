// SPDX-License-Identifier: Apache-2.0
// Rules of auditd, as auditctl(8) reads them.
#include "checks/formats/syscall_names.h"
#include "checks/harden/fix.h"
#include "checks/harden/setting.h"
#include "checks/predicates/audit_sources.h"

namespace assay {

namespace {

constexpr char kDirectory[] = "/etc/audit/rules.d";
constexpr char kRules[] = "/etc/audit/rules.d/50-assay.rules";
constexpr char kLock[] = "/etc/audit/rules.d/99-zz-assay.rules";
constexpr char kKey[] = " -k assay";

Expected<void> Add(const std::string& line, const char* file, Plan& plan) {
  return plan.Write(file, WithLine(TRY(plan.Read(file)).value_or(""), line), 0640);
}

Expected<std::string> Conditions(const Audit& wanted, Host& host) {
  std::string text;
  for (const std::string& one : wanted.comparisons()) text += " -C " + one;
  if (!wanted.auid_from().empty())
    text += " -F auid>=" + std::to_string(TRY(LowestUserId(host, wanted.auid_from())));
  for (const std::string& one : wanted.fields()) text += " -F " + one;
  return text;
}

Expected<void> Watch(const Audit& wanted, const std::string& path, const std::string& access,
                     const std::string& conditions, Plan& plan) {
  Host& host = plan.host();
  Expected<Metadata> found = host.StatTarget(path);
  if (!found && wanted.only_present()) return {};
  // auditctl refuses a place whose directory is not there.
  if (!found && !host.StatTarget(path.substr(0, path.rfind('/') + 1)))
    return ByHand("make " + path + " before it is watched");
  bool directory = found && found->type == Metadata::Type::kDirectory;
  return Add("-a always,exit -F " + std::string(directory ? "dir=" : "path=") +
                 WithoutLinks(host, path) + " -F perm=" + access + conditions + kKey,
             kRules, plan);
}

Expected<void> WatchAll(const Audit& wanted, Plan& plan) {
  std::string conditions = TRY(Conditions(wanted, plan.host()));
  for (const std::string& path : wanted.paths())
    TRY(Watch(wanted, path, wanted.access(), conditions, plan));
  return {};
}

Expected<void> Syscalls(const Audit& wanted, Plan& plan) {
  uint32_t arch = TRY(Expected<uint32_t>(AuditArchOf(plan.host())));
  std::string conditions = TRY(Conditions(wanted, plan.host()));
  for (const std::string& width : wanted.archs()) {
    uint32_t narrow = arch == kArchX86_64 ? kArchI386 : 0;
    uint32_t one = width == "b64" ? arch : narrow;
    std::string calls;
    for (const std::string& name : wanted.syscalls())
      if (one && SyscallNumber(one, name)) calls += (calls.empty() ? "" : ",") + name;
    if (calls.empty()) continue;
    TRY(Add("-a always,exit -F arch=" + width + " -S " + calls + conditions + kKey, kRules, plan));
  }
  return {};
}

Expected<void> PrivilegedCommands(Plan& plan) {
  std::string from = std::to_string(TRY(LowestUserId(plan.host(), "UID_MIN")));
  std::string conditions = " -F auid>=" + from + " -F auid!=unset";
  for (const std::string& path :
       TRY(Expected<std::vector<std::string>>(PrivilegedCommandsOf(plan.host()))))
    TRY(Watch(Audit(), path, "x", conditions, plan));
  return {};
}

}  // namespace

Expected<void> FixAudit(const Audit& wanted, Plan& plan) {
  if (!plan.host().StatTarget(kDirectory)) return ByHand("install auditd first");
  if (wanted.form() == "watch") return WatchAll(wanted, plan);
  if (wanted.form() == "syscalls") return Syscalls(wanted, plan);
  if (wanted.form() == "privileged-commands") return PrivilegedCommands(plan);
  if (wanted.form() == "immutable") return Add("-e 2", kLock, plan);
  return ByHand("");
}

}  // namespace assay
