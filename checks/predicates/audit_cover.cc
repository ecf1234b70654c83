// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/audit_cover.h"

#include <algorithm>
#include <map>

#include "checks/formats/syscall_names.h"

namespace assay {

namespace {

constexpr uint32_t kSyscallRecord = AUDIT_SYSCALL;  // of which all other records hang
constexpr uint32_t kPathRecord = AUDIT_PATH;        // names the file

// Calls of the benchmarks that name no file, so that no record of a path is lost.
constexpr const char* kCallsWithoutPath[] = {
    "adjtimex",      "settimeofday",  "clock_settime", "clock_settime64", "stime",
    "clock_adjtime", "sethostname",   "setdomainname", "init_module",     "finit_module",
    "delete_module", "create_module", "query_module"};

// Calls that make each access: the older part of what the kernel counts (asm-generic/audit_*.h).
// auditctl 4 writes its list of them into the rule, and kernels differ in the newer ones.
constexpr const char* kExecCalls[] = {"execve", "execveat"};
constexpr const char* kReadCalls[] = {"open", "openat", "readlink", "readlinkat"};
constexpr const char* kWriteCalls[] = {
    "rename",  "mkdir",    "rmdir",    "creat",  "link",     "unlink",    "symlink", "mknod",
    "mkdirat", "unlinkat", "renameat", "linkat", "truncate", "ftruncate", "open",    "openat"};
constexpr const char* kChangeCalls[] = {"chmod",       "fchmod",   "chown",     "lchown",
                                        "fchown",      "setxattr", "lsetxattr", "fsetxattr",
                                        "removexattr", "fchownat", "fchmodat"};

template <size_t N>
bool HasCalls(const AuditRule& rule, uint32_t arch, const char* const (&names)[N]) {
  return std::ranges::all_of(names, [&](const char* name) {
    std::optional<int> number = SyscallNumber(arch, name);
    return !number || rule.syscalls[size_t(*number)];
  });
}

bool HasCallsOfAccess(const AuditRule& rule, const AuditWant& want) {
  if (rule.syscalls.all()) return true;
  if (!KnowsSyscalls(want.arch)) return false;
  return (!(want.access & AUDIT_PERM_EXEC) || HasCalls(rule, want.arch, kExecCalls)) &&
         (!(want.access & AUDIT_PERM_READ) || HasCalls(rule, want.arch, kReadCalls)) &&
         (!(want.access & AUDIT_PERM_WRITE) || HasCalls(rule, want.arch, kWriteCalls)) &&
         (!(want.access & AUDIT_PERM_ATTR) || HasCalls(rule, want.arch, kChangeCalls));
}

std::optional<bool> Holds(uint32_t value, uint32_t op, uint32_t bound) {
  switch (op) {
    case AUDIT_EQUAL:
      return value == bound;
    case AUDIT_NOT_EQUAL:
      return value != bound;
    case AUDIT_GREATER_THAN:
      return value > bound;
    case AUDIT_GREATER_THAN_OR_EQUAL:
      return value >= bound;
    case AUDIT_LESS_THAN:
      return value < bound;
    case AUDIT_LESS_THAN_OR_EQUAL:
      return value <= bound;
    default:
      return std::nullopt;
  }
}

// Whether `known` alone makes `asked` true. Only what rules are written with: equality and lower
// bounds.
bool Follows(const AuditField& known, const AuditField& asked) {
  if (known == asked) return true;
  if (asked.field == AUDIT_SUCCESS && known.field == AUDIT_EXIT && known.op == AUDIT_EQUAL) {
    uint32_t success = int32_t(known.number) >= 0;
    return Holds(success, asked.op, asked.number).value_or(false);
  }
  if (known.field != asked.field || known.field == AUDIT_FIELD_COMPARE) return false;
  if (IsAuditText(known.field) || !known.text.empty() || !asked.text.empty()) return false;
  if (known.op == AUDIT_EQUAL) return Holds(known.number, asked.op, asked.number).value_or(false);
  uint64_t least = known.number;
  if (known.op == AUDIT_GREATER_THAN) least++;
  if (known.op != AUDIT_GREATER_THAN && known.op != AUDIT_GREATER_THAN_OR_EQUAL) return false;
  if (asked.op == AUDIT_GREATER_THAN_OR_EQUAL) return asked.number <= least;
  return (asked.op == AUDIT_GREATER_THAN || asked.op == AUDIT_NOT_EQUAL) && asked.number < least;
}

bool Below(const std::string& path, const std::string& directory) {
  return path == directory || directory == "/" ||
         (path.starts_with(directory) && path[directory.size()] == '/');
}

bool Meets(const AuditField& field, const AuditWant& want) {
  switch (field.field) {
    case AUDIT_ARCH:
      return (field.number == want.arch) == (field.op == AUDIT_EQUAL);
    case AUDIT_WATCH:
      // A path= on a directory sees the directory's own entry, not what is in it.
      return field.op == AUDIT_EQUAL && field.text == want.path && !want.directory;
    case AUDIT_DIR:
      return field.op == AUDIT_EQUAL && !want.path.empty() && Below(want.path, field.text);
    case AUDIT_PERM:
      return want.access && (field.number & want.access) == want.access;
    default:
      return std::ranges::any_of(want.fields,
                                 [&](const AuditField& known) { return Follows(known, field); });
  }
}

// Whether some number meets all conditions. Bits are not followed: they may be met.
bool CanHold(const std::vector<AuditField>& conditions) {
  uint64_t least = 0, most = UINT32_MAX;
  std::set<uint64_t> excepted;
  for (const AuditField& field : conditions) {
    uint64_t number = field.number;
    bool equal = field.op == AUDIT_EQUAL;
    if (field.op == AUDIT_NOT_EQUAL) excepted.insert(number);
    if (field.op == AUDIT_GREATER_THAN) least = std::max(least, number + 1);
    if (equal || field.op == AUDIT_GREATER_THAN_OR_EQUAL) least = std::max(least, number);
    if (equal || field.op == AUDIT_LESS_THAN_OR_EQUAL) most = std::min(most, number);
    if (field.op != AUDIT_LESS_THAN) continue;
    if (number == 0) return false;
    most = std::min(most, number - 1);
  }
  while (excepted.contains(least)) least++;
  return least <= most;
}

// Whether a rule of the exclude list can drop this record of a wanted event, by audit_filter() of
// the kernel: every rule that matches drops, whatever its action and place; one without conditions
// matches nothing. What is not known of the event (exe, labels) may match.
bool CanDrop(const AuditRule& rule, const AuditWant& want, uint32_t record) {
  std::map<uint32_t, std::vector<AuditField>> conditions;
  for (const AuditField& field : rule.fields)
    if (!IsAuditText(field.field) && field.field != AUDIT_FIELD_COMPARE)
      conditions[field.field].push_back(field);
  for (const AuditField& known : want.fields)
    if (conditions.contains(known.field)) conditions[known.field].push_back(known);
  conditions[AUDIT_MSGTYPE].push_back({AUDIT_MSGTYPE, AUDIT_EQUAL, record, ""});
  return !rule.fields.empty() &&
         std::ranges::all_of(conditions, [](const auto& of) { return CanHold(of.second); });
}

bool NamesAPath(const AuditWant& want) {
  if (!want.path.empty() || !want.syscall) return true;
  std::string name = SyscallName(want.arch, int(*want.syscall));
  return std::ranges::find(kCallsWithoutPath, name) == std::end(kCallsWithoutPath);
}

// Rules that end the recording, wherever they stand among those of other lists.
bool Ends(const AuditRule& rule, const AuditWant& want) {
  if (rule.list == AUDIT_FILTER_TASK) return rule.action == AUDIT_NEVER && rule.fields.empty();
  return rule.list == AUDIT_FILTER_EXCLUDE &&
         (CanDrop(rule, want, kSyscallRecord) ||
          (NamesAPath(want) && CanDrop(rule, want, kPathRecord)));
}

}  // namespace

bool IsAsWide(const AuditRule& rule, const AuditWant& want) {
  if (want.syscall ? !rule.syscalls[*want.syscall] : !HasCallsOfAccess(rule, want)) return false;
  return std::ranges::all_of(rule.fields,
                             [&](const AuditField& field) { return Meets(field, want); });
}

AuditCover FindCover(const std::vector<AuditRule>& rules, const AuditWant& want) {
  AuditCover cover;
  bool tasks_decided = false;
  for (const AuditRule& rule : rules) {
    bool by_task = rule.list == AUDIT_FILTER_TASK;
    if (Ends(rule, want) && !(by_task && tasks_decided)) return {nullptr, &rule};
    tasks_decided |= by_task && rule.fields.empty();
    bool decided = cover.records || cover.forbids;
    if (decided || rule.list != AUDIT_FILTER_EXIT || !IsAsWide(rule, want)) continue;
    (rule.action == AUDIT_ALWAYS ? cover.records : cover.forbids) = &rule;
  }
  return cover;
}

}  // namespace assay
