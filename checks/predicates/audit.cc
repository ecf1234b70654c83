// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "checks/formats/syscall_names.h"
#include "checks/predicates/audit_cover.h"
#include "checks/predicates/audit_sources.h"
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

constexpr const char* kKernel = "kernel audit rules";
constexpr size_t kMostNamed = 8;

// A want and its name in reasons: "chmod (b64)", "/etc/sudoers".
struct Named {
  AuditWant want;
  std::string name;
};

using Wants = Expected<std::vector<Named>>;

Expected<std::set<AuditField>> ConditionsOf(const Audit& expected, Host& host) {
  std::set<AuditField> fields;
  AuditWorld world{0, [](std::string_view) { return std::nullopt; },
                   [](std::string_view) { return std::nullopt; },
                   [](std::string_view) { return false; }};
  for (const std::string& text : expected.fields())
    fields.insert(TRY(ParseAuditField(text, AUDIT_FILTER_EXIT, world)));
  for (const std::string& text : expected.comparisons())
    fields.insert(TRY(ParseAuditComparison(text)));
  if (!expected.auid_from().empty())
    fields.insert({AUDIT_LOGINUID, AUDIT_GREATER_THAN_OR_EQUAL,
                   TRY(LowestUserId(host, expected.auid_from())), ""});
  return fields;
}

// The machines whose programs run here. 32-bit ARM is not looked at: server kernels for 64-bit ARM
// run none, and auditctl knows its calls only where it was built for it.
std::vector<uint32_t> ArchsOf(uint32_t arch) {
  if (arch == kArchX86_64) return {kArchX86_64, kArchI386};
  return {arch};
}

const char* Width(uint32_t arch) { return arch & __AUDIT_ARCH_64BIT ? "b64" : "b32"; }

// Of a machine that is not known no rule can name a call or an arch: then none is needed.
Expected<std::vector<uint32_t>> ArchsToWatch(Host& host) {
  const Expected<uint32_t>& arch = AuditArchOf(host);
  if (!arch && arch.error().code == ErrorCode::kNotFound) return std::vector<uint32_t>{0};
  if (!arch) return std::unexpected(arch.error());
  return ArchsOf(*arch);
}

Expected<bool> AddPath(const std::string& path, uint32_t access,
                       const std::set<AuditField>& conditions, Host& host,
                       std::vector<Named>& into) {
  AuditWant want{0, std::nullopt, WithoutLinks(host, path), false, access, conditions};
  Expected<Metadata> found = host.StatTarget(path);
  if (!found && found.error().code != ErrorCode::kNotFound) return std::unexpected(found.error());
  bool directory = found && found->type == Metadata::Type::kDirectory;
  if (directory) want.path = TRY(host.RealPath(path));
  // Below /run nothing was there when the rules were loaded, so path= is all that auditctl could
  // say.
  want.directory = directory && !want.path.starts_with("/run/");
  for (uint32_t arch : TRY(ArchsToWatch(host))) {
    want.arch = arch;
    into.push_back({want, path});
  }
  return found.has_value();
}

Wants WatchWants(const Audit& expected, Host& host) {
  std::set<AuditField> conditions = TRY(ConditionsOf(expected, host));
  std::vector<Named> wants;
  for (const std::string& path : expected.paths()) {
    std::vector<Named> one;
    bool present =
        TRY(AddPath(path, AuditAccessBits(expected.access()).value_or(0), conditions, host, one));
    if (present || !expected.only_present()) std::ranges::move(one, std::back_inserter(wants));
  }
  return wants;
}

Wants SyscallWants(const Audit& expected, Host& host) {
  std::set<AuditField> conditions = TRY(ConditionsOf(expected, host));
  std::vector<Named> wants;
  for (uint32_t arch : ArchsOf(TRY(Expected<uint32_t>(AuditArchOf(host))))) {
    if (std::ranges::find(expected.archs(), Width(arch)) == expected.archs().end()) continue;
    for (const std::string& name : expected.syscalls()) {
      std::optional<int> number = SyscallNumber(arch, name);
      if (!number) continue;  // the machine does not have it, so nobody can call it
      wants.push_back(
          {{arch, size_t(*number), "", false, 0, conditions}, name + " (" + Width(arch) + ")"});
    }
  }
  return wants;
}

