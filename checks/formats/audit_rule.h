// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/audit.h>

#include <bitset>
#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace assay {

inline constexpr size_t kAuditSyscalls = AUDIT_BITMASK_SIZE * 32;
inline constexpr uint32_t kAuditUnset = 0xFFFFFFFF;  ///< auid of who never logged in

/// One condition of a rule, in the kernel's numbers (linux/audit.h). Of AUDIT_FIELD_COMPARE the
/// number is the AUDIT_COMPARE_* of the two fields, whichever stands first.
struct AuditField {
  uint32_t field = 0, op = AUDIT_EQUAL;
  uint32_t number = 0;
  std::string text;  ///< of path, dir, exe and labels
  auto operator<=>(const AuditField&) const = default;
};

/// A rule of the kernel's audit filter in a form in which rules that mean the same are equal,
/// whether they were written as a watch or as a syscall rule, by names or by numbers. A watch is
/// AUDIT_WATCH (`path`) of a file or AUDIT_DIR (`dir`, without '/' at its end) of a directory.
struct AuditRule {
  uint32_t list = AUDIT_FILTER_EXIT;  ///< AUDIT_FILTER_*
  uint32_t action = AUDIT_ALWAYS;
  std::bitset<kAuditSyscalls> syscalls;  ///< all of them where the list knows no syscalls
  std::set<AuditField> fields;           ///< without keys
  std::string key;                       ///< decides nothing; "" for none
  std::string file, text;                ///< where it stands; the kernel's: empty
  int line = 0;

  bool Means(const AuditRule& other) const {
    return list == other.list && action == other.action && syscalls == other.syscalls &&
           fields == other.fields;
  }
};

/// Brings a rule into the form above: "all" is every bit, auid of nobody has one spelling.
void Normalize(AuditRule& rule);

/// AUDIT_* of a field by its name in auditctl(8), and back ("field 99" where there is none).
std::optional<uint32_t> AuditFieldNumber(std::string_view name);
std::string AuditFieldName(uint32_t field);

/// Whether the kernel keeps a field's value as text.
bool IsAuditText(uint32_t field);

/// The operator of auditctl(8) as the kernel's bits, and back.
std::optional<uint32_t> AuditOperator(std::string_view text);
std::string AuditOperatorName(uint32_t op);

/// AUDIT_COMPARE_* of two fields in either order; nullopt where the kernel has none.
std::optional<uint32_t> AuditComparison(uint32_t left, uint32_t right);

/// "rwxa" of AUDIT_PERM_* bits, and back; nullopt for other letters.
std::string AuditAccess(uint32_t bits);
std::optional<uint32_t> AuditAccessBits(std::string_view letters);

/// The rule as auditctl -l would show it: for evidence. Calls of no single arch are numbers.
std::string Describe(const AuditRule& rule);
std::string Describe(const AuditField& field);

}  // namespace assay
