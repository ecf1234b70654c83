// SPDX-License-Identifier: Apache-2.0
#include "attest/ledger_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "attest/evidence_form.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/wire.h"

namespace assay {

namespace {

constexpr std::string_view kMagic = "ASSAYLDG";
constexpr uint32_t kVersion = 1;
constexpr size_t kFrameHeader = 16, kCheck = 8;
constexpr int kKept = 3;

void PutLe32(std::string& out, uint32_t value) {
  for (int i = 0; i < 4; i++) out += char(value >> (8 * i));
}

std::string Check(std::string_view record) {
  Digest digest = Sha256().UpdateField("assay/ledger/frame/v1").UpdateField(record).Final();
  return std::string(AsBytes(digest).substr(0, kCheck));
}

bool AllZero(std::string_view bytes) { return bytes.find_first_not_of('\0') == bytes.npos; }

enum class Frame { kGood, kTorn, kDamaged };

// A crash cuts the last frame short, or leaves zeros where its blocks were not yet written.
Frame ReadFrame(std::string_view rest, std::string& record) {
  if (AllZero(rest)) return Frame::kTorn;
  if (rest.size() < kFrameHeader) return Frame::kTorn;
  WireReader in(rest);
  uint32_t length = in.Le32().value_or(0), inverse = in.Le32().value_or(0);
  if (length != ~inverse || length == 0 || length > kMaxRecord) return Frame::kDamaged;
  std::string_view check = in.Bytes(kCheck).value_or("");
  if (in.left() < length) return Frame::kTorn;
  std::string_view bytes = in.Bytes(length).value_or("");
  if (check == Check(bytes)) return record.assign(bytes), Frame::kGood;
  return AllZero(rest.substr(in.offset())) ? Frame::kTorn : Frame::kDamaged;
}

Error Unavailable(Error error) {
  error.code = ErrorCode::kUnavailable;
  return error;
}

}  // namespace

std::string LedgerHeader() {
  std::string header(kMagic);
  PutLe32(header, kVersion);
  PutLe32(header, ~kVersion);
  return header;
}

std::string LedgerFrame(std::string_view record) {
  std::string frame;
  PutLe32(frame, uint32_t(record.size()));
  PutLe32(frame, ~uint32_t(record.size()));
  return frame.append(Check(record)).append(record);
}

LedgerImage ParseLedger(std::string_view bytes) {
  LedgerImage image;
  std::string header = LedgerHeader();
  if (!bytes.starts_with(header)) {
    bool begun = header.starts_with(bytes) || AllZero(bytes);
    image.state = begun ? LedgerImage::State::kTorn : LedgerImage::State::kDamaged;
    return image;
  }
  image.good_bytes = header.size();
  while (image.good_bytes < bytes.size()) {
    std::string record;
    Frame frame = ReadFrame(bytes.substr(image.good_bytes), record);
    if (frame != Frame::kGood) {
      image.state =
          frame == Frame::kTorn ? LedgerImage::State::kTorn : LedgerImage::State::kDamaged;
      break;
    }
    image.good_bytes += kFrameHeader + record.size();
    image.records.push_back(std::move(record));
  }
  return image;
}

Expected<LedgerFile> LedgerFile::Lock(const std::string& directory) {
  LedgerFile file;
  file.directory_ = directory;
  std::string path = file.Path(".lock");
  file.lock_.Reset(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  // A read-only or full disk must not cost us the ledger; its directory must be there, though.
  if (!file.lock_ && (errno == ENOENT || errno == ENOTDIR || errno == EACCES))
    return FailErrno(errno, "opening '" + path + "'");
  if (file.lock_ && flock(file.lock_.get(), LOCK_EX | LOCK_NB))
    return Fail(ErrorCode::kUnavailable, "the ledger in '" + directory + "' is in use",
                "is another assayd running?");
  return file;
}

Expected<LedgerImage> LedgerFile::Read() const {
  Expected<std::string> bytes = ReadFile(Path(), kMaxLedgerFile);
  if (bytes) return ParseLedger(*bytes);
  if (bytes.error().code == ErrorCode::kNotFound) return LedgerImage{};
  if (bytes.error().code != ErrorCode::kInvalid) return std::unexpected(bytes.error());
  return LedgerImage{.state = LedgerImage::State::kDamaged};  // too large, or not a file
}

Expected<void> LedgerFile::Replace(std::span<const std::string> records) {
  std::string bytes = LedgerHeader();
  for (const std::string& record : records) bytes += LedgerFrame(record);
  fd_.Reset();
  Expected<void> written = WriteFileAtomically(Path(), bytes, 0600);
  if (!written) return std::unexpected(Unavailable(written.error()));
  return GoOn({.good_bytes = bytes.size()});
}

Expected<void> LedgerFile::GoOn(const LedgerImage& image) {
  Fd fd(::open(Path().c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd) return std::unexpected(Unavailable(ErrnoError(errno, "opening '" + Path() + "'")));
  if (ftruncate(fd.get(), off_t(image.good_bytes)) || fsync(fd.get()))
    return std::unexpected(Unavailable(ErrnoError(errno, "cutting '" + Path() + "'")));
  fd_ = std::move(fd);
  size_ = image.good_bytes;
  return {};
}

Expected<void> LedgerFile::Append(std::span<const std::string> records) {
  if (!fd_) return Fail(ErrorCode::kInvalid, "the ledger file is not open");
  std::string bytes;
  for (const std::string& record : records) bytes += LedgerFrame(record);
  if (size_ + bytes.size() > kMaxLedgerFile)
    return Fail(ErrorCode::kUnavailable, "'" + Path() + "' is full");
  Expected<void> written;
  if (lseek(fd_.get(), off_t(size_), SEEK_SET) < 0) written = FailErrno(errno, "seeking");
  if (written) written = WriteAll(fd_.get(), bytes, "'" + Path() + "'");
  if (written && fdatasync(fd_.get())) written = FailErrno(errno, "fsync of '" + Path() + "'");
  if (written) {
    size_ += bytes.size();
    return {};
  }
  // Part of it may be there. What cannot be cut off now is overwritten by the next attempt, or cut
  // off as a torn tail by the next reader.
  (void)!ftruncate(fd_.get(), off_t(size_));
  return std::unexpected(Unavailable(written.error()));
}

Expected<void> LedgerFile::SetAside() {
  fd_.Reset();
  for (int i = kKept; i > 0; i--) {
    std::string from = Path(i > 1 ? "." + std::to_string(i - 1) : "");
    std::string to = Path("." + std::to_string(i));
    if (rename(from.c_str(), to.c_str()) && errno != ENOENT)
      return FailErrno(errno, "setting aside '" + from + "'");
  }
  return {};
}

}  // namespace assay
