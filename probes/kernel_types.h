/* SPDX-License-Identifier: (Apache-2.0 OR GPL-2.0-only OR BSD-2-Clause) */
/*
 * The kernel's types as far as our BPF programs look at them. CO-RE moves every access to where the
 * running kernel has the member, so that order and gaps here mean nothing, and the build machine's
 * kernel is never asked. Constants are of include/uapi/linux/bpf.h, uapi/linux/fs.h, linux/fs.h.
 */
#ifndef ASSAY_PROBES_KERNEL_TYPES_H
#define ASSAY_PROBES_KERNEL_TYPES_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u64 __be64;
typedef __u32 __wsum;

enum {
  BPF_MAP_TYPE_HASH = 1,
  BPF_MAP_TYPE_ARRAY = 2,
  BPF_MAP_TYPE_RINGBUF = 27,
};
#define BPF_F_MMAPABLE (1U << 10)

/* Commands of bpf(2) that change what the kernel runs or knows. */
enum {
  BPF_MAP_UPDATE_ELEM = 2,
  BPF_MAP_DELETE_ELEM = 3,
  BPF_PROG_LOAD = 5,
  BPF_PROG_ATTACH = 8,
  BPF_PROG_DETACH = 9,
  BPF_RAW_TRACEPOINT_OPEN = 17,
  BPF_LINK_CREATE = 28,
  BPF_LINK_UPDATE = 29,
  BPF_LINK_DETACH = 34,
};

#define FMODE_WRITE 0x2
#define S_IFMT 0170000
#define S_IFBLK 0060000
#define PROC_SUPER_MAGIC 0x9fa0
#define FS_IOC_SETFLAGS 0x40086602
#define FS_IOC_FSSETXATTR 0x401c5820

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct super_block {
  __u32 s_dev;
  unsigned long s_magic;
};

struct inode {
  __u16 i_mode;
  unsigned long i_ino;
  __u32 i_generation;
  struct super_block* i_sb;
};

struct qstr {
  const unsigned char* name;
};

struct dentry {
  struct dentry* d_parent;
  struct qstr d_name;
  struct inode* d_inode;
};

struct path {
  struct dentry* dentry;
};

struct file {
  __u32 f_mode;
  struct path f_path;
  struct inode* f_inode;
};

struct mm_struct {
  struct file* exe_file;
};

typedef struct {
  __u32 val;
} kuid_t;

struct task_struct {
  __s32 tgid;
  __u64 start_boottime;
  struct task_struct* group_leader;
  struct task_struct* real_parent;
  struct mm_struct* mm;
  kuid_t loginuid;
};

#pragma clang attribute pop

#endif
