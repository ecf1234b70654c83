// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/sqlite_wal.h"

#include <bit>
#include <utility>
#include <vector>

#include "checks/formats/big_endian.h"

namespace assay {

namespace {

constexpr size_t kHeader = 32, kFrameHeader = 24;
constexpr uint32_t kMagic = 0x377f0682;  // the lowest bit says the byte order of the checksums
constexpr size_t kMostFrames = 1'000'000;

struct Sum {
  uint32_t first = 0, second = 0;
  bool big_endian = false;

  // `bytes` is a multiple of 8 long.
  void Add(std::string_view bytes) {
    for (size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      uint32_t left = BigEndian32(bytes, at), right = BigEndian32(bytes, at + 4);
      first += (big_endian ? left : __builtin_bswap32(left)) + second;
      second += (big_endian ? right : __builtin_bswap32(right)) + first;
    }
  }
  bool Matches(std::string_view bytes, size_t at) const {
    return first == BigEndian32(bytes, at) && second == BigEndian32(bytes, at + 4);
  }
};

}  // namespace

Expected<SqliteWal> ReadSqliteWal(const BytesAt& bytes) {
  SqliteWal wal;
  std::string header = TRY(bytes(0, kHeader));
  if (header.size() < kHeader || (BigEndian32(header, 0) & ~1U) != kMagic) return wal;
  Sum sum{.big_endian = (BigEndian32(header, 0) & 1) != 0};
  sum.Add(std::string_view(header).substr(0, 24));
  if (!sum.Matches(header, 24)) return wal;
  uint32_t page_size = BigEndian32(header, 8);
  if (!std::has_single_bit(page_size) || page_size < 512 || page_size > 65536)
    return Fail(ErrorCode::kInvalid,
                "the write-ahead log has pages of " + std::to_string(page_size) + " bytes");
  std::vector<std::pair<uint32_t, uint64_t>> open;  // of the transaction that is not committed yet
  for (size_t frame = 0;; frame++) {
    if (frame == kMostFrames)
      return Fail(ErrorCode::kInvalid, "the write-ahead log has over 1,000,000 frames");
    uint64_t place = kHeader + frame * (kFrameHeader + page_size);
    std::string all = TRY(bytes(place, kFrameHeader + page_size));
    std::string_view view = all;
    if (view.size() < kFrameHeader + page_size || view.substr(8, 8) != header.substr(16, 8)) break;
    sum.Add(view.substr(0, 8));
    sum.Add(view.substr(kFrameHeader));
    if (!sum.Matches(view, 16) || BigEndian32(view, 0) == 0) break;
    open.emplace_back(BigEndian32(view, 0), place + kFrameHeader);
    if (BigEndian32(view, 4) == 0) continue;  // not the last frame of its transaction
    for (auto [page, at] : std::exchange(open, {})) wal.pages[page] = at;
    wal.page_size = page_size;
  }
  return wal;
}

}  // namespace assay
