/* SPDX-License-Identifier: (Apache-2.0 OR GPL-2.0-only OR BSD-2-Clause) */
/*
 * The wire between kernel and user space: what the BPF programs write and the watcher reads.
 * Included by both sides. Layout rules: fixed size, zero-filled, 8-byte aligned, largest members
 * first in their group; every offset is asserted in both languages. A change of layout is a change
 * of ASSAY_WIRE_VERSION.
 */
#ifndef ASSAY_PROBES_EVENT_H
#define ASSAY_PROBES_EVENT_H

#ifndef __bpf__
#include <stddef.h>
#include <stdint.h>
typedef uint64_t wire_u64;
typedef uint32_t wire_u32;
typedef uint16_t wire_u16;
typedef uint8_t wire_u8;
#else
typedef unsigned long long wire_u64;
typedef unsigned int wire_u32;
typedef unsigned short wire_u16;
typedef unsigned char wire_u8;
#endif

#define ASSAY_WIRE_VERSION 1

/* Which object: the identity of an inode as the kernel has it. dev is s_dev (major << 20 | minor),
 * gen is i_generation, so that a reused inode number is another object. */
struct KeyWire {
  wire_u64 ino;
  wire_u32 dev;
  wire_u32 gen;
};

/* One dirty slot per object. The kernel moves seq, user space moves acked. */
struct SlotWire {
  wire_u64 seq;
  wire_u64 acked;
};

/* Values are those of assay::Channel. */
enum WireChannel {
  WIRE_CONTENT = 0,
  WIRE_ATTRIBUTES = 1,
  WIRE_NAMES = 2,
  WIRE_MOUNTS = 3,
  WIRE_SYSCTL = 4,
  WIRE_TCB = 5,
};

/* The doorbell: look at this slot again, and who made us say so. */
struct DoorbellWire {
  wire_u64 start_time; /* of the thread group's leader, CLOCK_BOOTTIME nanoseconds */
  wire_u64 cgroup;     /* id of the cgroup in the unified hierarchy */
  wire_u64 exe_ino;    /* inode of the executable, 0 for kernel threads */
  wire_u32 exe_dev;
  wire_u32 slot;
  wire_u32 pid; /* thread group id in the initial pid namespace */
  wire_u32 parent;
  wire_u32 uid;
  wire_u32 login_uid; /* 0xffffffff = not set */
  wire_u16 version;   /* ASSAY_WIRE_VERSION */
  wire_u8 channel;    /* enum WireChannel */
  wire_u8 reserved[5];
  wire_u64 reserved2;
};

#ifdef __cplusplus
#define WIRE_ASSERT(what) static_assert(what, #what)
#else
#define WIRE_ASSERT(what) _Static_assert(what, #what)
#endif
#define WIRE_AT(type, member, offset) WIRE_ASSERT(__builtin_offsetof(type, member) == offset)

WIRE_ASSERT(sizeof(struct KeyWire) == 16);
WIRE_AT(struct KeyWire, ino, 0);
WIRE_AT(struct KeyWire, dev, 8);
WIRE_AT(struct KeyWire, gen, 12);
WIRE_ASSERT(sizeof(struct SlotWire) == 16);
WIRE_AT(struct SlotWire, seq, 0);
WIRE_AT(struct SlotWire, acked, 8);
WIRE_ASSERT(sizeof(struct DoorbellWire) == 64);
WIRE_AT(struct DoorbellWire, start_time, 0);
WIRE_AT(struct DoorbellWire, cgroup, 8);
WIRE_AT(struct DoorbellWire, exe_ino, 16);
WIRE_AT(struct DoorbellWire, exe_dev, 24);
WIRE_AT(struct DoorbellWire, slot, 28);
WIRE_AT(struct DoorbellWire, pid, 32);
WIRE_AT(struct DoorbellWire, parent, 36);
WIRE_AT(struct DoorbellWire, uid, 40);
WIRE_AT(struct DoorbellWire, login_uid, 44);
WIRE_AT(struct DoorbellWire, version, 48);
WIRE_AT(struct DoorbellWire, channel, 50);
WIRE_AT(struct DoorbellWire, reserved, 51);
WIRE_AT(struct DoorbellWire, reserved2, 56);

#endif
