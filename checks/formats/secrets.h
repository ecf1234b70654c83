// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// A secret of a known form in some text. What it is, never its value.
struct SecretFound {
  std::string kind;  ///< "private key (PEM)", "GitHub token", ...
  int line = 0;      ///< 1-based
};

/// Secrets whose form can be told with next to no mistake: private keys (PEM, RFC 7468; OpenSSH;
/// PGP; age) with a body, and tokens with a fixed prefix and length, checked by their checksum
/// where they have one (GitHub and npm: CRC-32 in base 62) and by their variety of characters.
/// Examples of documentation ("EXAMPLE", runs of one character) are no secrets. At most `limit` of
/// them. Any bytes will do; time is linear.
std::vector<SecretFound> FindSecrets(std::string_view bytes, size_t limit = 16);

}  // namespace assay
