// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/debian_version.h"
#include "checks/formats/dpkg.h"
#include "checks/formats/installed_packages.h"
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

EvidenceItem Item(const std::string& value, const std::string& expected) {
  return {std::string(kDpkgStatus), 0, value, expected};
}

std::string Described(const PackageObject& package) {
  return package.name() + " " + package.version() + " (" + package.status() + ")";
}

void Miss(Answer& answer, const std::string& reason) {
  answer.reason += (answer.reason.empty() ? "" : "; ") + reason;
  answer.result = Result::kFail;
}

Expected<bool> OldEnough(const PackageObject& package, const std::string& wanted) {
  std::optional<DebianVersion> has = ParseDebianVersion(package.version());
  std::optional<DebianVersion> least = ParseDebianVersion(wanted);
  if (!has || !least)
    return Fail(ErrorCode::kInvalid, "'" + (has ? wanted : package.version()) + "' (package " +
                                         package.name() + ") is no Debian version");
  return Compare(*has, *least) >= 0;
}

// Of several architectures one has to be installed, and none of them may be too old.
Expected<void> WantInstalled(const Package& expected, const std::string& name,
                             const InstalledPackages& packages, Answer& answer) {
  std::string wanted =
      expected.at_least().empty() ? "installed" : "at least " + expected.at_least();
  bool any = false;
  for (const PackageObject* package : packages.Find(name)) {
    PackageState state = TRY(StateOf(*package));
    answer.evidence.push_back(Item(Described(*package), wanted));
    if (state != PackageState::kInstalled) continue;
    any = true;
    if (!expected.at_least().empty() && !TRY(OldEnough(*package, expected.at_least())))
      Miss(answer,
           "package " + name + " has version " + package->version() + ", wanted is " + wanted);
  }
  if (packages.Find(name).empty()) answer.evidence.push_back(Item("no package " + name, wanted));
  if (!any) Miss(answer, "package " + name + " is not installed");
  return {};
}

Expected<void> WantAbsent(const std::string& name, const InstalledPackages& packages,
                          Answer& answer) {
  bool any = false;
  for (const PackageObject* package : packages.Find(name)) {
    if (TRY(StateOf(*package)) == PackageState::kAbsent) continue;
    any = true;
    answer.evidence.push_back(Item(Described(*package), "absent"));
  }
  if (any) Miss(answer, "package " + name + " is installed");
  if (!any) answer.evidence.push_back(Item(name + " is not installed", "absent"));
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
