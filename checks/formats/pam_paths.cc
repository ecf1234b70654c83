// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/pam_paths.h"

#include <algorithm>
#include <cstdint>

namespace assay {

namespace {

using Kind = PamAction::Kind;
enum Impression { kUndefined, kPositive, kNegative };

// How a way through the stack stands: few enough to be the bits of one word.
struct State {
  int impression = kUndefined;
  bool passed = false;          // the entry ran and did not refuse
  bool watched_failed = false;  // the watched module failed
  bool seen = false;            // and the entry ran after that
  uint32_t Bit() const { return 1u << (impression * 8 + passed * 4 + watched_failed * 2 + seen); }
  static State Of(int bit) { return {bit / 8, (bit & 4) != 0, (bit & 2) != 0, (bit & 1) != 0}; }
};
constexpr int kStates = 24;

enum class Outcome { kSuccess, kNewToken, kIgnore, kFailure };

struct Step {
  Outcome outcome;
  PamAction action;
};

bool HasArg(const PamStatement& statement, std::string_view arg) {
  return std::ranges::find(statement.args, arg) != statement.args.end();
}

bool AlwaysFails(const PamStatement& module) {
  std::string_view name = PamModuleName(module.target);
  return name == "pam_deny.so" || name == "pam_rootok.so" ||
         (name == "pam_usertype.so" && HasArg(module, "issystem"));
}

bool AlwaysSucceeds(const PamStatement& module) {
  std::string_view name = PamModuleName(module.target);
  bool elsewhere = std::ranges::any_of(
      module.args, [](const std::string& arg) { return arg.starts_with("file="); });
  return name == "pam_permit.so" || (name == "pam_localuser.so" && !elsewhere) ||
         (name == "pam_usertype.so" && HasArg(module, "isregular"));
}

std::vector<Step> StepsOf(const PamStatement& module) {
  std::vector<Step> steps;
  if (!AlwaysFails(module)) {
    steps.push_back({Outcome::kSuccess, module.control.success});
    if (AlwaysSucceeds(module)) return steps;
    steps.push_back({Outcome::kIgnore, module.control.ignore});
    // Only pam_sm_acct_mgmt answers that a new password is needed.
    if (module.type == "account")
      steps.push_back({Outcome::kNewToken, module.control.new_authtok_reqd});
  }
  for (const PamAction& action : module.control.failures)
    steps.push_back({Outcome::kFailure, action});
  return steps;
}

// The last entry of a jump over `count` modules from `from`; `count` is what is left over.
size_t JumpFrom(const PamStack& stack, size_t from, int& count) {
  int level = stack[from].level;
  size_t at = from;
  while (at + 1 < stack.size() && stack[at + 1].level >= level && count > 0) {
    do at++;
    while (at + 1 < stack.size() && stack[at + 1].level > level);
    count--;
  }
  return at;
}

size_t EndOfSubstack(const PamStack& stack, size_t from) {
  size_t at = from;
  while (at + 1 < stack.size() && stack[at + 1].level >= stack[from].level) at++;
  return at;
}

// What one step makes of a state; returns the entry that comes next.
size_t Follow(const PamStack& stack, size_t at, PamAction action, State& state) {
  bool decided = false;
  switch (action.kind) {
    case Kind::kOk:
    case Kind::kDone:
      if (state.impression == kUndefined) state.impression = kPositive;
      decided = action.kind == Kind::kDone && state.impression == kPositive;
      break;
    case Kind::kBad:
    case Kind::kDie:
      state.impression = kNegative;
      decided = action.kind == Kind::kDie;
      break;
    case Kind::kReset:
      state.impression = kUndefined;
      break;
    case Kind::kIgnore:
      break;
    case Kind::kJump: {
      int left = action.jump;
      at = JumpFrom(stack, at, left);
      if (left > 0) state.impression = kNegative;  // beyond the end: "bad jump in stack"
    }
  }
  return (decided ? EndOfSubstack(stack, at) : at) + 1;
}

void Note(State& state, Outcome outcome, bool is_entry, bool is_watched) {
  if (is_entry && state.watched_failed) state.seen = true;
  if (is_entry) state.passed = outcome != Outcome::kFailure;
  if (is_watched && outcome == Outcome::kFailure) state.watched_failed = true;
}

// A reset in a substack brings back what was before it, which a State does not hold: any of them.
std::vector<State> StatesAfter(State state, PamAction action, int level) {
  if (action.kind != Kind::kReset || level == 0) return {state};
  std::vector<State> states;
  for (int impression : {kUndefined, kPositive, kNegative}) {
    state.impression = impression;
    states.push_back(state);
  }
  return states;
}

// For every place, and for the end, the states that ways come there with, as bits.
std::vector<uint32_t> AllWays(const PamStack& stack, size_t entry, std::string_view watched) {
  std::vector<uint32_t> ways(stack.size() + 1, 0);
  ways[0] = State{}.Bit();
  for (size_t at = 0; at < stack.size(); at++) {
    if (stack[at].marks_substack) {
      ways[at + 1] |= ways[at];
      continue;
    }
    const PamStatement& module = stack[at].statement;
    bool is_watched = PamModuleName(module.target) == watched;
    for (const Step& step : StepsOf(module)) {
      for (int bit = 0; bit < kStates; bit++) {
        if (!(ways[at] & (1u << bit))) continue;
        State state = State::Of(bit);
        Note(state, step.outcome, at == entry, is_watched);
        size_t next = Follow(stack, at, step.action, state);
        for (const State& after : StatesAfter(state, step.action, stack[at].level))
          ways[next] |= after.Bit();
      }
    }
  }
  return ways;
}

}  // namespace

PamReach ReachOf(const PamStack& stack, size_t entry, std::string_view watched) {
  std::vector<uint32_t> ways = AllWays(stack, entry, watched);
  PamReach reach;
  reach.can_run = entry < stack.size() && ways[entry] != 0;
  bool passed_by = false, seen = false, unseen = false;
  for (int bit = 0; bit < kStates; bit++) {
    if (!(ways.back() & (1u << bit))) continue;
    State state = State::Of(bit);
    if (state.impression == kPositive) {
      passed_by |= !state.passed;
    } else if (state.watched_failed) {
      (state.seen ? seen : unseen) = true;
    }
  }
  reach.is_gate = reach.can_run && !passed_by;
  reach.sees_failures = seen && !unseen;
  return reach;
}

}  // namespace assay
