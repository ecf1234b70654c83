// SPDX-License-Identifier: Apache-2.0
#include "attest/tpm_key_file.h"

#include <stdio.h>

#include <cerrno>

#include "base/file.h"

namespace assay {

namespace {

constexpr size_t kMaxPart = 2048;
constexpr const char* kPublic = "ak.pub";
constexpr const char* kPrivate = "ak.priv";

// Absent or not one of ours: bytes that the TPM will refuse, so that it is set aside.
Expected<std::string> ReadPart(const std::string& path) {
  Expected<std::string> bytes = ReadFile(path, kMaxPart);
  if (!bytes && bytes.error().code == ErrorCode::kNotFound) return "";
  if (!bytes && bytes.error().code == ErrorCode::kInvalid) return "?";
  return bytes;
}

Expected<void> Rename(const std::string& path) {
  if (rename(path.c_str(), (path + ".old").c_str()) && errno != ENOENT)
    return FailErrno(errno, "setting aside '" + path + "'");
  return {};
}

}  // namespace

Expected<WrappedKey> TpmKeyFile::Read() const {
  WrappedKey key;
  key.set_public_part(TRY(ReadPart(Path(kPublic))));
  key.set_private_part(TRY(ReadPart(Path(kPrivate))));
  // A crash between the two writes leaves one of them: as good as none, but worth keeping.
  if (key.public_part().empty() != key.private_part().empty()) {
    TRY(SetAside());
    key.Clear();
  }
  return key;
}

Expected<void> TpmKeyFile::Write(const WrappedKey& key) const {
  TRY(WriteFileAtomically(Path(kPublic), key.public_part(), 0600));
  return WriteFileAtomically(Path(kPrivate), key.private_part(), 0600);
}

Expected<void> TpmKeyFile::SetAside() const {
  TRY(Rename(Path(kPublic)));
  return Rename(Path(kPrivate));
}

}  // namespace assay
