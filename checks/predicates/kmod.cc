// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/drop_ins.h"
#include "checks/formats/lines.h"
#include "checks/formats/modprobe_config.h"
#include "checks/predicates/predicate.h"

namespace assay {

namespace {

enum class Presence { kAbsent, kLoadable, kBuiltIn };

// The module's name of a path in modules.dep(5) or modules.builtin: "kernel/fs/x/x.ko.xz".
std::string ModuleOf(std::string_view path) {
  path = path.substr(path.rfind('/') + 1);
  size_t suffix = path.find(".ko");
  return suffix == std::string_view::npos ? std::string() : ModuleName(path.substr(0, suffix));
}

Expected<bool> Lists(Host& host, const std::string& file, const std::string& module) {
  Expected<std::string> text = ReadText(host, file);
  if (!text && text.error().code == ErrorCode::kNotFound) return false;
  if (!text) return std::unexpected(text.error());
  for (std::string_view line : LinesOf(*text))
    if (ModuleOf(Trim(line.substr(0, line.find(':')))) == module) return true;
  return false;
}

constexpr const char* kDirectories[] = {"/usr/lib/modules", "/lib/modules"};

// The directories of all installed kernels. Where /lib is a link, each comes twice; where it is
// not, both places hold some.
Expected<std::vector<std::string>> Kernels(Host& host) {
  std::vector<std::string> kernels;
  for (const std::string directory : kDirectories) {
    Expected<std::vector<std::string>> releases = host.List(directory);
    if (!releases && releases.error().code == ErrorCode::kNotFound) continue;
    if (!releases) return std::unexpected(releases.error());
    for (const std::string& release : *releases) kernels.push_back(directory + "/" + release);
  }
  return kernels;
}

// In any kernel that is installed, not only the running one: the next boot may be another.
Expected<Presence> PresenceOf(Host& host, const std::string& module) {
  Presence presence = Presence::kAbsent;
  for (const std::string& base : TRY(Kernels(host))) {
    Expected<bool> built_in = Lists(host, base + "/modules.builtin", module);
    if (!built_in) return std::unexpected(built_in.error());
    if (*built_in) return Presence::kBuiltIn;
    Expected<bool> loadable = Lists(host, base + "/modules.dep", module);
    if (!loadable) return std::unexpected(loadable.error());
    // A kernel's modules without their index: depmod never ran, nothing can be told of them.
    if (host.Stat(base + "/kernel") && !host.Stat(base + "/modules.dep"))
      return Fail(ErrorCode::kInvalid, base + " has modules but no modules.dep", "run depmod");
    if (*loadable) presence = Presence::kLoadable;
  }
  return presence;
}

Expected<ModuleRefusal> RefusalOf(Host& host, const std::string& module, Answer& answer) {
  ModuleRefusal refusal;
  std::vector<std::string> files =
      TRY(DropIns(host,
                  {"/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d",
                   "/usr/lib/modprobe.d", "/lib/modprobe.d"},
                  ".conf"));
  for (const std::string& file : files) {
    std::string text = TRY(ReadText(host, file));
    for (const ModprobeLine& line : ParseModprobeFile(text))
      if (AddRefusal(line, module, refusal))
        answer.evidence.push_back({file, line.line, line.text, "install and blacklist"});
  }
  return refusal;
}

Expected<bool> Loaded(Host& host, const std::string& module) {
  Expected<std::string> modules = host.LoadedModules();
  // A kernel built without modules has no such file, and no module either; a /proc that is not
  // there is another matter.
  if (!modules && modules.error().code == ErrorCode::kNotFound && host.Sysctl("kernel/ostype"))
    return false;
  std::string text = TRY(std::move(modules));
  for (std::string_view line : LinesOf(text))
    if (ModuleName(line.substr(0, line.find(' '))) == module) return true;
  return false;
}

}  // namespace

Answer JudgeKmod(const Kmod& expected, Host& host) {
  std::string module = ModuleName(expected.name());
  Answer answer;
  Expected<Presence> presence = PresenceOf(host, module);
  if (!presence) return CannotTell(presence.error());
  if (*presence == Presence::kBuiltIn)
    return {
        Result::kFail, module + " is built into an installed kernel: it cannot be disabled", {}};
  if (host.live()) {
    Expected<bool> loaded = Loaded(host, module);
    if (!loaded) return CannotTell(loaded.error());
    if (*loaded)
      return {Result::kFail, module + " is loaded", {{"/proc/modules", 0, module, "not loaded"}}};
  }
  if (*presence == Presence::kAbsent)
    return {Result::kPass, "", {{"modules.dep", 0, "absent", ""}}};
  Expected<ModuleRefusal> refusal = RefusalOf(host, module, answer);
  if (!refusal) return CannotTell(refusal.error());
  answer.result = refusal->install && refusal->blacklist ? Result::kPass : Result::kFail;
  if (answer.result == Result::kFail)
    answer.reason = module + " can be loaded: modprobe.d lacks " +
                    (!refusal->install ? "'install " + module + " /bin/false'" : "") +
                    (!refusal->install && !refusal->blacklist ? " and " : "") +
                    (!refusal->blacklist ? "'blacklist " + module + "'" : "");
  return answer;
}

}  // namespace assay
