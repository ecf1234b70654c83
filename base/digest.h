// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

struct evp_md_ctx_st;

namespace assay {

/// A SHA-256 digest (FIPS 180-4), 32 raw bytes.
using Digest = std::array<uint8_t, 32>;

/// Incremental SHA-256 over OpenSSL EVP. One object can hash many messages, one after another:
/// Final() leaves it ready for the next. Not for use by two threads at once.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  Sha256& Update(std::span<const uint8_t> bytes);
  Sha256& Update(std::string_view bytes);
  /// `length` as 8 bytes big-endian, then the bytes: an unambiguous concatenation of fields.
  Sha256& UpdateField(std::string_view bytes);
  Digest Final();

 private:
  void Begin();
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

Digest Sha256Of(std::string_view bytes);

/// SHA-256 of what remains to be read from `fd`, reading at most `limit` bytes; more is kInvalid.
/// `buffer` is the caller's scratch space (128 KiB is a good size).
Expected<Digest> Sha256OfFd(int fd, uint64_t limit, std::span<uint8_t> buffer, Sha256& hash);

/// Lower-case hexadecimal of any bytes.
std::string Hex(std::span<const uint8_t> bytes);
std::string Hex(std::string_view bytes);
/// The inverse; kInvalid unless an even number of hexadecimal digits. Empty is allowed.
Expected<std::string> FromHex(std::string_view hex);

inline std::string_view AsBytes(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
/// kInvalid unless exactly 32 bytes.
Expected<Digest> DigestFrom(std::string_view bytes);

}  // namespace assay