Wants CommandWants(Host& host) {
  Audit conditions;
  conditions.add_fields("auid!=unset");
  conditions.set_auid_from("UID_MIN");
  std::set<AuditField> fields = TRY(ConditionsOf(conditions, host));
  std::vector<Named> wants;
  std::vector<std::string> commands =
      TRY(Expected<std::vector<std::string>>(PrivilegedCommandsOf(host)));
  for (const std::string& path : commands) TRY(AddPath(path, AUDIT_PERM_EXEC, fields, host, wants));
  return wants;
}

std::string Conditions(const std::vector<Named>& wants) {
  std::string text;
  for (const AuditField& field : wants.front().want.fields) text += " " + Describe(field);
  return text.empty() ? "" : " under" + text;
}

std::string Listed(const std::vector<std::string>& names) {
  std::string list;
  for (size_t i = 0; i < std::min(names.size(), kMostNamed); i++)
    list += (i ? ", " : "") + names[i];
  if (names.size() > kMostNamed)
    list += " and " + std::to_string(names.size() - kMostNamed) + " more";
  return list;
}

void AddOnce(std::vector<std::string>& names, const std::string& name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(name);
}

EvidenceItem Shown(const AuditRule& rule, const std::string& expected) {
  if (rule.file.empty()) return {kKernel, 0, Describe(rule), expected};
  return {rule.file, rule.line, rule.text, expected};
}

const char* Wish(const AuditCover& cover) {
  if (!cover.forbids) return "recorded";
  return cover.forbids->list == AUDIT_FILTER_EXIT ? "no such rule before" : "no such rule";
}

// What the rules of one place, the files or the kernel, say of all that is wanted.
Answer Compare(const std::vector<AuditRule>& rules, const std::vector<Named>& wants,
               const std::string& place) {
  Answer answer{Result::kPass, "", {}};
  std::set<const AuditRule*> shown;
  std::vector<std::string> missing, forbidden;
  for (const auto& [want, name] : wants) {
    AuditCover cover = FindCover(rules, want);
    if (!cover.records) AddOnce(cover.forbids ? forbidden : missing, name);
    const AuditRule* rule = cover.records ? cover.records : cover.forbids;
    if (rule && shown.insert(rule).second) answer.evidence.push_back(Shown(*rule, Wish(cover)));
  }
  if (missing.empty() && forbidden.empty()) return answer;
  answer.result = Result::kFail;
  answer.reason = missing.empty()
                      ? place + " forbid the record of " + Listed(forbidden)
                      : place + " have no rule that records " + Listed(missing) + Conditions(wants);
  return answer;
}

// What cannot be asked for want of rights is for another run; what makes no sense is an error.
Answer CannotAsk(const Error& error) {
  bool later = error.code == ErrorCode::kPermission || error.code == ErrorCode::kUnsupported;
  if (!later) return CannotTell(error);
  return {Result::kNotChecked,
          "the files say so, but the kernel cannot be asked: " + error.ToString(),
          {}};
}

void Append(Answer& into, Answer part) {
  into.result = part.result;
  into.reason = std::move(part.reason);
  std::ranges::move(part.evidence, std::back_inserter(into.evidence));
}

Answer CompareKernel(const std::vector<Named>& wants, Host& host) {
  const Expected<AuditKernel>& kernel = AuditKernelOf(host);
  if (!kernel) return CannotAsk(kernel.error());
  if (kernel->status.enabled == 0)
    return {Result::kFail,
            "the kernel's auditing is off",
            {{"kernel audit status", 0, "enabled 0", "enabled 1 or 2"}}};
  return Compare(kernel->rules, wants, "the files say so, but the kernel's audit rules");
}

void ShowSkipped(const std::vector<AuditLine>& lines, Answer& answer) {
  for (size_t i = 0; i < std::min(lines.size(), kMostNamed); i++)
    answer.evidence.push_back(
        {lines[i].file, lines[i].line, lines[i].text, "a line that auditctl accepts"});
}

Answer JudgeWants(const Wants& wants, const std::string& none, Host& host) {
  if (!wants) return CannotTell(wants.error());
  if (wants->empty()) return {Result::kNotApplicable, none, {}};
  const Expected<AuditFiles>& files = AuditFilesOf(host);
  if (!files) return CannotTell(files.error());
  if (!files->present)
    return {Result::kFail,
            "there are no audit rules: neither /etc/audit/rules.d nor " + files->source + " exists",
            {}};
  Answer answer = Compare(files->set.rules, *wants,
                          "the rules of " + files->source + (host.live() ? "" : " (static)"));
  if (answer.result == Result::kFail) ShowSkipped(files->set.skipped, answer);
  if (answer.result == Result::kPass && host.live()) Append(answer, CompareKernel(*wants, host));
  return answer;
}

