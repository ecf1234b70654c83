// SPDX-License-Identifier: Apache-2.0
// PAM: modules and their arguments by profiles of pam-auth-update, options by the modules' files.
#include <algorithm>

#include "checks/formats/glob.h"
#include "checks/formats/lines.h"
#include "checks/formats/pam_options.h"
#include "checks/harden/debian_pam.h"
#include "checks/harden/fix.h"
#include "checks/harden/fix_su.h"
#include "checks/harden/setting.h"

namespace assay {

namespace {

constexpr char kQualityConf[] = "/etc/security/pwquality.conf";
constexpr char kDictionary[] = "/var/cache/cracklib/cracklib_dict.pwd";
constexpr char kQualityOwn[] = "/etc/security/pwquality.conf.d/zz-assay.conf";

// The first line asks whether the account is locked, the last one of the block counts what all
// before it refused; the account stack resets the count.
constexpr char kFaillock[] = R"(Name: Count failed logins (assay)
Default: yes
Priority: 0
Auth-Type: Primary
Auth:
	[default=die] pam_faillock.so authfail
)";
constexpr char kFaillockFirst[] = R"(Name: Refuse accounts with too many failed logins (assay)
Default: yes
Priority: 1024
Auth-Type: Primary
Auth:
	requisite pam_faillock.so preauth
Account-Type: Primary
Account:
	required pam_faillock.so
)";
// Below pwquality's 1024 and above unix's 256. First in the block it asks for the password itself.
constexpr char kHistory[] = R"(Name: Refuse old passwords (assay)
Default: yes
Priority: 1023
Password-Type: Primary
Password:
	requisite pam_pwhistory.so remember=24 enforce_for_root try_first_pass use_authtok
Password-Initial:
	requisite pam_pwhistory.so remember=24 enforce_for_root
)";

bool IsArg(std::string_view arg, std::string_view name) {
  return arg == name || (arg.starts_with(name) && arg.substr(name.size()).starts_with('='));
}

Expected<bool> IsInstalled(Host& host, const std::string& module) {
  for (const char* directory : {"/lib/*", "/usr/lib/*", "/lib", "/usr/lib", "/lib64", "/usr/lib64"})
    for (const std::string& path :
         TRY(GlobPaths(host, std::string(directory) + "/security/" + module, 1000)))
      if (host.StatTarget(path)) return true;
  return false;
}

void AddOwn(DebianPam& pam, std::string_view id, std::string_view text) {
  pam.Add(*ParsePamProfile(id, text));
}

// Without its dictionary pam_pwquality refuses every password; of root too, once it is told so.
Expected<void> NeedDictionary(Plan& plan) {
  if (plan.host().StatTarget(kDictionary)) return {};
  plan.Install("cracklib-runtime");
  return ByHand("install cracklib-runtime first: without " + std::string(kDictionary) +
                " pam_pwquality refuses every new password");
}

bool Lacks(const Pam& wanted, const DebianPam& pam) {
  return std::ranges::any_of(
      wanted.types(), [&](const std::string& type) { return !pam.Has(type, wanted.module()); });
}

// The module into the stacks; what is there is let be.
Expected<void> BringIn(const Pam& wanted, DebianPam& pam, Plan& plan) {
  const std::string& module = wanted.module();
  if (!TRY(IsInstalled(plan.host(), module))) {
    bool quality = module == "pam_pwquality.so";
    if (quality) plan.Install("libpam-pwquality");
    return ByHand(quality ? "" : module + " is not installed");
  }
  if (module == "pam_faillock.so") {
    if (pam.Has("auth", module)) return ByHand("a profile of somebody else brings pam_faillock in");
    AddOwn(pam, "assay-faillock", kFaillock);
    AddOwn(pam, "assay-faillock-first", kFaillockFirst);
    return {};
  }
  if (module == "pam_pwhistory.so") {
    AddOwn(pam, "assay-pwhistory", kHistory);
    return {};
  }
  if (module == "pam_pwquality.so") TRY(NeedDictionary(plan));
  if (module == "pam_pwquality.so" && pam.Enable("pwquality")) return {};
  if (module == "pam_unix.so" && pam.Enable("unix")) return {};
  return ByHand("");
}

void Drop(const Pam& wanted, std::string_view name, DebianPam& pam) {
  for (const std::string& type : wanted.types())
    pam.EditArgs(type, wanted.module(), [&](std::vector<std::string>& args, bool) {
      std::erase_if(args, [&](const std::string& arg) { return IsArg(arg, name); });
    });
}

