// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"

#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace assay {

namespace {

// Fetched once: EVP_sha256() would look the algorithm up again at every EVP_DigestInit_ex.
const EVP_MD* Algorithm() {
  static EVP_MD* const md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return md;
}

// SHA-256 over memory cannot fail unless OpenSSL is broken or out of memory; going on with a
// wrong digest would be worse than stopping.
void Check(int ok) {
  if (ok != 1) std::abort();
}

int Nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  if (!context_) std::abort();
  Begin();
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::Begin() { Check(EVP_DigestInit_ex2(context_.get(), Algorithm(), nullptr)); }

Sha256& Sha256::Update(std::span<const uint8_t> bytes) {
  Check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
  return *this;
}

Sha256& Sha256::Update(std::string_view bytes) {
  Check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
  return *this;
}

Sha256& Sha256::UpdateField(std::string_view bytes) {
  uint8_t length[8];
  for (int i = 0; i < 8; i++) length[i] = uint8_t(uint64_t(bytes.size()) >> (56 - 8 * i));
  return Update(std::span<const uint8_t>(length)).Update(bytes);
}

Digest Sha256::Final() {
  Digest digest;
  Check(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr));
  Begin();
  return digest;
}

Digest Sha256Of(std::string_view bytes) { return Sha256().Update(bytes).Final(); }

Expected<Digest> Sha256OfFd(int fd, uint64_t limit, std::span<uint8_t> buffer, Sha256& hash) {
  uint64_t total = 0;
  for (;;) {
    ssize_t n = read(fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    int err = errno;
    if (n == 0) return hash.Final();
    total += n > 0 ? uint64_t(n) : 0;
    if (n < 0 || total > limit) {
      (void)hash.Final();
      if (n < 0) return FailErrno(err, "reading");
      return Fail(ErrorCode::kInvalid, "larger than " + std::to_string(limit) + " bytes");
    }
    hash.Update(std::span<const uint8_t>(buffer.data(), size_t(n)));
  }
}

std::string Hex(std::span<const uint8_t> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

std::string Hex(std::string_view bytes) {
  return Hex(std::span(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()));
}

Expected<std::string> FromHex(std::string_view hex) {
  if (hex.size() % 2) return Fail(ErrorCode::kInvalid, "hexadecimal of odd length");
  std::string out;
  out.reserve(hex.size() / 2);
  for (size_t i = 0; i < hex.size(); i += 2) {
    int high = Nibble(hex[i]), low = Nibble(hex[i + 1]);
    if (high < 0 || low < 0) return Fail(ErrorCode::kInvalid, "not hexadecimal");
    out += char(high * 16 + low);
  }
  return out;
}

Expected<Digest> DigestFrom(std::string_view bytes) {
  Digest digest;
  if (bytes.size() != digest.size())
    return Fail(ErrorCode::kInvalid,
                "a SHA-256 digest has 32 bytes, not " + std::to_string(bytes.size()));
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

}  // namespace assay
