// SPDX-License-Identifier: Apache-2.0
#include "base/base64.h"

#include <openssl/evp.h>

namespace assay {

std::string Base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // EVP adds a NUL
  int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), int(bytes.size()));
  out.resize(size_t(length));
  return out;
}

Expected<std::string> FromBase64(std::string_view text) {
  std::string out(text.size() / 4 * 3, '\0');
  int length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), int(text.size()));
  // EVP counts the padding as zero bytes of output and is generous with blanks; the comparison with
  // what we would have written is not.
  size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  bool whole = text.size() % 4 == 0 && length >= 0 && size_t(length) >= padding;
  if (whole) out.resize(size_t(length) - padding);
  if (!whole || Base64(out) != text) return Fail(ErrorCode::kInvalid, "not base64 (RFC 4648)");
  return out;
}

}  // namespace assay
