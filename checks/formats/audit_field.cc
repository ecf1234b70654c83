// SPDX-License-Identifier: Apache-2.0
// -F and -C of auditctl(8): audit_rule_fieldpair_data() and audit_rule_interfield_comp_data().
#include <charconv>

#include "checks/formats/audit_rules.h"
#include "checks/formats/syscall_names.h"

namespace assay {

namespace {

struct Parts {
  std::string_view name, op, value;
};

// The operator that auditctl finds first, not the leftmost one.
std::optional<Parts> Split(std::string_view text,
                           std::initializer_list<std::string_view> operators) {
  for (std::string_view op : operators) {
    size_t at = text.find(op);
    if (at != std::string_view::npos)
      return Parts{text.substr(0, at), op, text.substr(at + op.size())};
  }
  return std::nullopt;
}

std::unexpected<Error> Wrong(std::string_view text, std::string_view why) {
  return Fail(ErrorCode::kInvalid, "'" + std::string(text) + "': " + std::string(why));
}

// strtol(3) with base 0, but of the whole text: what follows a number is a mistake.
std::optional<uint32_t> Number(std::string_view text) {
  bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
  }
  uint32_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return negative ? 0 - number : number;
}

bool IsUser(uint32_t field) {
  return field == AUDIT_UID || field == AUDIT_EUID || field == AUDIT_SUID || field == AUDIT_FSUID ||
         field == AUDIT_LOGINUID || field == AUDIT_OBJ_UID;
}

bool IsGroup(uint32_t field) {
  return field == AUDIT_GID || field == AUDIT_EGID || field == AUDIT_SGID || field == AUDIT_FSGID ||
         field == AUDIT_OBJ_GID;
}

struct Word {
  std::string_view name;
  uint32_t number;
};

// linux/audit.h; what is not here is compared by its name.
constexpr Word kMessages[] = {{"SYSCALL", 1300},
                              {"PATH", 1302},
                              {"IPC", 1303},
                              {"SOCKETCALL", 1304},
                              {"CONFIG_CHANGE", 1305},
                              {"SOCKADDR", 1306},
                              {"CWD", 1307},
                              {"EXECVE", 1309},
                              {"IPC_SET_PERM", 1311},
                              {"MQ_OPEN", 1312},
                              {"MQ_SENDRECV", 1313},
                              {"MQ_NOTIFY", 1314},
                              {"MQ_GETSETATTR", 1315},
                              {"KERNEL_OTHER", 1316},
                              {"FD_PAIR", 1317},
                              {"OBJ_PID", 1318},
                              {"TTY", 1319},
                              {"EOE", 1320},
                              {"BPRM_FCAPS", 1321},
                              {"CAPSET", 1322},
                              {"MMAP", 1323},
                              {"NETFILTER_PKT", 1324},
                              {"NETFILTER_CFG", 1325},
                              {"SECCOMP", 1326},
                              {"PROCTITLE", 1327},
                              {"FEATURE_CHANGE", 1328},
                              {"KERN_MODULE", 1330},
                              {"FANOTIFY", 1331},
                              {"TIME_INJOFFSET", 1332},
                              {"TIME_ADJNTPVAL", 1333},
                              {"BPF", 1334},
                              {"AVC", 1400},
                              {"CRYPTO_KEY_USER", 2404}};
constexpr Word kFileTypes[] = {{"socket", 0140000}, {"link", 0120000}, {"file", 0100000},
                               {"block", 060000},   {"dir", 040000},   {"character", 020000},
                               {"fifo", 010000}};
constexpr Word kFileSystems[] = {{"tracefs", 0x74726163},
                                 {"debugfs", 0x64626720},
                                 {"cgroup", 0x27e0eb},
                                 {"cgroup2", 0x63677270}};

template <size_t N>
std::optional<uint32_t> Lookup(const Word (&words)[N], std::string_view name) {
  for (const Word& word : words)
    if (word.name == name) return word.number;
  return std::nullopt;
}

// A condition on the machine: b32 and b64 are of the one that reads the rule.
std::optional<uint32_t> Arch(std::string_view name, const AuditWorld& world) {
  bool is64 = world.arch & __AUDIT_ARCH_64BIT;
  if (name == "b64" || name == "B64") return is64 ? std::optional(world.arch) : std::nullopt;
  if (name == "b32" || name == "B32") {
    uint32_t narrow = is64 ? Sibling32(world.arch) : world.arch;
    return narrow ? std::optional(narrow) : std::nullopt;
  }
  uint32_t arch = ArchOfMachine(name);
  return arch ? std::optional(arch) : Number(name);
}

std::optional<uint32_t> Message(std::string_view name, AuditField& field) {
  std::optional<uint32_t> number = Lookup(kMessages, name);
  // A name without a number has no place in a range.
  if (field.op != AUDIT_EQUAL && field.op != AUDIT_NOT_EQUAL) return number;
  if (number || name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != name.npos)
    return number;
  field.text = name;
  return 0;
}

std::optional<uint32_t> NamedValue(AuditField& field, std::string_view value,
                                   const AuditWorld& world) {
  if (IsUser(field.field) || field.field == AUDIT_SESSIONID) {
    if (value == "unset") return kAuditUnset;
    return IsUser(field.field) ? world.uid(value) : std::nullopt;
  }
  if (IsGroup(field.field)) return world.gid(value);
  if (field.field == AUDIT_MSGTYPE) return Message(value, field);
  if (field.field == AUDIT_FILETYPE) return Lookup(kFileTypes, value);
  if (field.field == AUDIT_FSTYPE) return Lookup(kFileSystems, value);
  if (field.field != AUDIT_EXIT) return std::nullopt;
  bool negative = value.starts_with('-');
  uint32_t error = uint32_t(ErrnoNumber(value.substr(negative)));
  if (!error) return std::nullopt;
  return negative ? 0 - error : error;
}

bool OnlyEquality(uint32_t field) {
  return field == AUDIT_EXE || field == AUDIT_ARCH || field == AUDIT_FSTYPE || field == AUDIT_INODE;
}

// Fields that are known at the end of a system call only.
bool OnlyAtExit(uint32_t field) {
  return field == AUDIT_EXIT || field == AUDIT_SUCCESS || field == AUDIT_PPID ||
         field == AUDIT_WATCH || field == AUDIT_DIR || field == AUDIT_FILETYPE ||
         (field >= AUDIT_DEVMAJOR && field <= AUDIT_INODE) ||
         (field >= AUDIT_OBJ_USER && field <= AUDIT_OBJ_LEV_HIGH);
}

// What the kernel's audit_filter() asks of a message, and auditctl lets onto the exclude list.
bool OfMessages(uint32_t field) {
  return field == AUDIT_MSGTYPE || field == AUDIT_PID || field == AUDIT_UID || field == AUDIT_GID ||
         field == AUDIT_LOGINUID || field == AUDIT_EXE ||
         (field >= AUDIT_SUBJ_USER && field <= AUDIT_SUBJ_CLR);
}

Expected<AuditField> WithText(AuditField field, std::string_view text, std::string_view value) {
  if (value.size() > 4096) return Wrong(text.substr(0, 64), "the value is too long");
  bool is_path = field.field == AUDIT_WATCH || field.field == AUDIT_DIR;
  if (is_path && !value.starts_with('/')) return Wrong(text, "the path does not begin with '/'");
  // audit_to_watch() of the kernel.
  if (field.field == AUDIT_WATCH && value.ends_with('/'))
    return Wrong(text, "the kernel takes no path= with '/' at its end");
  field.text = value;
  return field;
}

}  // namespace

