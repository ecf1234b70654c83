// SPDX-License-Identifier: Apache-2.0
#include "checks/harden/setting.h"

#include <vector>

#include "checks/formats/key_value.h"
#include "checks/formats/lines.h"

namespace assay {

namespace {

std::string Assignment(const Text& wanted, std::string_view value) {
  return wanted.key() + (wanted.separator() == "=" ? "=" : " ") + std::string(value);
}

std::string_view LineAt(std::string_view text, int number) {
  for (std::string_view line : LinesOf(text))
    if (--number == 0) return line;
  return {};
}

// "KEY <blanks> old" with its blanks: people aligned them.
std::string Changed(const Text& wanted, std::string_view line, std::string_view value) {
  size_t end = wanted.separator() == "=" ? line.find('=')
                                         : line.find_first_of(" \t", line.find_first_not_of(" \t"));
  if (end == line.npos) return Assignment(wanted, value);
  size_t start = line.find_first_not_of(" \t", end + 1);
  if (start == line.npos) start = end + 1;
  return std::string(line.substr(0, start)) + std::string(value);
}

// The section that the last line is in; empty: none.
std::string_view LastSection(std::string_view text) {
  std::string_view section;
  for (std::string_view line : LinesOf(text)) {
    line = Trim(line);
    if (line.starts_with('[') && line.ends_with(']')) section = line.substr(1, line.size() - 2);
  }
  return section;
}

}  // namespace

std::optional<std::string> ValueFor(const Demand& demand) {
  if (!demand.recommended().empty()) return demand.recommended();
  if (demand.values().empty() || demand.kind() == "differs") return std::nullopt;
  return demand.kind() == "within" ? demand.values(demand.values_size() - 1) : demand.values(0);
}

std::string WithLineAt(std::string_view text, int number,
                       const std::optional<std::string>& replacement) {
  std::string changed;
  int at = 0;
  for (std::string_view line : LinesOf(text)) {
    if (++at != number) {
      changed += std::string(line) + "\n";
    } else if (replacement) {
      changed += *replacement + "\n";
    }
  }
  return changed;
}

std::string WithLine(std::string text, std::string_view line) {
  for (std::string_view one : LinesOf(text))
    if (one == line) return text;
  if (text.empty()) text = kOwnFile;
  if (!text.ends_with('\n')) text += '\n';
  return text + std::string(line) + "\n";
}

std::optional<std::string> WithKey(const Text& wanted, std::string_view text,
                                   std::string_view value) {
  if (std::optional<KeyValue> found = FindKey(wanted, text, "")) {
    std::string_view line = LineAt(text, found->line);
    if (!wanted.section().empty() && line.ends_with('\\')) return std::nullopt;
    return WithLineAt(text, found->line, Changed(wanted, line, value));
  }
  std::string changed(text);
  if (!wanted.section().empty() && LastSection(text) != wanted.section())
    changed = WithLine(changed, "") + "[" + wanted.section() + "]\n";
  if (changed.empty()) changed = kOwnFile;
  if (!changed.ends_with('\n')) changed += '\n';
  return changed + Assignment(wanted, value) + "\n";
}

}  // namespace assay
