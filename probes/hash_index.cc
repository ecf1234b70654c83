// SPDX-License-Identifier: Apache-2.0
#include "probes/hash_index.h"

#include <sys/random.h>

#include <bit>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace assay {

namespace {

struct SipState {
  uint64_t v0, v1, v2, v3;
  void Round() {
    v0 += v1, v1 = std::rotl(v1, 13), v1 ^= v0, v0 = std::rotl(v0, 32);
    v2 += v3, v3 = std::rotl(v3, 16), v3 ^= v2;
    v0 += v3, v3 = std::rotl(v3, 21), v3 ^= v0;
    v2 += v1, v1 = std::rotl(v1, 17), v1 ^= v2, v2 = std::rotl(v2, 32);
  }
  void Take(uint64_t word) {
    v3 ^= word;
    Round();
    Round();
    v0 ^= word;
  }
};

}  // namespace

HashIndex::HashIndex(size_t expected) : entries_(std::bit_ceil(expected * 3 / 2 + 16)) {
  if (getrandom(key_, sizeof key_, 0) != ssize_t(sizeof key_)) std::abort();
}

uint64_t HashIndex::Hash(std::string_view bytes) const {
  SipState s{key_[0] ^ 0x736f6d6570736575, key_[1] ^ 0x646f72616e646f6d,
             key_[0] ^ 0x6c7967656e657261, key_[1] ^ 0x7465646279746573};
  uint64_t last = uint64_t(bytes.size()) << 56;
  while (bytes.size() >= 8) {
    uint64_t word;
    memcpy(&word, bytes.data(), 8);
    s.Take(word);
    bytes.remove_prefix(8);
  }
  for (size_t i = 0; i < bytes.size(); i++) last |= uint64_t(uint8_t(bytes[i])) << (8 * i);
  s.Take(last);
  s.v2 ^= 0xff;
  for (int i = 0; i < 4; i++) s.Round();
  uint64_t hash = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
  return hash ? hash : 1;
}

size_t HashIndex::Slot(uint64_t hash) const {
  size_t mask = entries_.size() - 1, at = hash & mask;
  while (entries_[at].hash() != 0 && entries_[at].hash() != hash) at = (at + 1) & mask;
  return at;
}

void HashIndex::Put(uint64_t hash, uint32_t id) {
  if (used_ * 8 >= entries_.size() * 7) Grow();
  Entry& entry = entries_[Slot(hash)];
  used_ += entry.hash() == 0;
  entry = {uint32_t(hash), uint32_t(hash >> 32), id};
}

void HashIndex::Grow() {
  std::vector<Entry> old = std::exchange(entries_, std::vector<Entry>(entries_.size() * 2));
  for (const Entry& entry : old)
    if (entry.hash() != 0) entries_[Slot(entry.hash())] = entry;
}

void HashIndex::Erase(uint64_t hash) {
  size_t mask = entries_.size() - 1, at = Slot(hash);
  if (entries_[at].hash() == 0) return;
  entries_[at] = {};
  used_--;
  // Whatever was pushed past the hole by a collision must stay reachable.
  for (size_t next = (at + 1) & mask; entries_[next].hash() != 0; next = (next + 1) & mask) {
    Entry moved = std::exchange(entries_[next], Entry{});
    entries_[Slot(moved.hash())] = moved;
  }
}

std::optional<uint32_t> HashIndex::Find(uint64_t hash) const {
  const Entry& entry = entries_[Slot(hash)];
  if (entry.hash() == 0) return std::nullopt;
  return entry.id;
}

}  // namespace assay
