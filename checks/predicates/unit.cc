// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "checks/formats/unit_files.h"
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

using States = std::map<std::string, std::string, std::less<>>;
using File = UnitFile::State;

const Expected<States>& StatesOf(Host& host) {
  return host.Once<Expected<States>>("unit states", [](Host& h) { return h.UnitStates(); });
}

// A unit's name that is a template stands for its instances: the most active one counts.
std::string ActiveState(const States& states, const std::string& name) {
  if (auto found = states.find(name); found != states.end()) return found->second;
  std::string state = "inactive";
  if (name.contains("@."))
    for (const auto& [unit, active] : states)
      if (TemplateOf(unit) == name && state != "active") state = active;
  return state;
}

// systemctl(1), is-active: reloading is active too.
bool IsActive(std::string_view state) {
  return state == "active" || state == "reloading" || state == "refreshing";
}
// On its way: a restart is no reason to call a node drifted, nor is it proof that the service runs.
bool IsChanging(std::string_view state) { return state == "activating" || state == "deactivating"; }
bool IsAtRest(std::string_view state) { return state == "inactive" || state == "failed"; }

Answer NotAsked(const UnitFile& unit, const Error& error) {
  Result result = error.code == ErrorCode::kUnsupported ? Result::kNotChecked : Result::kError;
  return {result, "whether " + unit.name + " runs cannot be told: " + error.ToString(), {}};
}

EvidenceItem OfFile(const UnitFile& unit, const std::string& expected) {
  switch (unit.state) {
    case File::kAbsent:
      return {"units", 0, unit.name + " does not exist", expected};
    case File::kMasked:
      return {unit.path, 0, unit.name + " is masked", expected};
    case File::kPresent:
      break;
  }
  if (!unit.starts.empty()) return {unit.starts[0], 0, unit.name + " starts at boot", expected};
  if (!unit.aliases.empty()) return {unit.aliases[0], 0, unit.name + " has an alias", expected};
  return {unit.path, 0, unit.name + " is not enabled", expected};
}

EvidenceItem OfState(const UnitFile& unit, const std::string& state, const std::string& expected) {
  return {"systemd", 0, unit.name + " is " + state, expected};
}

// One of the names of "unused": pass, or what speaks against it.
Answer JudgeOneUnused(const UnitFile& unit, Host& host) {
  Answer answer{Result::kPass, "", {OfFile(unit, "not enabled")}};
  bool enabled = !unit.starts.empty() || !unit.aliases.empty();
  if (unit.state == File::kPresent && enabled)
    return {
        Result::kFail,
        unit.name + " is enabled (" + (unit.starts.empty() ? unit.aliases : unit.starts)[0] + ")",
        answer.evidence};
  if (!host.live()) return answer;
  const Expected<States>& states = StatesOf(host);
  // Without systemd no unit runs that has no file.
  if (!states && states.error().code == ErrorCode::kUnsupported && unit.state == File::kAbsent)
    return answer;
  if (!states) return NotAsked(unit, states.error());
  std::string state = ActiveState(*states, unit.name);
  answer.evidence.push_back(OfState(unit, state, "inactive"));
  if (IsAtRest(state)) return answer;
  return {Result::kFail, unit.name + " is " + state + ", though not enabled", answer.evidence};
}

// One of the alternatives of "in-use".
Answer JudgeOneInUse(const UnitFile& unit, Host& host) {
  Answer answer{Result::kFail, "", {OfFile(unit, "starts at boot")}};
  if (unit.state == File::kAbsent) answer.reason = unit.name + " does not exist";
  if (unit.state == File::kMasked) answer.reason = unit.name + " is masked (" + unit.path + ")";
  if (unit.state == File::kPresent && unit.starts.empty())
    answer.reason = unit.name + " is not enabled";
  if (!answer.reason.empty()) return answer;
  answer.result = Result::kPass;
  if (!host.live()) return answer;
  const Expected<States>& states = StatesOf(host);
  if (!states) return NotAsked(unit, states.error());
  std::string state = ActiveState(*states, unit.name);
  answer.evidence.push_back(OfState(unit, state, "active"));
  if (IsActive(state)) return answer;
  Result result = IsChanging(state) ? Result::kNotChecked : Result::kFail;
  return {result, unit.name + " starts at boot, but is " + state, answer.evidence};
}