Answer JudgeImmutable(Host& host) {
  const Expected<AuditFiles>& files = AuditFilesOf(host);
  if (!files) return CannotTell(files.error());
  if (!files->present) return {Result::kFail, "there is no /etc/audit/rules.d: wanted is -e 2", {}};
  const AuditRuleSet& set = files->set;
  if (set.enabled != 2)
    return {Result::kFail,
            files->source +
                (set.enabled ? " ends with -e " + std::to_string(*set.enabled) : " has no -e") +
                ", wanted is -e 2",
            {{set.enabled ? set.enabled_line.file : files->source, set.enabled_line.line,
              set.enabled_line.text, "-e 2"}}};
  Answer answer{Result::kPass,
                "",
                {{set.enabled_line.file, set.enabled_line.line, set.enabled_line.text, "-e 2"}}};
  if (!host.live()) return answer;
  const Expected<AuditKernel>& kernel = AuditKernelOf(host);
  if (!kernel) {
    Append(answer, CannotAsk(kernel.error()));
    return answer;
  }
  uint32_t enabled = kernel->status.enabled;
  answer.evidence.push_back(
      {"kernel audit status", 0, "enabled " + std::to_string(enabled), "enabled 2"});
  if (enabled == 2) return answer;
  answer.result = Result::kFail;
  answer.reason = "the files say -e 2, but the kernel's audit rules are not locked";
  return answer;
}

// auditctl 4 adds the system calls of an access to the rule, which changes nothing in its meaning.
bool SameMeaning(const AuditRule& a, const AuditRule& b) {
  auto has_access = [](const AuditField& field) { return field.field == AUDIT_PERM; };
  if (a.Means(b)) return true;
  return a.list == b.list && a.action == b.action && a.fields == b.fields &&
         std::ranges::any_of(a.fields, has_access) && (a.syscalls.all() || b.syscalls.all());
}

size_t AddMissing(const std::vector<AuditRule>& from, const std::vector<AuditRule>& in,
                  const char* expected, Answer& answer) {
  size_t missing = 0;
  for (const AuditRule& rule : from) {
    auto same = [&](const AuditRule& other) { return SameMeaning(rule, other); };
    if (std::ranges::any_of(in, same)) continue;
    missing++;
    answer.evidence.push_back(Shown(rule, expected));
  }
  return missing;
}

Answer JudgeSame(Host& host) {
  if (!host.live())
    return {Result::kNotChecked, "static: only a running kernel has audit rules to compare", {}};
  const Expected<AuditFiles>& files = AuditFilesOf(host);
  if (!files) return CannotTell(files.error());
  const Expected<AuditKernel>& kernel = AuditKernelOf(host);
  if (!kernel) {
    Answer answer = CannotAsk(kernel.error());
    if (answer.result == Result::kNotChecked) answer.reason = kernel.error().ToString();
    return answer;
  }
  Answer answer{Result::kPass, "", {}};
  size_t absent = AddMissing(files->set.rules, kernel->rules, "in the kernel too", answer);
  size_t extra = AddMissing(kernel->rules, files->set.rules, "in the files too", answer);
  if (!absent && !extra) return answer;
  answer.result = Result::kFail;
  answer.reason = std::to_string(absent) + " rules of " + files->source +
                  " are not in the kernel, and " + std::to_string(extra) +
                  " of the kernel's not in the files";
  return answer;
}

}  // namespace

Answer JudgeAudit(const Audit& expected, Host& host) {
  if (expected.form() == "watch")
    return JudgeWants(WatchWants(expected, host), "none of the paths exists", host);
  if (expected.form() == "syscalls")
    return JudgeWants(SyscallWants(expected, host), "the machine has none of the system calls",
                      host);
  if (expected.form() == "privileged-commands")
    return JudgeWants(CommandWants(host), "there is no set-id program", host);
  if (expected.form() == "immutable") return JudgeImmutable(host);
  if (expected.form() == "same-as-files") return JudgeSame(host);
  return {Result::kNotChecked, "this assay does not know the rule's form", {}};
}

}  // namespace assay