// use_authtok is for those who come after another: the first one has nothing to take.
Expected<void> SetArg(const Pam& wanted, const std::string& name, const std::string& value,
                      DebianPam& pam) {
  bool chained = name == "use_authtok";
  if (chained && pam.IsFirst("password", wanted.module()))
    return ByHand("put pam_pwquality before " + wanted.module() +
                  " first: with use_authtok the first module refuses every new password");
  std::string text = value.empty() ? name : name + "=" + value;
  for (const std::string& type : wanted.types())
    pam.EditArgs(type, wanted.module(), [&](std::vector<std::string>& args, bool initial) {
      if (chained && initial) return;
      auto at = std::ranges::find_if(args, [&](const auto& arg) { return IsArg(arg, name); });
      if (at == args.end()) return args.push_back(text);
      *at = text;
      args.erase(
          std::remove_if(at + 1, args.end(), [&](const auto& arg) { return IsArg(arg, name); }),
          args.end());
    });
  return {};
}

// The line of the option that counts; 0: none sets it.
Expected<int> LineOf(const Pam& wanted, const std::string& text, const std::string& file) {
  int line = 0;
  for (const PamOption& one : TRY(ParsePamOptions(text, file, wanted.module()))) {
    if (one.name != wanted.option()) continue;
    bool first_wins = wanted.module() == "pam_pwhistory.so";
    if (!line || !first_wins) line = one.line;
  }
  return line;
}

// pwquality.conf wins over its .d: what it sets is changed there, the rest goes into our file.
Expected<std::string> FileFor(const Pam& wanted, const Plan& plan) {
  if (wanted.conf() != kQualityConf) return wanted.conf();
  std::string text = TRY(plan.Read(kQualityConf)).value_or("");
  return TRY(LineOf(wanted, text, kQualityConf)) ? kQualityConf : kQualityOwn;
}

Expected<void> SetInFile(const Pam& wanted, const std::string& value, Plan& plan) {
  std::string file = TRY(FileFor(wanted, plan));
  std::string text = TRY(plan.Read(file)).value_or("");
  std::string line = value.empty() ? wanted.option() : wanted.option() + " = " + value;
  int number = TRY(LineOf(wanted, text, file));
  return plan.Write(file, number ? WithLineAt(text, number, line) : WithLine(text, line));
}

Expected<void> UnsetInFile(const Pam& wanted, Plan& plan) {
  std::string text = TRY(plan.Read(wanted.conf())).value_or("");
  while (int number = TRY(LineOf(wanted, text, wanted.conf())))
    text = WithLineAt(text, number, std::nullopt);
  return plan.Write(wanted.conf(), text);
}

Expected<void> FixOption(const Pam& wanted, DebianPam& pam, Plan& plan) {
  std::optional<std::string> value = wanted.has_set() ? "" : ValueFor(wanted.demand());
  if (!value || wanted.empty_group()) return ByHand("");
  bool unset = wanted.has_set() && !wanted.set();
  if (unset || !wanted.conf().empty()) Drop(wanted, wanted.option(), pam);
  if (unset && !wanted.conf().empty()) return UnsetInFile(wanted, plan);
  if (unset) return {};
  bool quality_of_root =
      wanted.module() == "pam_pwquality.so" && wanted.option() == "enforce_for_root";
  if (quality_of_root) TRY(NeedDictionary(plan));
  if (!wanted.conf().empty()) return SetInFile(wanted, *value, plan);
  return SetArg(wanted, wanted.option(), *value, pam);
}

}  // namespace

Expected<void> FixPam(const Pam& wanted, Plan& plan) {
  if (wanted.service() == "su-l" || wanted.service() == "su") return FixSu(wanted, plan);
  if (!wanted.service().empty()) return ByHand("");
  DebianPam pam = TRY(DebianPam::Load(plan));
  bool presence = wanted.without().empty() || !wanted.args().empty() || !wanted.option().empty();
  if (presence && Lacks(wanted, pam)) TRY(BringIn(wanted, pam, plan));
  for (const std::string& arg : wanted.without()) Drop(wanted, arg, pam);
  if (!wanted.option().empty()) TRY(FixOption(wanted, pam, plan));
  return pam.Save(plan);
}

}  // namespace assay
