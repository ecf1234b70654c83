/* SPDX-License-Identifier: (Apache-2.0 OR GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the kernel runs for us: at the LSM sites where a golden object can change, find the object's
 * slot, move it, and ring once until user space has acknowledged. No paths, no strings, no verdict.
 * Every body is built twice: lsm/X, and fentry/security_X for kernels whose list of LSMs lacks bpf.
 * Nothing is filtered by our own pid: whoever injects code into us would write unseen.
 */
// clang-format off: the types come before whoever uses them
#include "probes/kernel_types.h"
// clang-format on

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "probes/event.h"
#include "probes/hooks.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Set before the load. */
const volatile __u32 mounts_slot, sysctl_slot, tcb_slot;
const volatile __u32 dentry_at[HOOK_DENTRY_COUNT]; /* index of the argument, by enum HookDentry */

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct SlotWire);
} slots SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1);
  __type(key, struct KeyWire);
  __type(value, __u32);
} keys SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} ring SEC(".maps");

/* Doorbells that found the ring full: user space sweeps when it moved. */
__u64 lost;

static __always_inline void fill_cause(struct DoorbellWire* bell) {
  struct task_struct* task = (struct task_struct*)bpf_get_current_task();
  struct inode* exe = BPF_CORE_READ(task, mm, exe_file, f_inode);
  bell->start_time = BPF_CORE_READ(task, group_leader, start_boottime);
  bell->cgroup = bpf_get_current_cgroup_id();
  bell->exe_ino = BPF_CORE_READ(exe, i_ino);
  bell->exe_dev = BPF_CORE_READ(exe, i_sb, s_dev);
  bell->pid = bpf_get_current_pid_tgid() >> 32;
  bell->parent = BPF_CORE_READ(task, real_parent, tgid);
  bell->uid = (__u32)bpf_get_current_uid_gid();
  /* Kernels without CONFIG_AUDIT have no such member. */
  bell->login_uid = bpf_core_field_exists(task->loginuid) ? BPF_CORE_READ(task, loginuid.val) : -1;
}

/* Out of line: the hot path ends before it. */
static __noinline int ring_bell(__u32 slot, __u32 channel) {
  struct DoorbellWire* bell = bpf_ringbuf_reserve(&ring, sizeof(*bell), 0);
  if (!bell) {
    __sync_fetch_and_add(&lost, 1);
    return 0;
  }
  __builtin_memset(bell, 0, sizeof(*bell));
  bell->version = ASSAY_WIRE_VERSION;
  bell->slot = slot;
  bell->channel = channel;
  fill_cause(bell);
  bpf_ringbuf_submit(bell, 0);
  return 0;
}

static __always_inline void touch(__u32 slot, __u32 channel) {
  struct SlotWire* s = bpf_map_lookup_elem(&slots, &slot);
  if (!s) return;
  __u64 old = __sync_fetch_and_add(&s->seq, 1);
  if (old == *(volatile __u64*)&s->acked) ring_bell(slot, channel);
}

static __always_inline void touch_inode(struct inode* inode, __u32 channel) {
  if (!inode) return;
  struct KeyWire key = {
      .ino = BPF_CORE_READ(inode, i_ino),
      .dev = BPF_CORE_READ(inode, i_sb, s_dev),
      .gen = BPF_CORE_READ(inode, i_generation),
  };
  __u32* slot = bpf_map_lookup_elem(&keys, &key);
  if (!slot && key.gen) {
    /* Where user space cannot ask for the generation (tmpfs) it registers 0. */
    key.gen = 0;
    slot = bpf_map_lookup_elem(&keys, &key);
  }
  if (slot) touch(*slot, channel);
}

static __always_inline void touch_dentry(struct dentry* dentry, __u32 channel) {
  touch_inode(BPF_CORE_READ(dentry, d_inode), channel);
}

/* Whether a file of procfs lies below its "sys". Whoever nests deeper than we climb counts as being
 * there: one look too many. The other files of /proc are written all day by honest programs. */
static __noinline int is_sysctl(struct file* file) {
  struct dentry* dentry = BPF_CORE_READ(file, f_path.dentry);
  char name[4] = {};
  for (int i = 0; i < 16; i++) {
    struct dentry* parent = BPF_CORE_READ(dentry, d_parent);
    if (parent == dentry) return name[0] == 's' && name[1] == 'y' && name[2] == 's' && !name[3];
    bpf_probe_read_kernel(name, sizeof(name), BPF_CORE_READ(dentry, d_name.name));
    dentry = parent;
  }
  return 1;
}

static __always_inline void touch_opened(struct file* file) {
  if (!(file->f_mode & FMODE_WRITE)) return;
  struct inode* inode = BPF_CORE_READ(file, f_inode);
  if ((BPF_CORE_READ(inode, i_mode) & S_IFMT) == S_IFBLK) {
    touch(tcb_slot, WIRE_TCB); /* the blocks below every file of the device */
  } else if (BPF_CORE_READ(inode, i_sb, s_magic) == PROC_SUPER_MAGIC) {
    if (is_sysctl(file)) touch(sysctl_slot, WIRE_SYSCTL);
  } else {
    touch_inode(inode, WIRE_CONTENT);
  }
}

static __always_inline void touch_ioctl(struct file* file, __u32 command) {
  if (command == FS_IOC_SETFLAGS || command == FS_IOC_FSSETXATTR) {
    touch_inode(BPF_CORE_READ(file, f_inode), WIRE_ATTRIBUTES);
  }
}

