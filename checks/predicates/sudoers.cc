// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/sudoers.h"

#include <algorithm>
#include <map>

#include "checks/formats/sudo_conf.h"
#include "checks/predicates/demand.h"
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

using Kind = SudoersDefault::Kind;
constexpr char kFile[] = "/etc/sudoers";

std::string At(const SudoersDefault& line) { return line.file + ":" + std::to_string(line.line); }

std::string Shown(const SudoersDefault& line) {
  std::string text = "Defaults";
  if (line.scope) text += line.scope + line.binding;
  text += (line.kind == Kind::kOff ? " !" : " ") + line.name;
  const char* sign = line.kind == Kind::kAdd ? "+=" : line.kind == Kind::kRemove ? "-=" : "=";
  return line.value.empty() ? text : text + sign + line.value;
}

// Minutes, maybe with a fraction, in billionths; nullopt for what sudo would refuse.
std::optional<long long> Minutes(std::string_view text) {
  bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::string digits(text.substr(0, text.find('.')));
  std::string fraction(digits.size() < text.size() ? text.substr(digits.size() + 1) : "");
  fraction.resize(9, '0');
  if (digits.size() > 9) return std::nullopt;
  std::optional<long long> number = WholeNumber("0" + digits), part = WholeNumber(fraction);
  if (!number || !part || text.contains('-')) return std::nullopt;
  long long value = *number * 1'000'000'000 + *part;
  return negative ? -value : value;
}

bool HasBounds(const Demand& demand) {
  return demand.kind().starts_with("at-") || demand.kind() == "within";
}

std::optional<bool> MeetsBounds(const Demand& demand, const std::string& value) {
  std::optional<long long> found = Minutes(value);
  if (!found) return false;
  std::vector<long long> bounds;
  for (const std::string& text : demand.values()) bounds.push_back(Minutes(text).value_or(0));
  if (demand.kind() == "at-most" && bounds.size() == 1) return *found <= bounds[0];
  if (demand.kind() == "at-least" && bounds.size() == 1) return *found >= bounds[0];
  if (bounds.size() != 2) return std::nullopt;
  return *found >= bounds[0] && *found <= bounds[1];
}

std::string Wanted(const Sudoers& expected) {
  if (!expected.has_demand()) return expected.set() ? "set" : "not set";
  return Describe(expected.demand());
}

// Off is 0 for a number, and nothing for a text.
std::optional<bool> IsAsWanted(const Sudoers& expected, bool on, const std::string& value) {
  if (!expected.has_demand()) return on == expected.set();
  std::string found = on ? value : HasBounds(expected.demand()) ? "0" : "";
  return HasBounds(expected.demand()) ? MeetsBounds(expected.demand(), found)
                                      : Meets(expected.demand(), found);
}

// What sudo refuses: it goes on as if the line were not there.
std::optional<std::string> Mistake(const SudoersDefault& line) {
  bool list_only = line.kind == Kind::kAdd || line.kind == Kind::kRemove;
  if (list_only) return At(line) + ": " + line.name + " is no list";
  bool flag = IsSudoersFlag(line.name);
  if (flag && line.kind == Kind::kSet) return At(line) + ": " + line.name + " takes no value";
  if (!flag && line.kind == Kind::kOn) return At(line) + ": " + line.name + " has no value";
  bool relative = line.name == "logfile" && line.kind == Kind::kSet && line.value[0] != '/';
  if (relative) return At(line) + ": the path of logfile does not begin with '/'";
  return std::nullopt;
}

// The lines that somebody is under: the last of each scope. Those of commands come after all
// others; of the others an earlier one is undone by a later one for everybody.
std::vector<SudoersDefault> InForce(const SudoersTree& tree, const std::string& option) {
  std::map<std::pair<char, std::string>, SudoersDefault> last;
  for (const SudoersDefault& line : tree.defaults) {
    if (line.name != option) continue;
    if (!line.scope) std::erase_if(last, [](const auto& one) { return one.first.first != '!'; });
    last.insert_or_assign({line.scope, line.binding}, line);
  }
  std::vector<SudoersDefault> lines;
  for (auto& [scope, line] : last) lines.push_back(std::move(line));
  return lines;
}

