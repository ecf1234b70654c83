// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/fd.h"

namespace assay {

/// The bytes of a ledger file, read. Format: attest/README.md.
struct LedgerImage {
  enum class State {
    kWhole,
    kTorn,     ///< what follows `good_bytes` is a record that was cut short by a crash
    kDamaged,  ///< what follows it is not what a crash leaves, or this is no ledger at all
  };
  State state = State::kWhole;
  std::vector<std::string> records;  ///< those that are whole, up to the first that is not
  size_t good_bytes = 0;
};

/// Never fails: any bytes are some state of a ledger. Pure.
LedgerImage ParseLedger(std::string_view bytes);
/// The header of the file, and one record in its frame.
std::string LedgerHeader();
std::string LedgerFrame(std::string_view record);

inline constexpr size_t kMaxLedgerFile = 48 << 20;

/// The ledger on disk: "ledger" in a directory, "ledger.lock" beside it, and what was set aside as
/// "ledger.1" (the latest) to "ledger.3". One writer at a time, held by the lock.
class LedgerFile {
 public:
  /// kUnavailable when another process has the ledger, kNotFound without the directory.
  static Expected<LedgerFile> Lock(const std::string& directory);

  /// An absent file reads as an empty, whole image without good bytes.
  Expected<LedgerImage> Read() const;
  /// Replaces the file with these records, atomically.
  Expected<void> Replace(std::span<const std::string> records);
  /// Cuts off what is behind the good bytes and goes on from there.
  Expected<void> GoOn(const LedgerImage& image);
  /// Writes behind the last good record, and fsyncs. Not all of them or none: after a failure none.
  /// kInvalid before Replace() or GoOn() have succeeded.
  Expected<void> Append(std::span<const std::string> records);
  /// Renames the file out of the way; after that there is none.
  Expected<void> SetAside();
  bool open() const { return bool(fd_); }

 private:
  std::string Path(std::string_view suffix = "") const {
    return directory_ + "/ledger" + std::string(suffix);
  }
  std::string directory_;
  Fd lock_, fd_;
  size_t size_ = 0;
};

}  // namespace assay
