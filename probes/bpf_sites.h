// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/types.h>

#include <optional>
#include <span>
#include <string>

#include "probes/hooks.h"
#include "probes/watcher.h"

struct btf;

namespace assay {

/// One LSM site that has a program in each family (file.bpf.c): lsm_HOOK and fentry_HOOK.
struct BpfSite {
  const char* hook;
  Channel channel;
  bool required = true;  ///< without it the channel is reported missing; others are extra looks
  int dentry = -1;       ///< enum HookDentry where the argument's position varies
};
std::span<const BpfSite> BpfSites();

/// The kernel function behind a site: "bpf_lsm_HOOK" or "security_HOOK".
std::string KernelFunction(Rung family, const char* hook);
/// "lsm/HOOK" or "fentry/security_HOOK", as people know it.
std::string SectionOf(Rung family, const char* hook);

bool KernelHas(const btf* kernel, const std::string& function);
/// Which argument of `function` is a `struct dentry *`; nothing if none is, or no such function.
std::optional<uint32_t> DentryArgument(const btf* kernel, const std::string& function);

}  // namespace assay
