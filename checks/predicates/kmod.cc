// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "checks/formats/drop_ins.h"
#include "checks/formats/lines.h"
#include "checks/formats/modprobe_config.h"
#include "checks/predicates/predicate.h"
#include "checks/predicates/wireless.h"

namespace assay {

namespace {

enum class Presence { kNoKernel, kAbsent, kLoadable, kBuiltIn };

// The module's name of a path in modules.dep(5) or modules.builtin: "kernel/fs/x/x.ko.xz".
std::string ModuleOf(std::string_view path) {
  path = path.substr(path.rfind('/') + 1);
  size_t suffix = path.find(".ko");
  return suffix == std::string_view::npos ? std::string() : ModuleName(path.substr(0, suffix));
}

constexpr const char* kDirectories[] = {"/usr/lib/modules", "/lib/modules"};

// The names in modules.dep or modules.builtin, sorted; none where there is no such file.
using Names = Expected<std::vector<std::string>>;

struct Kernel {
  std::string directory;
  Names built_in, loadable;
  bool unindexed = false;  // has modules but no modules.dep: depmod never ran

  // A directory that a removed kernel left behind has nothing to be loaded from.
  bool IsInstalled() const {
    return !built_in || !loadable || !built_in->empty() || !loadable->empty();
  }
};

Names NamesIn(Host& host, const std::string& file) {
  Expected<std::string> text = ReadText(host, file);
  if (!text && text.error().code == ErrorCode::kNotFound) return std::vector<std::string>();
  if (!text) return std::unexpected(text.error());
  std::vector<std::string> names;
  int number = 0;
  for (std::string_view line : LinesOf(*text)) {
    number++;
    if (Trim(line).empty()) continue;
    std::string name = ModuleOf(Trim(line.substr(0, line.find(':'))));
    // What depmod did not write does not say which modules there are not.
    if (name.empty())
      return Fail(ErrorCode::kInvalid, file + ":" + std::to_string(number) + " names no module",
                  "run depmod");
    names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

Kernel ReadKernel(Host& host, const std::string& directory) {
  Kernel kernel{directory, NamesIn(host, directory + "/modules.builtin"),
                NamesIn(host, directory + "/modules.dep"), false};
  Expected<Metadata> modules = host.StatTarget(directory + "/kernel");
  if (!modules && modules.error().code != ErrorCode::kNotFound)
    kernel.loadable = std::unexpected(modules.error());
  kernel.unindexed = modules && !host.StatTarget(directory + "/modules.dep");
  return kernel;
}

// All kernels that are installed. Where /lib is a link both directories are one, which is read
// once; where it is not, both may hold some.
Expected<std::vector<Kernel>> ReadKernels(Host& host) {
  std::vector<Kernel> kernels;
  std::set<std::pair<uint64_t, uint64_t>> seen;
  for (const std::string directory : kDirectories) {
    Expected<std::vector<std::string>> releases = host.List(directory);
    if (!releases && releases.error().code == ErrorCode::kNotFound) continue;
    if (!releases) return std::unexpected(releases.error());
    Metadata same = TRY(host.StatTarget(directory));
    uint64_t device = uint64_t(same.device_major) << 32 | same.device_minor;
    if (!seen.emplace(device, same.inode).second) continue;
    for (const std::string& release : *releases)
      kernels.push_back(ReadKernel(host, directory + "/" + release));
  }
  return kernels;
}

const Expected<std::vector<Kernel>>& KernelsOf(Host& host) {
  return host.Once<Expected<std::vector<Kernel>>>("installed kernels", ReadKernels);
}

bool Has(const std::vector<std::string>& names, const std::string& module) {
  return std::ranges::binary_search(names, module);
}

// In any kernel that is installed, not only the running one: the next boot may be another.
Expected<Presence> PresenceOf(Host& host, const std::string& module) {
  const Expected<std::vector<Kernel>>& kernels = KernelsOf(host);
  if (!kernels) return std::unexpected(kernels.error());
  Presence presence = Presence::kNoKernel;
  for (const Kernel& kernel : *kernels) {
    if (kernel.IsInstalled() && presence == Presence::kNoKernel) presence = Presence::kAbsent;
    if (!kernel.built_in) return std::unexpected(kernel.built_in.error());
    if (Has(*kernel.built_in, module)) return Presence::kBuiltIn;
    if (!kernel.loadable) return std::unexpected(kernel.loadable.error());
    if (kernel.unindexed)
      return Fail(ErrorCode::kInvalid, kernel.directory + " has modules but no modules.dep",
                  "run depmod");
    if (Has(*kernel.loadable, module)) presence = Presence::kLoadable;
  }
  return presence;
}

struct ModprobeFile {
  std::string path;
  std::vector<ModprobeLine> lines;
};

// conf_files_filter_out() of libkmod 30.
Expected<std::vector<ModprobeFile>> ReadModprobeFiles(Host& host) {
  std::vector<std::string> paths =
      TRY(DropIns(host,
                  {"/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d",
                   "/usr/lib/modprobe.d", "/lib/modprobe.d"},
                  std::vector<std::string_view>{".conf", ".alias"}));
  std::vector<ModprobeFile> files;
  for (std::string& path : WithoutHidden(std::move(paths))) {
    std::string text = TRY(ReadText(host, path));
    files.push_back({std::move(path), ParseModprobeFile(text)});
  }
  return files;
}

Expected<ModuleRefusal> RefusalOf(Host& host, const std::string& module, Answer& answer) {
  const auto& files =
      host.Once<Expected<std::vector<ModprobeFile>>>("modprobe.d", ReadModprobeFiles);
  if (!files) return std::unexpected(files.error());
  ModuleRefusal refusal;
  for (const ModprobeFile& file : *files)
    for (const ModprobeLine& line : file.lines) {
      bool commanded = refusal.command;
      if (AddRefusal(line, module, refusal) || commanded != refusal.command)
        answer.evidence.push_back({file.path, line.line, line.text, "install and blacklist"});
    }
  return refusal;
}

// The loaded modules, sorted.
Names ReadLoaded(Host& host) {
  Expected<std::string> modules = host.LoadedModules();
  // A kernel built without modules has no such file, and no module either; a /proc that is not
  // there is another matter.
  if (!modules && modules.error().code == ErrorCode::kNotFound && host.Sysctl("kernel/ostype"))
    return std::vector<std::string>();
  std::string text = TRY(std::move(modules));
  std::vector<std::string> names;
  for (std::string_view line : LinesOf(text))
    names.push_back(ModuleName(line.substr(0, line.find(' '))));
  std::ranges::sort(names);
  return names;
}

Expected<bool> Loaded(Host& host, const std::string& module) {
  const Names& names = host.Once<Names>("loaded modules", ReadLoaded);
  if (!names) return std::unexpected(names.error());
  return Has(*names, module);
}

// One module that no kernel may use.
Answer JudgeModule(const std::string& module, Host& host) {
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
  bool refused = refusal->install && refusal->blacklist;
  if (!refused && *presence == Presence::kNoKernel)
    return {Result::kNotApplicable, "no kernel with modules is installed here", {}};
  answer.result = refused ? Result::kPass : Result::kFail;
  if (answer.result == Result::kFail)
    answer.reason = module + " can be loaded: modprobe.d lacks " +
                    (!refusal->install ? "'install " + module + " /bin/false'" : "") +
                    (refusal->command && !refusal->install ? " as the first 'install' of it" : "") +
                    (!refusal->install && !refusal->blacklist ? " and " : "") +
                    (!refusal->blacklist ? "'blacklist " + module + "'" : "");
  return answer;
}

Answer JudgeWireless(Host& host) {
  if (!host.live())
    return {Result::kNotChecked,
            "which network interfaces there are only a running machine can tell (static)",
            {}};
  Expected<std::vector<WirelessInterface>> interfaces = FindWireless(host);
  if (!interfaces) return CannotTell(interfaces.error());
  Answer answer{Result::kPass, "", {}};
  if (interfaces->empty()) answer.evidence = {{"/sys/class/net", 0, "no wireless interface", ""}};
  for (const WirelessInterface& one : *interfaces) {
    std::string module = ModuleName(one.module);
    Answer judged = module.empty() ? Answer{Result::kFail, "its driver is built in", {}}
                                   : JudgeModule(module, host);
    answer.evidence.push_back({"/sys/class/net/" + one.name, 0,
                               "wireless, driver " + (module.empty() ? "built in" : module),
                               "no wireless interface"});
    std::ranges::move(judged.evidence, std::back_inserter(answer.evidence));
    if (judged.result == Result::kPass || answer.result != Result::kPass) continue;
    answer.result = judged.result;
    answer.reason = "there is the wireless interface " + one.name + ": " + judged.reason;
  }
  return answer;
}

}  // namespace

Answer JudgeKmod(const Kmod& expected, Host& host) {
  if (expected.drivers_of().empty()) return JudgeModule(ModuleName(expected.name()), host);
  if (expected.drivers_of() == "wireless") return JudgeWireless(host);
  return {Result::kNotChecked, "this assay does not know drivers of " + expected.drivers_of(), {}};
}

}  // namespace assay
