// SPDX-License-Identifier: Apache-2.0
#include "checks/formats/sqlite_table.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "checks/formats/big_endian.h"

namespace assay {

namespace {

constexpr size_t kFileHeader = 100;
constexpr uint64_t kLargestRow = 256 << 20;
constexpr size_t kMostColumns = 2000;  // SQLite's own limit
constexpr int kDeepest = 20;
constexpr uint32_t kMostPages = 1 << 20;
constexpr uint8_t kInterior = 5, kLeaf = 13;

std::unexpected<Error> Broken(const std::string& what) {
  return Fail(ErrorCode::kInvalid, "the SQLite database is damaged: " + what);
}

// A varint (section 1.6) at `at`, which moves behind it.
std::optional<uint64_t> Varint(std::string_view bytes, size_t& at) {
  uint64_t value = 0;
  for (int i = 0; i < 9 && at < bytes.size(); i++) {
    uint8_t byte = uint8_t(bytes[at++]);
    if (i == 8) return value << 8 | byte;
    value = value << 7 | (byte & 0x7f);
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

uint64_t SizeOf(uint64_t type) {
  constexpr uint64_t kSizes[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
  return type < 12 ? kSizes[type] : (type - 12) / 2;
}

// How much of a row of `size` bytes lies in a leaf's cell (section 1.6).
uint64_t LocalSize(uint64_t size, uint32_t usable) {
  uint64_t most = usable - 35;
  if (size <= most) return size;
  uint64_t least = (usable - 12) * 32 / 255 - 23;
  uint64_t local = least + (size - least) % (usable - 4);
  return local <= most ? local : least;
}

}  // namespace

Expected<SqliteFile> SqliteFile::Open(BytesAt file, BytesAt wal) {
  SqliteWal log = wal ? TRY(ReadSqliteWal(wal)) : SqliteWal{};
  SqliteFile opened(std::move(file), std::move(wal), std::move(log));
  std::string header;
  if (auto first = opened.wal_.pages.find(1); first != opened.wal_.pages.end())
    header = TRY(opened.wal_bytes_(first->second, kFileHeader));
  else
    header = TRY(opened.file_(0, kFileHeader));
  if (header.size() < kFileHeader || !header.starts_with(std::string_view("SQLite format 3\0", 16)))
    return Fail(ErrorCode::kInvalid, "not an SQLite 3 database");
  uint32_t size = uint32_t(BigEndian(header, 16, 2));
  opened.page_size_ = size == 1 ? 65536 : size;
  if (!std::has_single_bit(opened.page_size_) || opened.page_size_ < 512)
    return Broken("pages of " + std::to_string(size) + " bytes");
  if (opened.wal_.page_size != 0 && opened.wal_.page_size != opened.page_size_)
    return Broken("its write-ahead log has pages of another size");
  opened.usable_ = opened.page_size_ - uint8_t(header[20]);
  if (opened.usable_ < 480) return Broken("too little of each page is used");
  if (BigEndian32(header, 56) != 1) return Broken("its texts are not UTF-8");
  // Each page is read once for its table, and at most twice more by rows that go on in it.
  opened.pages_left_ = uint64_t(std::min(BigEndian32(header, 28), kMostPages)) * 3 + 1000;
  return opened;
}

Expected<std::string> SqliteFile::Page(uint32_t number) {
  if (number == 0) return Broken("a reference to page 0");
  if (pages_left_ == 0) return Broken("its pages refer to each other without end");
  pages_left_--;
  auto newer = wal_.pages.find(number);
  std::string page = newer == wal_.pages.end()
                         ? TRY(file_(uint64_t(number - 1) * page_size_, page_size_))
                         : TRY(wal_bytes_(newer->second, page_size_));
  if (page.size() != page_size_)
    return Broken("page " + std::to_string(number) + " is behind its end");
  return page;
}

Expected<void> SqliteFile::Walk(std::string_view table, const Visit& visit) {
  uint32_t root = TRY(RootOf(table));
  return WalkPage(root, 0, visit);
}

// The first table is that of all tables: type, name, name of its table, root page, SQL.
Expected<uint32_t> SqliteFile::RootOf(std::string_view table) {
  uint32_t root = 0;
  auto look = [&](Row& row) -> Expected<void> {
    std::vector<SqliteColumn> columns = TRY(row.Columns());
    if (columns.size() < 4) return Broken("its list of tables has too few columns");
    if (TRY(row.Start(columns[0], 16)) != "table") return {};
    if (TRY(row.Start(columns[1], table.size() + 1)) != table) return {};
    if (columns[3].type < 1 || columns[3].type > 6) return Broken("a table without a root page");
    std::string number = TRY(row.Start(columns[3], 8));
    root = uint32_t(BigEndian(number, 0, number.size()));
    return {};
  };
  TRY(WalkPage(1, 0, look));
  if (root == 0)
    return Fail(ErrorCode::kInvalid,
                "the SQLite database has no table '" + std::string(table) + "'");
  return root;
}

Expected<void> SqliteFile::WalkPage(uint32_t number, int depth, const Visit& visit) {
  if (depth > kDeepest) return Broken("its tree is too deep");
  std::string page = TRY(Page(number));
  size_t header = number == 1 ? kFileHeader : 0;
  uint8_t kind = uint8_t(page[header]);
  if (kind != kInterior && kind != kLeaf)
    return Broken("page " + std::to_string(number) + " is none of a table");
  size_t count = BigEndian(page, header + 3, 2), cells = header + (kind == kLeaf ? 8 : 12);
  if (cells + 2 * count > usable_)
    return Broken("page " + std::to_string(number) + " has too many cells");
  for (size_t i = 0; i < count; i++) {
    size_t at = BigEndian(page, cells + 2 * i, 2);
    if (at + 4 > usable_) return Broken("a cell behind the end of its page");
    if (kind == kLeaf)
      TRY(VisitCell(page, at, visit));
    else
      TRY(WalkPage(BigEndian32(page, at), depth + 1, visit));
  }
  if (kind == kInterior) TRY(WalkPage(BigEndian32(page, header + 8), depth + 1, visit));
  return {};
}

Expected<void> SqliteFile::VisitCell(std::string_view page, size_t at, const Visit& visit) {
  std::string_view usable = page.substr(0, usable_);
  std::optional<uint64_t> size = Varint(usable, at), number = Varint(usable, at);
  if (!size || !number || *size > kLargestRow) return Broken("a row of no sound size");
  uint64_t local = LocalSize(*size, usable_);
  bool goes_on = local < *size;
  if (at + local + (goes_on ? 4 : 0) > usable.size())
    return Broken("a row behind the end of its page");
  Row row(*this, *size, std::string(usable.substr(at, local)),
          goes_on ? BigEndian32(usable, at + local) : 0);
  return visit(row);
}

Expected<void> SqliteFile::Row::ReadUntil(uint64_t end) {
  while (bytes_.size() < std::min(end, size_)) {
    std::string page = TRY(file_.Page(overflow_));
    overflow_ = BigEndian32(page, 0);
    uint64_t missing = size_ - bytes_.size();
    bytes_.append(page, 4, std::min<uint64_t>(missing, file_.usable_ - 4));
  }
  return {};
}

Expected<std::vector<SqliteColumn>> SqliteFile::Row::Columns() {
  TRY(ReadUntil(9));
  size_t at = 0;
  std::optional<uint64_t> header = Varint(bytes_, at);
  if (!header || *header < at || *header > size_) return Broken("a row without a header");
  TRY(ReadUntil(*header));
  std::string_view types = std::string_view(bytes_).substr(0, *header);
  std::vector<SqliteColumn> columns;
  uint64_t place = *header;
  while (at < types.size()) {
    std::optional<uint64_t> type = Varint(types, at);
    if (!type || SizeOf(*type) > size_ - place || columns.size() == kMostColumns)
      return Broken("a row that claims more than it has");
    columns.push_back({*type, place, SizeOf(*type)});
    place += SizeOf(*type);
  }
  return columns;
}

Expected<std::string> SqliteFile::Row::Start(const SqliteColumn& column, size_t size) {
  uint64_t wanted = std::min<uint64_t>(size, column.size);
  TRY(ReadUntil(column.offset + wanted));
  return bytes_.substr(column.offset, wanted);
}

}  // namespace assay
