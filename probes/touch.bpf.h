/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Maps, and what every hook does: move the slot of an object and ring if it was clean.
 * No paths, no strings, no copies of user memory: an identity and who.
 */
#ifndef ASSAY_PROBES_TOUCH_BPF_H
#define ASSAY_PROBES_TOUCH_BPF_H

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 1); /* set before load */
  __type(key, __u32);
  __type(value, struct SlotWire);
} slots SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1); /* set before load */
  __type(key, struct KeyWire);
  __type(value, __u32);
} keys SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096); /* set before load */
} ring SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u64);
} lost SEC(".maps");

/* Slots of the places without an inode; set before load. */
const volatile __u32 mounts_slot = 0;
const volatile __u32 sysctl_slot = 0;
const volatile __u32 tcb_slot = 0;

static __always_inline void count_lost(void) {
  __u32 zero = 0;
  __u64 *count = bpf_map_lookup_elem(&lost, &zero);
  if (count) __sync_fetch_and_add(count, 1);
}

static __always_inline void fill_who(struct DoorbellWire *bell) {
  struct task_struct *task = bpf_get_current_task_btf();
  bell->start_time = task->group_leader->start_boottime;
  bell->pid = task->tgid;
  bell->parent = task->real_parent->tgid;
  bell->uid = task->cred->uid.val;
  bell->login_uid = task->loginuid.val;
  bell->cgroup = bpf_get_current_cgroup_id();
  /* Kernel threads have no mm; reads through a null pointer of the kernel's give zero. */
  bell->exe_ino = task->mm->exe_file->f_inode->i_ino;
  bell->exe_dev = task->mm->exe_file->f_inode->i_sb->s_dev;
}

static __always_inline void ring_for(__u32 slot, __u8 channel) {
  struct DoorbellWire *bell = bpf_ringbuf_reserve(&ring, sizeof(*bell), 0);
  if (!bell) {
    count_lost();
    return;
  }
  __builtin_memset(bell, 0, sizeof(*bell));
  bell->version = ASSAY_WIRE_VERSION;
  bell->channel = channel;
  bell->slot = slot;
  fill_who(bell);
  bpf_ringbuf_submit(bell, 0);
}

/*
 * Full atomic fetch-and-add, then a read of acked: against user space's "write acked, barrier, read
 * seq" one of the two always sees the other (notes, section 6).
 */
static __always_inline void touch_slot(__u32 slot, __u8 channel) {
  struct SlotWire *s = bpf_map_lookup_elem(&slots, &slot);
  if (!s) return;
  __u64 old = __sync_fetch_and_add(&s->seq, 1);
  if (old == *(volatile __u64 *)&s->acked) ring_for(slot, channel);
}

/* The object of an inode, if it is watched. File systems that tell user space no generation are
 * registered with zero. */
static __always_inline void touch_inode(struct inode *inode, __u8 channel) {
  if (!inode) return;
  struct KeyWire key = {};
  key.ino = inode->i_ino;
  key.dev = inode->i_sb->s_dev;
  key.gen = inode->i_generation;
  __u32 *slot = bpf_map_lookup_elem(&keys, &key);
  if (!slot && key.gen) {
    key.gen = 0;
    slot = bpf_map_lookup_elem(&keys, &key);
  }
  if (slot) touch_slot(*slot, channel);
}

static __always_inline void touch_dentry(struct dentry *dentry, __u8 channel) {
  if (dentry) touch_inode(dentry->d_inode, channel);
}

#endif
