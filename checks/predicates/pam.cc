// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "checks/formats/pam_paths.h"
#include "checks/formats/pam_stack.h"
#include "checks/predicates/pam_option.h"
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

// pam_unix compares no more than the letters of its own word: "nullok_secure" is nullok.
bool HasArg(const PamEntry& entry, std::string_view arg) {
  bool by_prefix = PamModuleName(entry.statement.target) == "pam_unix.so";
  return std::ranges::any_of(entry.statement.args, [&](const std::string& one) {
    return one == arg || (by_prefix && one.starts_with(arg)) ||
           (one.starts_with(arg) && one.substr(arg.size()).starts_with('='));
  });
}

bool IsOf(const PamEntry& entry, std::string_view module) {
  return !entry.marks_substack && PamModuleName(entry.statement.target) == module;
}

std::optional<size_t> FirstOf(const PamStack& stack, std::string_view module) {
  for (size_t i = 0; i < stack.size(); i++)
    if (IsOf(stack[i], module)) return i;
  return std::nullopt;
}

std::string Shown(const PamEntry& entry) {
  const PamStatement& line = entry.statement;
  std::string control = line.text.contains('=') ? "[" + line.text + "]" : line.text;
  std::string text = line.type + " " + control + " " + line.target;
  for (const std::string& arg : entry.statement.args) text += " " + arg;
  return text;
}

EvidenceItem Evidence(const PamEntry& entry, std::string wanted) {
  return {entry.file, entry.statement.line, Shown(entry), std::move(wanted)};
}

std::string At(const PamEntry& entry) {
  return entry.file + ":" + std::to_string(entry.statement.line);
}

std::string Wanted(const Pam& expected) {
  std::string text = expected.module();
  for (const std::string& arg : expected.args()) text += " " + arg;
  if (!expected.before().empty()) text += ", before " + expected.before();
  if (!expected.after().empty()) text += ", after " + expected.after();
  if (expected.role() == "gate") text += ", on every way to access";
  if (expected.role() == "sees-failures") text += ", wherever that one fails";
  for (const std::string& arg : expected.without()) text += ", without " + arg;
  return text;
}

// Why this entry is not the wanted one; empty if it is.
std::string Complaint(const Pam& expected, const PamStack& stack, size_t at) {
  const PamEntry& entry = stack[at];
  for (const std::string& arg : expected.args())
    if (!HasArg(entry, arg)) return At(entry) + " lacks " + arg;
  for (bool before : {true, false}) {
    const std::string& other = before ? expected.before() : expected.after();
    if (other.empty()) continue;
    std::optional<size_t> place = FirstOf(stack, other);
    if (!place) return other + " is not in the stack";
    if (before ? at > *place : at < *place)
      return At(entry) + " stands " + (before ? "after " : "before ") + other;
  }
  PamReach reach = ReachOf(stack, at, expected.after());
  if (!reach.can_run) return At(entry) + " never runs: the lines before it leave it out";
  if (expected.role() == "gate" && !reach.is_gate)
    return At(entry) + " does not decide: there is a way to access past it";
  if (expected.role() == "sees-failures" && !reach.sees_failures)
    return At(entry) + " does not run wherever " + expected.after() + " fails";
  return "";
}

bool WantsPresence(const Pam& expected) {
  return expected.without().empty() || !expected.args().empty() || !expected.role().empty() ||
         !expected.before().empty() || !expected.after().empty();
}

std::optional<std::string> Forbidden(const Pam& expected, const PamEntry& entry) {
  for (const std::string& arg : expected.without())
    if (HasArg(entry, arg)) return At(entry) + " has " + arg;
  return std::nullopt;
}

