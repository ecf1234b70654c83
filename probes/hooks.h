/* SPDX-License-Identifier: (Apache-2.0 OR GPL-2.0-only OR BSD-2-Clause) */
/*
 * Sites whose `struct dentry *` argument moved between kernels: `security_inode_setattr` got a user
 * namespace before it in 5.12, the LSM hook of the same name only later. User space finds the
 * position in the running kernel's BTF and hands it to the programs, by this index.
 */
#ifndef ASSAY_PROBES_HOOKS_H
#define ASSAY_PROBES_HOOKS_H

enum HookDentry {
  HOOK_SETATTR,
  HOOK_SETXATTR,
  HOOK_REMOVEXATTR,
  HOOK_SET_ACL,
  HOOK_REMOVE_ACL,
  HOOK_POST_SETATTR,
  HOOK_POST_SETXATTR,
  HOOK_POST_REMOVEXATTR,
  HOOK_POST_SET_ACL,
  HOOK_POST_REMOVE_ACL,
  HOOK_DENTRY_COUNT,
};

#endif
