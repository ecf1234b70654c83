// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <unordered_map>

#include "base/error.h"
#include "base/host_file.h"

namespace assay {

/// Where the write-ahead log beside an SQLite database holds the newest committed copy of a page.
struct SqliteWal {
  uint32_t page_size = 0;                        ///< 0: the log holds nothing
  std::unordered_map<uint32_t, uint64_t> pages;  ///< page number to the place of its bytes
};

/// The log as SQLite recovers it (sqlite.org/fileformat2.html, section 4; wal.html): frames count
/// while their salts and their running checksum are right, and up to the last commit. What follows
/// was never committed, or is left of an older log. An empty log, and one whose own header does not
/// hold, hold nothing. kInvalid: over 1,000,000 frames, or a page size that is none.
Expected<SqliteWal> ReadSqliteWal(const BytesAt& bytes);

}  // namespace assay