void Note(Answer& answer, bool met, const std::string& reason, EvidenceItem item) {
  answer.evidence.push_back(std::move(item));
  if (met || answer.result == Result::kFail) return;
  answer.result = Result::kFail;
  answer.reason = reason;
}

Answer JudgeDefault(const Sudoers& expected, const SudoersTree& tree) {
  for (const SudoersDefault& line : tree.defaults)
    if (line.name == expected.option())
      if (auto mistake = Mistake(line)) return CannotTell({ErrorCode::kInvalid, *mistake});
  std::vector<SudoersDefault> lines = InForce(tree, expected.option());
  std::string wanted = Wanted(expected);
  Answer answer{Result::kPass, "", {}};
  if (lines.empty() || lines.front().scope) {
    const std::string& builtin = expected.builtin();
    std::optional<bool> met = IsAsWanted(expected, !builtin.empty(), builtin);
    if (!met) return {Result::kNotChecked, "this assay does not know the rule's comparison", {}};
    std::string value =
        builtin.empty() ? expected.option() + " is not set" : builtin + " (built in)";
    Note(answer, *met,
         "no Defaults line for everybody sets " + expected.option() + ", wanted is " + wanted,
         {kFile, 0, value, wanted});
  }
  for (const SudoersDefault& line : lines) {
    std::optional<bool> met = IsAsWanted(expected, line.kind != Kind::kOff, line.value);
    if (!met) return {Result::kNotChecked, "this assay does not know the rule's comparison", {}};
    Note(answer, *met, At(line) + " says '" + Shown(line) + "', wanted is " + wanted,
         {line.file, line.line, Shown(line), wanted});
  }
  return answer;
}

Answer JudgeNever(const std::string& option, const SudoersTree& tree) {
  Answer answer{Result::kPass, "", {}};
  for (const SudoersDefault& line : tree.defaults)
    if (line.name == option && line.kind == Kind::kOff)
      Note(answer, false, At(line) + " says '" + Shown(line) + "'",
           {line.file, line.line, Shown(line), "no !" + option});
  if (answer.evidence.empty())
    answer.evidence.push_back({kFile, 0, "no !" + option, "no !" + option});
  return answer;
}

Answer JudgeTag(const std::string& tag, const SudoersTree& tree) {
  Answer answer{Result::kPass, "", {}};
  for (const SudoersTag& one : tree.tags)
    if (one.name == tag)
      Note(answer, false, one.file + ":" + std::to_string(one.line) + " has the tag " + tag,
           {one.file, one.line, one.text, "no " + tag});
  if (answer.evidence.empty()) answer.evidence.push_back({kFile, 0, "no " + tag, "no " + tag});
  return answer;
}

}  // namespace

Answer JudgeSudoers(const Sudoers& expected, Host& host) {
  using Tree = Expected<SudoersTree>;
  const Tree& tree = host.Once<Tree>(
      "sudoers", [](Host& h) -> Tree { return ReadSudoers(h, TRY(SudoersFileOf(h))); });
  if (!tree && tree.error().code == ErrorCode::kNotFound)
    return {Result::kNotApplicable, "sudo is not in use: there is no sudoers file", {}};
  if (!tree) return CannotTell(tree.error());
  if (!expected.no_tag().empty()) return JudgeTag(expected.no_tag(), *tree);
  if (expected.option().starts_with('!')) return JudgeNever(expected.option().substr(1), *tree);
  if (expected.option().empty() || (!expected.has_demand() && !expected.has_set()))
    return {Result::kNotChecked, "this assay does not know what the rule wants of sudo", {}};
  return JudgeDefault(expected, *tree);
}

}  // namespace assay