static __always_inline void touch_name(struct inode* directory, struct dentry* dentry) {
  touch_inode(directory, WIRE_NAMES);
  touch_dentry(dentry, WIRE_NAMES);
}

static __always_inline void touch_bpf(__u32 command) {
  switch (command) {
    case BPF_MAP_UPDATE_ELEM:
    case BPF_MAP_DELETE_ELEM:
    case BPF_PROG_LOAD:
    case BPF_PROG_ATTACH:
    case BPF_PROG_DETACH:
    case BPF_RAW_TRACEPOINT_OPEN:
    case BPF_LINK_CREATE:
    case BPF_LINK_UPDATE:
    case BPF_LINK_DETACH:
      touch(tcb_slot, WIRE_TCB);
  }
}

/* The compiler must not turn a choice of argument into an address that is computed: the verifier
 * takes no context offset but a constant one. */
#define ARGUMENT(ctx, offset)                                                  \
  ({                                                                           \
    __u64 value_;                                                              \
    asm volatile("%0 = *(u64 *)(%1 + " #offset ")" : "=r"(value_) : "r"(ctx)); \
    value_;                                                                    \
  })

static __always_inline struct dentry* dentry_of(__u64* ctx, enum HookDentry hook) {
  if (dentry_at[hook] == 0) return (struct dentry*)ARGUMENT(ctx, 0);
  return (struct dentry*)ARGUMENT(ctx, 8);
}

/* Both families of one site. */
#define SITE(hook, body)                                        \
  SEC("lsm/" #hook) int lsm_##hook(__u64* ctx) {                \
    body;                                                       \
    return 0;                                                   \
  }                                                             \
  SEC("fentry/security_" #hook) int fentry_##hook(__u64* ctx) { \
    body;                                                       \
    return 0;                                                   \
  }
#define INODE(n) ((struct inode*)ctx[n])
#define DENTRY(n) ((struct dentry*)ctx[n])
#define FILE(n) ((struct file*)ctx[n])

SITE(file_open, touch_opened(FILE(0)))
SITE(file_release, touch_opened(FILE(0)))
/* For kernels without file_release, in both families; file_free_security is too late: the inode may
 * be gone by then. */
SEC("fentry/__fput") int any_fput(__u64* ctx) {
  touch_opened(FILE(0));
  return 0;
}
SITE(file_ioctl, touch_ioctl(FILE(0), ctx[1]))

SITE(inode_setattr, touch_dentry(dentry_of(ctx, HOOK_SETATTR), WIRE_ATTRIBUTES))
SITE(inode_setxattr, touch_dentry(dentry_of(ctx, HOOK_SETXATTR), WIRE_ATTRIBUTES))
SITE(inode_removexattr, touch_dentry(dentry_of(ctx, HOOK_REMOVEXATTR), WIRE_ATTRIBUTES))
SITE(inode_set_acl, touch_dentry(dentry_of(ctx, HOOK_SET_ACL), WIRE_ATTRIBUTES))
SITE(inode_remove_acl, touch_dentry(dentry_of(ctx, HOOK_REMOVE_ACL), WIRE_ATTRIBUTES))
/* After the change: what was read between the site above and the change is looked at again. */
SITE(inode_post_setattr, touch_dentry(dentry_of(ctx, HOOK_POST_SETATTR), WIRE_ATTRIBUTES))
SITE(inode_post_setxattr, touch_dentry(dentry_of(ctx, HOOK_POST_SETXATTR), WIRE_ATTRIBUTES))
SITE(inode_post_removexattr, touch_dentry(dentry_of(ctx, HOOK_POST_REMOVEXATTR), WIRE_ATTRIBUTES))
SITE(inode_post_set_acl, touch_dentry(dentry_of(ctx, HOOK_POST_SET_ACL), WIRE_ATTRIBUTES))
SITE(inode_post_remove_acl, touch_dentry(dentry_of(ctx, HOOK_POST_REMOVE_ACL), WIRE_ATTRIBUTES))

SITE(inode_create, touch_name(INODE(0), DENTRY(1)))
SITE(inode_link, touch_dentry(DENTRY(0), WIRE_NAMES); touch_inode(INODE(1), WIRE_NAMES))
SITE(inode_unlink, touch_name(INODE(0), DENTRY(1)))
SITE(inode_symlink, touch_name(INODE(0), DENTRY(1)))
SITE(inode_mkdir, touch_name(INODE(0), DENTRY(1)))
SITE(inode_rmdir, touch_name(INODE(0), DENTRY(1)))
SITE(inode_mknod, touch_name(INODE(0), DENTRY(1)))
SITE(inode_rename, touch_name(INODE(0), DENTRY(1)); touch_name(INODE(2), DENTRY(3)))

SITE(sb_mount, touch(mounts_slot, WIRE_MOUNTS))
SITE(move_mount, touch(mounts_slot, WIRE_MOUNTS))
SITE(sb_umount, touch(mounts_slot, WIRE_MOUNTS))
SITE(sb_pivotroot, touch(mounts_slot, WIRE_MOUNTS))

SITE(kernel_read_file, touch(tcb_slot, WIRE_TCB))
SITE(kernel_load_data, touch(tcb_slot, WIRE_TCB))
SITE(bpf, touch_bpf(ctx[0]))