// The modules of a stack: which there must be, and what none of them may be told.
Answer JudgeEntries(const Pam& expected, const PamStack& stack, const std::string& name) {
  Answer answer{Result::kFail, "", {}};
  bool found = false;
  for (size_t at = 0; at < stack.size(); at++) {
    if (!IsOf(stack[at], expected.module())) continue;
    answer.evidence.push_back(Evidence(stack[at], Wanted(expected)));
    if (std::optional<std::string> forbidden = Forbidden(expected, stack[at]))
      return {Result::kFail, *forbidden, answer.evidence};
    if (found) continue;
    // What must only not be told to a module is not told where the module never runs.
    std::string complaint = WantsPresence(expected) ? Complaint(expected, stack, at) : "";
    found = complaint.empty();
    answer.reason = complaint;
  }
  if (answer.evidence.empty()) {
    answer.reason = name + " has no " + expected.module();
    found = !WantsPresence(expected);
  }
  if (found) return {Result::kPass, "", answer.evidence};
  return answer;
}

Answer JudgeStack(const Pam& expected, const PamStack& stack, const std::string& name, Host& host) {
  Answer answer = JudgeEntries(expected, stack, name);
  if (expected.option().empty() || answer.result != Result::kPass) return answer;
  answer.evidence.clear();
  for (size_t at = 0; at < stack.size() && answer.result == Result::kPass; at++) {
    const PamEntry& entry = stack[at];
    if (!IsOf(entry, expected.module()) || !ReachOf(stack, at, "").can_run) continue;
    bool chosen = std::ranges::all_of(expected.args(),
                                      [&](const std::string& arg) { return HasArg(entry, arg); });
    if (!chosen) continue;
    Answer one = JudgePamOption(expected, entry, host);
    answer.result = one.result;
    answer.reason = one.reason;
    for (EvidenceItem& item : one.evidence) answer.evidence.push_back(std::move(item));
  }
  return answer;
}

// A service without a file, or without a line of this type, is under `other` (pam.conf(5)).
Expected<PamStack> StackOf(Host& host, const std::string& service, const std::string& type) {
  Expected<PamStack> own = ReadPamStack(host, service, type);
  bool absent = !own && own.error().code == ErrorCode::kNotFound;
  if (!absent && (!own || !own->empty())) return own;
  return ReadPamStack(host, "other", type);
}

Answer JudgeType(const Pam& expected, const std::string& type, Host& host) {
  std::vector<std::string> services = {expected.service()};
  if (expected.service().empty()) {
    Expected<std::vector<std::string>> shared = SharedPamServices(host, type);
    if (!shared && shared.error().code == ErrorCode::kNotFound)
      return {Result::kFail, shared.error().text, {}};
    if (!shared) return CannotTell(shared.error());
    services = *shared;
  }
  Answer answer{Result::kPass, "", {}};
  for (const std::string& service : services) {
    Expected<PamStack> stack = StackOf(host, service, type);
    if (!stack && stack.error().code == ErrorCode::kNotFound)
      return {Result::kFail, "/etc/pam.d has neither " + service + " nor other", {}};
    if (!stack) return CannotTell(stack.error());
    Answer one = JudgeStack(expected, *stack, "the " + type + " stack of " + service, host);
    for (EvidenceItem& item : one.evidence) answer.evidence.push_back(std::move(item));
    answer.result = one.result;
    answer.reason = one.reason;
    if (one.result != Result::kPass) return answer;
  }
  return answer;
}

bool KnowsRole(const Pam& expected) {
  const std::string& role = expected.role();
  return role.empty() || role == "gate" || role == "sees-failures";
}

}  // namespace

Answer JudgePam(const Pam& expected, Host& host) {
  if (!KnowsRole(expected) || expected.module().empty() || expected.types().empty())
    return {Result::kNotChecked, "this assay does not know what the rule wants of PAM", {}};
  Expected<Metadata> directory = host.StatTarget("/etc/pam.d");
  if (!directory && directory.error().code == ErrorCode::kNotFound)
    return {Result::kNotApplicable, "PAM is not in use: there is no /etc/pam.d", {}};
  Answer answer{Result::kPass, "", {}};
  for (const std::string& type : expected.types()) {
    Answer one = JudgeType(expected, type, host);
    for (EvidenceItem& item : one.evidence) answer.evidence.push_back(std::move(item));
    answer.result = one.result;
    answer.reason = one.reason;
    if (one.result != Result::kPass) return answer;
  }
  return answer;
}

}  // namespace assay
