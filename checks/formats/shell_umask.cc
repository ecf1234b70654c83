// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "checks/formats/shell_settings.h"

namespace assay {

namespace {

// Takes the leading characters of `text` that are in `known`, as the sum of their bits.
uint32_t TakeBits(std::string_view& text, std::string_view known, const uint32_t* bits) {
  uint32_t sum = 0;
  while (!text.empty() && known.contains(text[0])) {
    sum |= bits[known.find(text[0])];
    text.remove_prefix(1);
  }
  return sum;
}

// One clause, "ug=rwx" or "o-rw+x".
bool ApplyClause(std::string_view clause, uint32_t& mask) {
  constexpr uint32_t kWho[] = {0700, 0070, 0007, 0777}, kWhat[] = {0444, 0222, 0111};
  uint32_t who = TakeBits(clause, "ugoa", kWho);
  if (!who) who = 0777;
  if (clause.empty()) return false;
  while (!clause.empty()) {
    char op = clause[0];
    clause.remove_prefix(1);
    uint32_t what = TakeBits(clause, "rwx", kWhat) & who;
    if (op == '=')
      mask = (mask & ~who) | (who & ~what);
    else if (op == '+')
      mask &= ~what;
    else if (op == '-')
      mask |= what;
    else
      return false;
  }
  return true;
}

}  // namespace

std::optional<uint32_t> ParseUmask(std::string_view operand) {
  uint32_t mask = 0;
  if (operand.empty()) return std::nullopt;
  if (operand[0] >= '0' && operand[0] <= '9') {
    auto [end, error] = std::from_chars(operand.data(), operand.data() + operand.size(), mask, 8);
    bool whole = error == std::errc() && end == operand.data() + operand.size();
    return whole && mask <= 07777 ? std::optional(mask & 0777) : std::nullopt;
  }
  while (!operand.empty()) {
    std::string_view clause = operand.substr(0, operand.find(','));
    if (!ApplyClause(clause, mask)) return std::nullopt;
    if (clause.size() == operand.size()) break;
    operand.remove_prefix(clause.size() + 1);
    if (operand.empty()) return std::nullopt;
  }
  return mask;
}

}  // namespace assay
