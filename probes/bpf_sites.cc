// SPDX-License-Identifier: Apache-2.0
#include "probes/bpf_sites.h"

#include <bpf/btf.h>

namespace assay {
namespace {

constexpr BpfSite kSites[] = {
    {"file_open", Channel::kContent},
    {"file_ioctl", Channel::kAttributes},
    {"inode_setattr", Channel::kAttributes, true, HOOK_SETATTR},
    {"inode_setxattr", Channel::kAttributes, true, HOOK_SETXATTR},
    {"inode_removexattr", Channel::kAttributes, true, HOOK_REMOVEXATTR},
    // Before 6.2 an ACL came through inode_setxattr; the post sites are of 6.9.
    {"inode_set_acl", Channel::kAttributes, false, HOOK_SET_ACL},
    {"inode_remove_acl", Channel::kAttributes, false, HOOK_REMOVE_ACL},
    {"inode_post_setattr", Channel::kAttributes, false, HOOK_POST_SETATTR},
    {"inode_post_setxattr", Channel::kAttributes, false, HOOK_POST_SETXATTR},
    {"inode_post_removexattr", Channel::kAttributes, false, HOOK_POST_REMOVEXATTR},
    {"inode_post_set_acl", Channel::kAttributes, false, HOOK_POST_SET_ACL},
    {"inode_post_remove_acl", Channel::kAttributes, false, HOOK_POST_REMOVE_ACL},
    {"inode_create", Channel::kNames},
    {"inode_link", Channel::kNames},
    {"inode_unlink", Channel::kNames},
    {"inode_symlink", Channel::kNames},
    {"inode_mkdir", Channel::kNames},
    {"inode_rmdir", Channel::kNames},
    {"inode_mknod", Channel::kNames},
    {"inode_rename", Channel::kNames},
    {"sb_mount", Channel::kMounts},
    {"move_mount", Channel::kMounts},
    {"sb_umount", Channel::kMounts},
    {"sb_pivotroot", Channel::kMounts},
    {"kernel_read_file", Channel::kTcb},
    {"kernel_load_data", Channel::kTcb},
    {"bpf", Channel::kTcb},
};

const btf_type* Prototype(const btf* kernel, const std::string& function) {
  int32_t id = btf__find_by_name_kind(kernel, function.c_str(), BTF_KIND_FUNC);
  return id < 0 ? nullptr : btf__type_by_id(kernel, btf__type_by_id(kernel, id)->type);
}

bool IsDentryPointer(const btf* kernel, uint32_t id) {
  const btf_type* type = btf__type_by_id(kernel, id);
  if (!type || !btf_is_ptr(type)) return false;
  type = btf__type_by_id(kernel, type->type);
  while (type && btf_is_mod(type)) type = btf__type_by_id(kernel, type->type);
  return type && btf_is_struct(type) &&
         std::string_view(btf__name_by_offset(kernel, type->name_off)) == "dentry";
}

}  // namespace

std::span<const BpfSite> BpfSites() { return kSites; }

std::string KernelFunction(Rung family, const char* hook) {
  return std::string(family == Rung::kLsm ? "bpf_lsm_" : "security_") + hook;
}

std::string SectionOf(Rung family, const char* hook) {
  return std::string(family == Rung::kLsm ? "lsm/" : "fentry/security_") + hook;
}

bool KernelHas(const btf* kernel, const std::string& function) {
  return Prototype(kernel, function) != nullptr;
}

std::optional<uint32_t> DentryArgument(const btf* kernel, const std::string& function) {
  const btf_type* prototype = Prototype(kernel, function);
  if (!prototype) return std::nullopt;
  const btf_param* parameters = btf_params(prototype);
  for (uint32_t i = 0; i < btf_vlen(prototype); i++) {
    if (IsDentryPointer(kernel, parameters[i].type)) return i;
  }
  return std::nullopt;
}

}  // namespace assay
