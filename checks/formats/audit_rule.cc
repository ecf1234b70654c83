// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/audit_rule.h"

#include <map>
#include <utility>

#include "checks/formats/syscall_names.h"

namespace assay {

namespace {

struct Named {
  const char* name;
  uint32_t number;
};

// auditctl(8), "Valid fields".
constexpr Named kFields[] = {
    {"pid", AUDIT_PID},
    {"uid", AUDIT_UID},
    {"euid", AUDIT_EUID},
    {"suid", AUDIT_SUID},
    {"fsuid", AUDIT_FSUID},
    {"gid", AUDIT_GID},
    {"egid", AUDIT_EGID},
    {"sgid", AUDIT_SGID},
    {"fsgid", AUDIT_FSGID},
    {"auid", AUDIT_LOGINUID},
    {"loginuid", AUDIT_LOGINUID},
    {"pers", AUDIT_PERS},
    {"arch", AUDIT_ARCH},
    {"msgtype", AUDIT_MSGTYPE},
    {"subj_user", AUDIT_SUBJ_USER},
    {"subj_role", AUDIT_SUBJ_ROLE},
    {"subj_type", AUDIT_SUBJ_TYPE},
    {"subj_sen", AUDIT_SUBJ_SEN},
    {"subj_clr", AUDIT_SUBJ_CLR},
    {"ppid", AUDIT_PPID},
    {"obj_user", AUDIT_OBJ_USER},
    {"obj_role", AUDIT_OBJ_ROLE},
    {"obj_type", AUDIT_OBJ_TYPE},
    {"obj_lev_low", AUDIT_OBJ_LEV_LOW},
    {"obj_lev_high", AUDIT_OBJ_LEV_HIGH},
    {"sessionid", AUDIT_SESSIONID},
    {"devmajor", AUDIT_DEVMAJOR},
    {"devminor", AUDIT_DEVMINOR},
    {"inode", AUDIT_INODE},
    {"exit", AUDIT_EXIT},
    {"success", AUDIT_SUCCESS},
    {"path", AUDIT_WATCH},
    {"perm", AUDIT_PERM},
    {"dir", AUDIT_DIR},
    {"filetype", AUDIT_FILETYPE},
    {"fstype", AUDIT_FSTYPE},
    {"obj_uid", AUDIT_OBJ_UID},
    {"obj_gid", AUDIT_OBJ_GID},
    {"field_compare", AUDIT_FIELD_COMPARE},
    {"a0", AUDIT_ARG0},
    {"a1", AUDIT_ARG1},
    {"a2", AUDIT_ARG2},
    {"a3", AUDIT_ARG3},
    {"key", AUDIT_FILTERKEY},
    {"exe", AUDIT_EXE},
    {"saddr_fam", AUDIT_SADDR_FAM},
};

constexpr Named kOperators[] = {
    {"=", AUDIT_EQUAL},        {"!=", AUDIT_NOT_EQUAL},
    {">", AUDIT_GREATER_THAN}, {">=", AUDIT_GREATER_THAN_OR_EQUAL},
    {"<", AUDIT_LESS_THAN},    {"<=", AUDIT_LESS_THAN_OR_EQUAL},
    {"&", AUDIT_BIT_MASK},     {"&=", AUDIT_BIT_TEST},
};

constexpr Named kAccess[] = {{"r", AUDIT_PERM_READ},
                             {"w", AUDIT_PERM_WRITE},
                             {"x", AUDIT_PERM_EXEC},
                             {"a", AUDIT_PERM_ATTR}};

struct Pair {
  uint32_t left, right, comparison;
};

constexpr Pair kComparisons[] = {
    {AUDIT_UID, AUDIT_OBJ_UID, AUDIT_COMPARE_UID_TO_OBJ_UID},
    {AUDIT_GID, AUDIT_OBJ_GID, AUDIT_COMPARE_GID_TO_OBJ_GID},
    {AUDIT_EUID, AUDIT_OBJ_UID, AUDIT_COMPARE_EUID_TO_OBJ_UID},
    {AUDIT_EGID, AUDIT_OBJ_GID, AUDIT_COMPARE_EGID_TO_OBJ_GID},
    {AUDIT_LOGINUID, AUDIT_OBJ_UID, AUDIT_COMPARE_AUID_TO_OBJ_UID},
    {AUDIT_SUID, AUDIT_OBJ_UID, AUDIT_COMPARE_SUID_TO_OBJ_UID},
    {AUDIT_SGID, AUDIT_OBJ_GID, AUDIT_COMPARE_SGID_TO_OBJ_GID},
    {AUDIT_FSUID, AUDIT_OBJ_UID, AUDIT_COMPARE_FSUID_TO_OBJ_UID},
    {AUDIT_FSGID, AUDIT_OBJ_GID, AUDIT_COMPARE_FSGID_TO_OBJ_GID},
    {AUDIT_UID, AUDIT_LOGINUID, AUDIT_COMPARE_UID_TO_AUID},
    {AUDIT_UID, AUDIT_EUID, AUDIT_COMPARE_UID_TO_EUID},
    {AUDIT_UID, AUDIT_FSUID, AUDIT_COMPARE_UID_TO_FSUID},
    {AUDIT_UID, AUDIT_SUID, AUDIT_COMPARE_UID_TO_SUID},
    {AUDIT_LOGINUID, AUDIT_FSUID, AUDIT_COMPARE_AUID_TO_FSUID},
    {AUDIT_LOGINUID, AUDIT_SUID, AUDIT_COMPARE_AUID_TO_SUID},
    {AUDIT_LOGINUID, AUDIT_EUID, AUDIT_COMPARE_AUID_TO_EUID},
    {AUDIT_EUID, AUDIT_SUID, AUDIT_COMPARE_EUID_TO_SUID},
    {AUDIT_EUID, AUDIT_FSUID, AUDIT_COMPARE_EUID_TO_FSUID},
    {AUDIT_SUID, AUDIT_FSUID, AUDIT_COMPARE_SUID_TO_FSUID},
    {AUDIT_GID, AUDIT_EGID, AUDIT_COMPARE_GID_TO_EGID},
    {AUDIT_GID, AUDIT_FSGID, AUDIT_COMPARE_GID_TO_FSGID},
    {AUDIT_GID, AUDIT_SGID, AUDIT_COMPARE_GID_TO_SGID},
    {AUDIT_EGID, AUDIT_FSGID, AUDIT_COMPARE_EGID_TO_FSGID},
    {AUDIT_EGID, AUDIT_SGID, AUDIT_COMPARE_EGID_TO_SGID},
    {AUDIT_SGID, AUDIT_FSGID, AUDIT_COMPARE_SGID_TO_FSGID},
};

// The kernel clears the topmost bits of "all": they name classes of calls (audit_to_entry_common).
constexpr size_t kClassBits = 32;

bool IsAll(const std::bitset<kAuditSyscalls>& syscalls) { return (~syscalls << kClassBits).none(); }

std::string Calls(const std::bitset<kAuditSyscalls>& syscalls, uint32_t arch) {
  if (syscalls.all()) return "all";
  std::string list;
  for (size_t i = 0; i < kAuditSyscalls; i++)
    if (syscalls[i]) list += (list.empty() ? "" : ",") + SyscallName(arch, int(i));
  return list;
}

AuditField Simplified(AuditField field) {
  if (field.field == AUDIT_LOGINUID_SET) {
    bool set = (field.op == AUDIT_EQUAL) == (field.number != 0);
    return {AUDIT_LOGINUID, uint32_t(set ? AUDIT_NOT_EQUAL : AUDIT_EQUAL), kAuditUnset, ""};
  }
  if (field.field == AUDIT_SUCCESS) field.number = field.number != 0;
  if (field.field == AUDIT_DIR || field.field == AUDIT_WATCH)
    while (field.text.size() > 1 && field.text.ends_with('/')) field.text.pop_back();
  return field;
}

}  // namespace

void Normalize(AuditRule& rule) {
  if (rule.list != AUDIT_FILTER_EXIT || IsAll(rule.syscalls)) rule.syscalls.set();
  std::set<AuditField> fields;
  for (const AuditField& field : rule.fields) fields.insert(Simplified(field));
  rule.fields = std::move(fields);
}

std::optional<uint32_t> AuditFieldNumber(std::string_view name) {
  for (const Named& field : kFields)
    if (name == field.name) return field.number;
  return std::nullopt;
}

std::string AuditFieldName(uint32_t number) {
  for (const Named& field : kFields)
    if (number == field.number) return field.name;
  return "field " + std::to_string(number);
}

bool IsAuditText(uint32_t field) {
  return field == AUDIT_WATCH || field == AUDIT_DIR || field == AUDIT_EXE ||
         field == AUDIT_FILTERKEY || (field >= AUDIT_SUBJ_USER && field <= AUDIT_SUBJ_CLR) ||
         (field >= AUDIT_OBJ_USER && field <= AUDIT_OBJ_LEV_HIGH);
}

std::optional<uint32_t> AuditOperator(std::string_view text) {
  for (const Named& op : kOperators)
    if (text == op.name) return op.number;
  return std::nullopt;
}

std::string AuditOperatorName(uint32_t number) {
  for (const Named& op : kOperators)
    if (number == op.number) return op.name;
  return "?";
}

std::optional<uint32_t> AuditComparison(uint32_t left, uint32_t right) {
  for (const Pair& pair : kComparisons)
    if ((pair.left == left && pair.right == right) || (pair.left == right && pair.right == left))
      return pair.comparison;
  return std::nullopt;
}

std::string AuditAccess(uint32_t bits) {
  std::string letters;
  for (const Named& access : kAccess)
    if (bits & access.number) letters += access.name;
  return letters;
}

std::optional<uint32_t> AuditAccessBits(std::string_view letters) {
  uint32_t bits = 0;
  for (char letter : letters) {
    uint32_t bit = 0;
    for (const Named& access : kAccess)
      if ((letter | 0x20) == access.name[0]) bit = access.number;
    if (!bit) return std::nullopt;
    bits |= bit;
  }
  return bits;
}

std::string Describe(const AuditField& field) {
  std::string name = AuditFieldName(field.field), op = AuditOperatorName(field.op);
  if (field.field == AUDIT_FIELD_COMPARE)
    for (const Pair& pair : kComparisons)
      if (pair.comparison == field.number)
        return "-C " + AuditFieldName(pair.left) + op + AuditFieldName(pair.right);
  std::string value = field.text;
  if (field.field == AUDIT_PERM)
    value = AuditAccess(field.number);
  else if (field.field == AUDIT_ARCH)
    value = ArchName(field.number);
  else if (field.field == AUDIT_LOGINUID && field.number == kAuditUnset)
    value = "unset";
  else if (field.field == AUDIT_EXIT)
    value = std::to_string(int32_t(field.number));
  else if (value.empty())
    value = std::to_string(field.number);
  return "-F " + name + op + value;
}

std::string Describe(const AuditRule& rule) {
  static const std::map<uint32_t, const char*> lists = {
      {AUDIT_FILTER_USER, "user"},     {AUDIT_FILTER_TASK, "task"},
      {AUDIT_FILTER_EXIT, "exit"},     {AUDIT_FILTER_EXCLUDE, "exclude"},
      {AUDIT_FILTER_FS, "filesystem"}, {AUDIT_FILTER_URING_EXIT, "io_uring"}};
  auto list = lists.find(rule.list);
  std::string text = rule.action == AUDIT_NEVER ? "-a never," : "-a always,";
  text += list == lists.end() ? std::to_string(rule.list) : list->second;
  uint32_t arch = 0;
  for (const AuditField& field : rule.fields)
    if (field.field == AUDIT_ARCH) {
      arch = field.op == AUDIT_EQUAL ? field.number : 0;
      text += " " + Describe(field);
    }
  if (rule.list == AUDIT_FILTER_EXIT) text += " -S " + Calls(rule.syscalls, arch);
  for (const AuditField& field : rule.fields)
    if (field.field != AUDIT_ARCH) text += " " + Describe(field);
  return text;
}

}  // namespace assay
