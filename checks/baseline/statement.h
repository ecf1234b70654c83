// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/error.h"
#include "base/signature.h"

namespace assay {

inline constexpr std::string_view kStatementFile = "statement.dsse.json";
inline constexpr std::string_view kManifestFile = "manifest.pb";
inline constexpr std::string_view kPolicyFile = "policy.pb";
inline constexpr std::string_view kBootFile = "boot.pb";
inline constexpr size_t kStatementLimit = 1 << 20;

/// What a baseline's statement says: an in-toto Statement v1 whose subject is the image and whose
/// predicate binds the three other files.
struct Statement {
  struct BoundFile {
    Digest sha256{};
    uint64_t size = 0;
  };
  std::string image;  ///< "NAME" or "NAME:VERSION", printable ASCII
  BoundFile manifest, policy, boot;
  uint64_t objects = 0, packages = 0, sysctls = 0, rules = 0;
  std::vector<std::string> scope;
  std::string created;  ///< RFC 3339
  std::string tool;     ///< "assay 0.1.0"
};

/// The statement as JSON: the payload that is signed. kInvalid for an image name that is not
/// printable ASCII of 1 to 256 characters.
Expected<std::string> WriteStatement(const Statement& statement);
/// The inverse; strict: every key must be there, and no other.
Expected<Statement> ReadStatement(std::string_view payload);

/// What a DSSE signature covers (DSSE v1 protocol, PAE): type and payload, each with its length.
std::string PreAuthEncoding(std::string_view payload_type, std::string_view payload);

/// A DSSE envelope with one signature, as JSON in the one form that OpenEnvelope() accepts.
Expected<std::string> WriteEnvelope(std::string_view payload, const SigningKey& key);

struct OpenedEnvelope {
  std::string payload;
  std::string key_id;
};
/// The payload, if one of `keys` made its signature. Strict: the text must be, byte for byte, what
/// WriteEnvelope() writes, so that no byte of the file is outside of what is checked. kInvalid for
/// another form, kTampered for a wrong signature or a key that is not trusted.
Expected<OpenedEnvelope> OpenEnvelope(std::string_view text, const std::vector<VerifyingKey>& keys);

}  // namespace assay