Answer JudgeMasked(const UnitFile& unit) {
  EvidenceItem item = OfFile(unit, "masked");
  if (unit.state == File::kMasked) return {Result::kPass, "", {item}};
  return {Result::kFail, unit.name + " is not masked", {item}};
}

Answer JudgeActive(const UnitFile& unit, Host& host) {
  Answer answer{Result::kFail, "", {OfFile(unit, "active")}};
  if (unit.state == File::kAbsent) answer.reason = unit.name + " does not exist";
  if (unit.state == File::kMasked) answer.reason = unit.name + " is masked (" + unit.path + ")";
  if (!answer.reason.empty()) return answer;
  if (!host.live())
    return {Result::kNotChecked, "whether " + unit.name + " runs, only a running machine can tell",
            answer.evidence};
  const Expected<States>& states = StatesOf(host);
  if (!states) return NotAsked(unit, states.error());
  std::string state = ActiveState(*states, unit.name);
  answer.evidence.push_back(OfState(unit, state, "active"));
  answer.reason = unit.name + " is " + state;
  if (IsChanging(state)) answer.result = Result::kNotChecked;
  if (IsActive(state)) answer.result = Result::kPass, answer.reason.clear();
  return answer;
}

void Take(Answer& into, const Answer& one) {
  into.result = one.result;
  into.reason = one.reason;
}

int Weight(Result result) { return result == Result::kError ? 2 : result != Result::kPass; }

// A fail decides; else an error outweighs what was not checked, and that a pass.
Answer JudgeUnused(const Unit& expected, Host& host) {
  Answer answer{Result::kPass, "", {}};
  for (const std::string& name : expected.unused()) {
    Expected<UnitFile> unit = FindUnit(host, name);
    Answer one = unit ? JudgeOneUnused(*unit, host) : CannotTell(unit.error());
    std::ranges::copy(one.evidence, std::back_inserter(answer.evidence));
    if (one.result == Result::kFail) return Take(answer, one), answer;
    if (Weight(one.result) > Weight(answer.result)) Take(answer, one);
  }
  return answer;
}

// A pass decides. Of those that fail, one that is there says more than one that does not exist.
Answer JudgeInUse(const Unit& expected, Host& host) {
  Answer answer{Result::kFail, "", {}};
  Answer doubt{Result::kPass, "", {}};
  bool found = false;
  for (const std::string& name : expected.in_use()) {
    Expected<UnitFile> unit = FindUnit(host, name);
    Answer one = unit ? JudgeOneInUse(*unit, host) : CannotTell(unit.error());
    std::ranges::copy(one.evidence, std::back_inserter(answer.evidence));
    if (one.result == Result::kPass) return Take(answer, one), answer;
    if (one.result != Result::kFail && Weight(one.result) > Weight(doubt.result)) Take(doubt, one);
    bool exists = unit && unit->state != File::kAbsent;
    if (answer.reason.empty() || (exists && !found)) answer.reason = one.reason;
    found |= exists;
  }
  if (doubt.result != Result::kPass) Take(answer, doubt);
  return answer;
}

}  // namespace

Answer JudgeUnit(const Unit& expected, Host& host) {
  if (!expected.unused().empty()) return JudgeUnused(expected, host);
  if (!expected.in_use().empty()) return JudgeInUse(expected, host);
  const std::string& name = expected.masked().empty() ? expected.active() : expected.masked();
  if (name.empty())
    return {Result::kNotChecked, "this assay does not know what the rule wants of units", {}};
  Expected<UnitFile> unit = FindUnit(host, name);
  if (!unit) return CannotTell(unit.error());
  return expected.masked().empty() ? JudgeActive(*unit, host) : JudgeMasked(*unit);
}

}  // namespace assay
