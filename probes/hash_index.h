// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace assay {

/// Maps 64-bit keyed hashes of byte strings to object ids, 12 bytes an entry and no allocation per
/// object: 50,000 watched files must stay cheap. The hash is SipHash-2-4 (Aumasson, Bernstein 2012)
/// with a random key, so that nobody can craft a name that collides with a golden one.
class HashIndex {
 public:
  explicit HashIndex(size_t expected);

  uint64_t Hash(std::string_view bytes) const;  ///< never 0
  void Put(uint64_t hash, uint32_t id);
  void Erase(uint64_t hash);
  std::optional<uint32_t> Find(uint64_t hash) const;

 private:
  struct Entry {                 // in halves, for 12 bytes instead of 16
    uint32_t low = 0, high = 0;  // both 0 = free
    uint32_t id = 0;
    uint64_t hash() const { return uint64_t(high) << 32 | low; }
  };
  void Grow();
  size_t Slot(uint64_t hash) const;

  uint64_t key_[2];
  std::vector<Entry> entries_;
  size_t used_ = 0;
};

}  // namespace assay