Expected<AuditField> ParseAuditField(std::string_view text, uint32_t list,
                                     const AuditWorld& world) {
  std::optional<Parts> parts = Split(text, {"!=", ">=", "<=", "&=", "=", ">", "<", "&"});
  if (!parts) return Wrong(text, "it has no operator");
  if (parts->value.empty()) return Wrong(text, "it has no value");
  std::optional<uint32_t> known = AuditFieldNumber(parts->name);
  if (!known || *known == AUDIT_FIELD_COMPARE) return Wrong(text, "no such field");
  AuditField field{*known, *AuditOperator(parts->op), 0, ""};
  if (OnlyEquality(field.field) && field.op != AUDIT_EQUAL && field.op != AUDIT_NOT_EQUAL)
    return Wrong(text, "this field takes = and != only");
  if (OnlyAtExit(field.field) && list != AUDIT_FILTER_EXIT)
    return Wrong(text, "this field is for the exit list only");
  if (list == AUDIT_FILTER_EXCLUDE && !OfMessages(field.field))
    return Wrong(text, "the exclude list takes msgtype, pid, uid, gid, auid, subj_* and exe only");
  if (field.field == AUDIT_MSGTYPE && list != AUDIT_FILTER_EXCLUDE && list != AUDIT_FILTER_USER)
    return Wrong(text, "msgtype is for the lists exclude and user only");
  if (IsAuditText(field.field)) return WithText(field, text, parts->value);
  std::optional<uint32_t> number;
  if (field.field == AUDIT_PERM) {
    number = parts->value.size() <= 4 ? AuditAccessBits(parts->value) : std::nullopt;
    if (field.op != AUDIT_EQUAL) return Wrong(text, "perm takes = only");
  } else if (field.field == AUDIT_ARCH) {
    number = Arch(parts->value, world);
  } else {
    number = Number(parts->value);
    if (!number) number = NamedValue(field, parts->value, world);
  }
  if (!number) return Wrong(text, "no such value");
  field.number = *number;
  return field;
}

Expected<AuditField> ParseAuditComparison(std::string_view text) {
  std::optional<Parts> parts = Split(text, {"!=", "="});
  if (!parts) return Wrong(text, "a comparison takes = and != only");
  std::optional<uint32_t> left = AuditFieldNumber(parts->name),
                          right = AuditFieldNumber(parts->value);
  std::optional<uint32_t> comparison =
      left && right ? AuditComparison(*left, *right) : std::nullopt;
  if (!comparison) return Wrong(text, "these fields cannot be compared");
  return AuditField{AUDIT_FIELD_COMPARE, *AuditOperator(parts->op), *comparison, ""};
}

}  // namespace assay
