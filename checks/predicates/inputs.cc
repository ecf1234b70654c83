// SPDX-License-Identifier: Apache-2.0
#include "checks/predicates/inputs.h"

#include <algorithm>

namespace assay {

namespace {

constexpr PredicateInputs kInputs[] = {
    {"sysctl", InImage::kJudged,
     "the kernel's value, and what the next boot sets: sysctl.d of /etc, /usr/local/lib, "
     "/usr/lib, and ufw's sysctl file where ufw is enabled",
     "what the next boot sets"},
    {"inode", InImage::kJudged, "type, mode and owner of the objects; passwd and group for names",
     "the same"},
    {"text", InImage::kJudged, "the file and its drop-ins", "the same"},
    {"lines", InImage::kJudged, "the files; os-release for `<os-release:ID>`", "the same"},
    {"walk", InImage::kJudged,
     "every object of the local file systems by the mount table; passwd and group for `unowned`",
     "every object of the root's own disk"},
    {"mount", InImage::kJudged, "the mount table of process 1",
     "fstab, systemd's mount units and their drop-ins"},
    {"kmod", InImage::kJudged,
     "modules.builtin and modules.dep of each installed kernel, modprobe.d, the loaded modules",
     "the same without the loaded modules"},
    {"kmod drivers-of", InImage::kLiveOnly, "the drivers of /sys/class/net, then each as `kmod`",
     "-"},
    {"package", InImage::kJudged,
     "dpkg's status file and updates; where there is none, rpm's rpmdb.sqlite", "the same"},
    {"unit", InImage::kJudged,
     "unit files, links, masks and presets of /etc, /run and /usr/lib; states over the message bus",
     "the same without /run and without states"},
    {"unit active", InImage::kSpeaksAgainst, "as `unit`",
     "as `unit`: fails where the unit is absent or masked"},
    {"listeners", InImage::kLiveOnly, "tcp, tcp6, udp, udp6 of /proc/1/net", "-"},
    {"program", InImage::kLiveOnly, "status and exe of every process of process 1's pid namespace",
     "-"},
    {"sshd", InImage::kJudged,
     "sshd_config with what it includes; the files that `names-file` names", "the same"},
    {"pam", InImage::kJudged,
     "the stacks of pam.d with what they include, the modules' files, the options' own file",
     "the same"},
    {"sudoers", InImage::kJudged, "sudoers with what it includes", "the same"},
    {"accounts", InImage::kJudged,
     "passwd, shadow, group, gshadow, shells, login.defs, nsswitch.conf; the homes for "
     "`home-directories` and `dot-files`",
     "the same"},
    {"shell", InImage::kJudged,
     "the start-up files of bash and sh with what they source; login.defs and the PAM session "
     "stack for `umask`; the directories for `root-path`",
     "the same"},
    {"audit", InImage::kJudged,
     "audit/rules.d, audit.rules and the kernel's rules; set-id programs for "
     "`privileged-commands`; login.defs for `auid-from`",
     "the same without the kernel's rules"},
    {"audit same-as-files", InImage::kLiveOnly, "the files and the kernel's rules", "-"},
    {"firewall one-front-end", InImage::kJudged,
     "the units of ufw, nftables, netfilter-persistent and firewalld, and what each would load",
     "the same"},
    {"firewall in-use", InImage::kJudged, "the unit of the front-end, and what it would load",
     "the same"},
    {"firewall nftables", InImage::kJudged, "the kernel's ruleset",
     "nftables.conf with what it includes"},
    {"firewall nftables persisted", InImage::kJudged, "nftables.conf with what it includes",
     "the same"},
    {"firewall nftables no-xtables", InImage::kLiveOnly, "the kernel's tables of both kinds", "-"},
    {"firewall ufw", InImage::kJudged,
     "ufw.conf, default/ufw and the .rules files; the kernel's ruleset for `enabled`",
     "the same without the kernel's"},
    {"firewall ufw open-ports", InImage::kSpeaksAgainst,
     "the listening sockets, and the ruleset of ufw's files",
     "ufw's files: fails where ufw is not set up"},
    {"firewall iptables", InImage::kJudged, "the kernel's ruleset, and rules.v4 or rules.v6",
     "rules.v4 or rules.v6"},
    {"firewall iptables open-ports", InImage::kLiveOnly,
     "the listening sockets and the kernel's ruleset", "-"},
    {"boot parameter", InImage::kJudged,
     "the running command line; grub.cfg, custom.cfg, grubenv and loader entries",
     "the same without the running one"},
    {"boot password", InImage::kJudged, "grub.cfg, user.cfg, custom.cfg", "the same"},
    {"security-module apparmor-loaded", InImage::kSpeaksAgainst,
     "the kernel's profiles and the label of every process; flags and links of apparmor.d",
     "apparmor.d: fails where a profile will not be loaded as wanted"},
    {"security-module apparmor-enforcing", InImage::kSpeaksAgainst,
     "the kernel's profiles and the label of every process; flags and links of apparmor.d",
     "apparmor.d: fails where a profile will not be loaded as wanted"},
    {"security-module", InImage::kJudged, "/sys/fs/selinux and selinux/config", "selinux/config"},
    {"security-module selinux-confined", InImage::kLiveOnly,
     "/sys/fs/selinux and the label of every process", "-"},
    {"dconf", InImage::kJudged,
     "the profile, the keyfiles, locks and compiled databases that it names", "the same"},
    {"absent", InImage::kJudged, "the paths; passwd for the homes that `~` stands for", "the same"},
    {"secrets", InImage::kJudged, "all files below the directories, up to 4 MiB each", "the same"},
};

// The parts that a combinator joins; empty for a predicate.
std::vector<const Expectation*> PartsOf(const Expectation& of) {
  std::vector<const Expectation*> parts;
  for (const Expectation& part : of.all().parts()) parts.push_back(&part);
  for (const Expectation& part : of.any().parts()) parts.push_back(&part);
  if (of.has_negated()) parts.push_back(&of.negated());
  if (of.has_manual()) parts.push_back(&of.manual());
  return parts;
}

InImage InImageOf(const Expectation& predicate) {
  if (predicate.listeners().static_not_applicable() || predicate.program().static_not_applicable())
    return InImage::kLeftToOthers;
  const PredicateInputs* inputs = InputsOf(predicate);
  return inputs ? inputs->in_image : InImage::kLiveOnly;
}

void AddOnce(std::vector<std::string>& names, const std::string& name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(name);
}

void Gather(const Expectation& of, RuleInputs& into, std::vector<InImage>& seen) {
  std::vector<const Expectation*> parts = PartsOf(of);
  for (const Expectation* part : parts) Gather(*part, into, seen);
  if (!parts.empty()) return;
  std::string name = PredicateName(of);
  InImage in_image = InImageOf(of);
  AddOnce(into.predicates, name);
  if (in_image != InImage::kJudged) AddOnce(into.live_only, name);
  if (in_image != InImage::kLeftToOthers) seen.push_back(in_image);
}

}  // namespace

std::span<const PredicateInputs> AllPredicateInputs() { return kInputs; }

const PredicateInputs* InputsOf(const Expectation& predicate) {
  // The row of the whole name, else of the longest beginning of it.
  for (std::string name = PredicateName(predicate); !name.empty();) {
    auto row = std::ranges::find(kInputs, std::string_view(name), &PredicateInputs::name);
    if (row != std::end(kInputs)) return row;
    size_t space = name.rfind(' ');
    name.resize(space == std::string::npos ? 0 : space);
  }
  return nullptr;
}

RuleInputs InputsOfRule(const Rule& rule) {
  RuleInputs inputs;
  std::vector<InImage> seen;
  inputs.manual = rule.expect().has_manual();
  Gather(rule.expect(), inputs, seen);
  RuleInputs condition;
  if (rule.has_applicable_if()) Gather(rule.applicable_if(), condition, seen);
  inputs.condition = condition.predicates;
  auto all = [&seen](InImage one) {
    return std::ranges::all_of(seen, [one](InImage is) { return is == one; });
  };
  if (seen.empty() || all(InImage::kLiveOnly))
    inputs.in_image = InImage::kLiveOnly;
  else if (!all(InImage::kJudged))
    inputs.in_image = InImage::kSpeaksAgainst;
  return inputs;
}

std::string_view WhereJudged(InImage in_image) {
  switch (in_image) {
    case InImage::kJudged:
      return "live and image";
    case InImage::kSpeaksAgainst:
      return "live; image in part";
    case InImage::kLiveOnly:
    case InImage::kLeftToOthers:
      return "live only";
  }
  return "live only";
}

}  // namespace assay
