// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "checks/formats/sqlite_wal.h"

namespace assay {

/// One column of a row: where its bytes lie in the row, and their serial type (fileformat2.html,
/// section 2.1): 0 NULL, 1..6 integers, 8 and 9 the integers 0 and 1, 12 and above even a blob, odd
/// a text.
struct SqliteColumn {
  uint64_t type = 0, offset = 0, size = 0;
};

/// The rows of the tables of an SQLite 3 database file (sqlite.org/fileformat2.html), read page by
/// page, the newest committed state: with what its write-ahead log holds. Nothing is kept but the
/// page that is being read. Only whole tables can be walked; there is no SQL. All errors of form
/// are kInvalid; a row is at most 256 MiB, and no page is read more often than a sound file needs.
class SqliteFile {
 public:
  class Row;
  using Visit = std::function<Expected<void>(Row&)>;

  /// `wal` may be empty: there is none. Both are used until the SqliteFile is gone.
  static Expected<SqliteFile> Open(BytesAt file, BytesAt wal);

  /// Every row of an ordinary table, in the order of their numbers. kInvalid if there is none of
  /// this name, or it is WITHOUT ROWID.
  Expected<void> Walk(std::string_view table, const Visit& visit);

  /// One row while it is visited.
  class Row {
   public:
    /// Its columns; kInvalid also if they claim more than the row has.
    Expected<std::vector<SqliteColumn>> Columns();
    /// The first `size` bytes of a column, or all of it.
    Expected<std::string> Start(const SqliteColumn& column, size_t size);

   private:
    friend class SqliteFile;
    Row(SqliteFile& file, uint64_t size, std::string local, uint32_t overflow)
        : file_(file), size_(size), bytes_(std::move(local)), overflow_(overflow) {}
    Expected<void> ReadUntil(uint64_t end);

    SqliteFile& file_;
    uint64_t size_;
    std::string bytes_;  // from the start of the row, as far as it was read
    uint32_t overflow_;  // the page that goes on, 0: none
  };

 private:
  SqliteFile(BytesAt file, BytesAt wal_bytes, SqliteWal wal)
      : file_(std::move(file)), wal_bytes_(std::move(wal_bytes)), wal_(std::move(wal)) {}
  Expected<std::string> Page(uint32_t number);
  Expected<uint32_t> RootOf(std::string_view table);
  Expected<void> WalkPage(uint32_t number, int depth, const Visit& visit);
  Expected<void> VisitCell(std::string_view page, size_t at, const Visit& visit);

  BytesAt file_, wal_bytes_;
  SqliteWal wal_;
  uint32_t page_size_ = 0, usable_ = 0;
  uint64_t pages_left_ = 0;
};

}  // namespace assay
