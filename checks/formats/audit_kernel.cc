// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/audit_kernel.h"

#include <cstddef>
#include <cstring>

namespace assay {

namespace {

using Fixed = audit_rule_data;

// The kernel's own copy: the bytes of the message need not be aligned.
Fixed Copy(std::string_view bytes) {
  Fixed fixed;
  memcpy(&fixed, bytes.data(), offsetof(Fixed, buf));
  return fixed;
}

void SetSyscalls(const Fixed& fixed, AuditRule& rule) {
  for (size_t bit = 0; bit < kAuditSyscalls; bit++)
    rule.syscalls[bit] = fixed.mask[bit / 32] >> (bit % 32) & 1;
}

}  // namespace

Expected<AuditRule> ParseKernelAuditRule(std::string_view bytes) {
  if (bytes.size() < offsetof(Fixed, buf))
    return Fail(ErrorCode::kInvalid, "the kernel's audit rule is cut off");
  Fixed fixed = Copy(bytes);
  std::string_view texts = bytes.substr(offsetof(Fixed, buf));
  if (fixed.field_count > AUDIT_MAX_FIELDS || fixed.buflen > texts.size())
    return Fail(ErrorCode::kInvalid, "the kernel's audit rule has lengths that cannot be");
  texts = texts.substr(0, fixed.buflen);
  AuditRule rule;
  rule.list = fixed.flags & ~uint32_t(AUDIT_FILTER_PREPEND);
  rule.action = fixed.action;
  SetSyscalls(fixed, rule);
  for (uint32_t i = 0; i < fixed.field_count; i++) {
    AuditField field{fixed.fields[i], fixed.fieldflags[i] & AUDIT_OPERATORS, fixed.values[i], ""};
    if (IsAuditText(field.field)) {
      if (field.number > texts.size())
        return Fail(ErrorCode::kInvalid, "the kernel's audit rule has a text that is cut off");
      field.text = texts.substr(0, field.number);
      texts.remove_prefix(field.number);
      field.number = 0;
    }
    if (field.field == AUDIT_FILTERKEY)
      rule.key = field.text;
    else
      rule.fields.insert(std::move(field));
  }
  Normalize(rule);
  return rule;
}

Expected<AuditStatus> ParseAuditStatus(std::string_view bytes) {
  uint32_t words[4];  // mask, enabled, failure, pid
  if (bytes.size() < sizeof words)
    return Fail(ErrorCode::kInvalid, "the kernel's audit status is cut off");
  memcpy(words, bytes.data(), sizeof words);
  return AuditStatus{words[1], words[3]};
}

}  // namespace assay
