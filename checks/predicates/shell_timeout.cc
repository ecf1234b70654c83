// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/demand.h"
#include "checks/predicates/shell_files.h"

namespace assay {

namespace {

constexpr size_t kShown = 20;
constexpr const char* kName = "TMOUT";
using Kind = ShellSetting::Kind;

// What the files do to TMOUT. A reason where one of them spoils it for certain.
struct Timeout {
  const PlacedSetting *set = nullptr, *exported = nullptr, *readonly = nullptr;
  const PlacedSetting *possible = nullptr, *unknown = nullptr;
  std::string spoilt;
};

bool Concerns(const ShellSetting& setting) {
  if (setting.kind == Kind::kEval) return setting.value.contains(kName);
  return setting.name == kName;
}

const char* NameOf(Kind kind) {
  switch (kind) {
    case Kind::kExport:
      return "export TMOUT";
    case Kind::kUnexport:
      return "export -n TMOUT";
    case Kind::kReadonly:
      return "readonly TMOUT";
    case Kind::kUnset:
      return "unset TMOUT";
    case Kind::kEval:
      return "eval";
    default:
      return "TMOUT=";
  }
}

void Assign(const PlacedSetting& one, uint32_t limit, Timeout& found) {
  const ShellSetting& setting = one.setting;
  std::optional<long long> seconds = WholeNumber(setting.value);
  if (!setting.literal) {
    found.unknown = &one;
  } else if (!seconds || *seconds < 1 || *seconds > limit) {
    found.spoilt = "TMOUT is '" + setting.value + "' (" + one.Where() + ")";
  } else if (found.readonly) {
    found.spoilt = "TMOUT is set again (" + one.Where() + ") after it was made readonly (" +
                   found.readonly->Where() + ")";
  } else {
    (setting.certain ? found.set : found.possible) = &one;
  }
}

void Add(const PlacedSetting& one, uint32_t limit, Timeout& found) {
  switch (one.setting.kind) {
    case Kind::kAssign:
      return Assign(one, limit, found);
    case Kind::kExport:
      (one.setting.certain ? found.exported : found.possible) = &one;
      return;
    case Kind::kReadonly:
      (one.setting.certain ? found.readonly : found.possible) = &one;
      return;
    case Kind::kUnset:
    case Kind::kUnexport:
      found.spoilt = std::string(NameOf(one.setting.kind)) + " (" + one.Where() + ")";
      return;
    default:
      found.unknown = &one;
  }
}

std::string Lacking(const Timeout& found) {
  if (!found.set) return "no start-up file sets TMOUT";
  if (!found.readonly) return "TMOUT is not readonly (" + found.set->Where() + ")";
  if (!found.exported) return "TMOUT is not exported (" + found.set->Where() + ")";
  return {};
}

}  // namespace

Answer JudgeTimeout(const ShellEnvironment& expected, Host& host) {
  std::vector<std::string> files(expected.files().begin(), expected.files().end());
  const Expected<std::vector<PlacedSetting>>& settings =
      ReadShellFiles(host, files.empty() ? SystemShellFiles() : files);
  if (!settings) return CannotTell(settings.error());
  std::string wanted = "at most " + std::to_string(expected.timeout()) + ", readonly, exported";
  Answer answer{Result::kPass, "", {}};
  Timeout found;
  for (const PlacedSetting& one : *settings) {
    if (!Concerns(one.setting)) continue;
    Add(one, expected.timeout(), found);
    if (answer.evidence.size() < kShown)
      answer.evidence.push_back(
          {one.file, one.setting.line,
           NameOf(one.setting.kind) +
               (one.setting.kind == Kind::kAssign ? one.setting.value : std::string()),
           wanted});
  }
  std::string lacking = found.spoilt.empty() ? Lacking(found) : found.spoilt;
  bool open = found.spoilt.empty() && (found.unknown || (!lacking.empty() && found.possible));
  if (open) {
    const PlacedSetting& where = found.unknown ? *found.unknown : *found.possible;
    answer.result = Result::kNotChecked;
    answer.reason = "TMOUT depends on a condition or on what the shell computes (" + where.Where() +
                    "), and the shell is not run";
  } else if (!lacking.empty()) {
    answer.result = Result::kFail;
    answer.reason = lacking + ", wanted is " + wanted;
  }
  return answer;
}

}  // namespace assay
