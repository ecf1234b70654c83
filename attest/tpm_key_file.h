// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "attest/tpm.pb.h"
#include "base/error.h"

namespace assay {

/// The wrapped attestation key on disk: ak.pub (TPM2B_PUBLIC) and ak.priv (TPM2B_PRIVATE), mode
/// 0600. Useless without the TPM that wrapped it; no secret, but whoever deletes it makes this node
/// one that its verifiers do not know.
class TpmKeyFile {
 public:
  explicit TpmKeyFile(std::string directory) : directory_(std::move(directory)) {}

  /// An empty key when there is none. What is there may be anything: the TPM decides.
  Expected<WrappedKey> Read() const;
  Expected<void> Write(const WrappedKey& key) const;
  /// Keeps a key that this TPM refuses, as ak.pub.old and ak.priv.old.
  Expected<void> SetAside() const;

 private:
  std::string Path(const char* name) const { return directory_ + "/" + name; }
  std::string directory_;
};

}  // namespace assay
