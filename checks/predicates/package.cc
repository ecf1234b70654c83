// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/debian_version.h"
#include "checks/formats/installed_packages.h"
#include "checks/formats/rpm_version.h"
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

std::string Described(const PackageObject& package) {
  return package.name() + " " + package.version() + " (" + package.status() + ")";
}

void Miss(Answer& answer, const std::string& reason) {
  answer.reason += (answer.reason.empty() ? "" : "; ") + reason;
  answer.result = Result::kFail;
}

template <typename Version>
Expected<bool> NewEnough(std::optional<Version> has, std::optional<Version> least,
                         const PackageObject& package, const std::string& wanted) {
  if (!has || !least)
    return Fail(ErrorCode::kInvalid, "'" + (has ? wanted : package.version()) + "' (package " +
                                         package.name() + ") is no version of " +
                                         (IsRpm(package) ? "rpm" : "Debian"));
  return Compare(*has, *least) >= 0;
}

Expected<bool> NewEnough(const PackageObject& package, const std::string& wanted) {
  if (IsRpm(package))
    return NewEnough(ParseRpmVersion(package.version()), ParseRpmVersion(wanted), package, wanted);
  return NewEnough(ParseDebianVersion(package.version()), ParseDebianVersion(wanted), package,
                   wanted);
}

// Of several architectures one has to be installed, and none of them may be too old.
Expected<void> WantInstalled(const Package& expected, const std::string& name,
                             const InstalledPackages& packages, Answer& answer) {
  std::string wanted =
      expected.at_least().empty() ? "installed" : "at least " + expected.at_least();
  bool any = false;
  for (const PackageObject* package : packages.Find(name)) {
    PackageState state = TRY(StateOf(*package));
    answer.evidence.push_back({packages.sources(), 0, Described(*package), wanted});
    if (state != PackageState::kInstalled) continue;
    any = true;
    if (!expected.at_least().empty() && !TRY(NewEnough(*package, expected.at_least())))
      Miss(answer,
           "package " + name + " has version " + package->version() + ", wanted is " + wanted);
  }
  if (packages.Find(name).empty())
    answer.evidence.push_back({packages.sources(), 0, "no package " + name, wanted});
  if (!any) Miss(answer, "package " + name + " is not installed");
  return {};
}

Expected<void> WantAbsent(const std::string& name, const InstalledPackages& packages,
                          Answer& answer) {
  bool any = false;
  for (const PackageObject* package : packages.Find(name)) {
    if (TRY(StateOf(*package)) == PackageState::kAbsent) continue;
    any = true;
    answer.evidence.push_back({packages.sources(), 0, Described(*package), "absent"});
  }
  if (any) Miss(answer, "package " + name + " is installed");
  if (!any)
    answer.evidence.push_back({packages.sources(), 0, name + " is not installed", "absent"});
  return {};
}

}  // namespace

Answer JudgePackage(const Package& expected, Host& host) {
  if (expected.installed().empty() && expected.absent().empty())
    return {Result::kNotChecked, "this assay does not know what the rule wants of packages", {}};
  const Expected<InstalledPackages>& packages = InstalledPackagesOf(host);
  if (!packages && packages.error().code == ErrorCode::kUnsupported)
    return {Result::kNotChecked, packages.error().ToString(), {}};
  if (!packages) return CannotTell(packages.error());
  Answer answer{Result::kPass, "", {}};
  for (const std::string& name : expected.installed())
    if (auto told = WantInstalled(expected, name, *packages, answer); !told)
      return CannotTell(told.error());
  for (const std::string& name : expected.absent())
    if (auto told = WantAbsent(name, *packages, answer); !told) return CannotTell(told.error());
  return answer;
}

}  // namespace assay
