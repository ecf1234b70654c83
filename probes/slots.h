// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "probes/event.h"
#include "probes/watcher.h"

namespace assay {

/// The places without an inode have the last slots of the array: after `count` objects come
/// mounts, sysctl, tcb.
inline constexpr uint32_t kPlaces = 3;
inline constexpr uint32_t SlotOf(ObjectId object, uint32_t count) {
  return object >= kMountsObject ? count + (object - kMountsObject) : object;
}
inline constexpr ObjectId ObjectOf(uint32_t slot, uint32_t count) {
  return slot >= count ? kMountsObject + (slot - count) : slot;
}

/// Moves a slot, as the kernel's side does: true if a doorbell is to be rung for it.
inline bool TouchSlot(SlotWire& slot) {
  uint64_t old = __atomic_fetch_add(&slot.seq, 1, __ATOMIC_SEQ_CST);
  return old == __atomic_load_n(&slot.acked, __ATOMIC_SEQ_CST);
}

inline uint64_t SlotSequence(const SlotWire& slot) {
  return __atomic_load_n(&slot.seq, __ATOMIC_SEQ_CST);
}

/// acked = q, full barrier, then compares: false if the slot was touched since q was read.
inline bool AcknowledgeSlot(SlotWire& slot, uint64_t q) {
  __atomic_store_n(&slot.acked, q, __ATOMIC_SEQ_CST);
  return __atomic_load_n(&slot.seq, __ATOMIC_SEQ_CST) == q;
}

inline bool SlotDirty(const SlotWire& slot) {
  return __atomic_load_n(&slot.seq, __ATOMIC_SEQ_CST) !=
         __atomic_load_n(&slot.acked, __ATOMIC_SEQ_CST);
}

}  // namespace assay
