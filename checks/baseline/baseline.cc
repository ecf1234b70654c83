// SPDX-License-Identifier: Apache-2.0
#include "checks/baseline/baseline.h"

#include <utility>

#include "base/printable.h"
#include "checks/baseline/verified_baseline.h"

namespace assay {

namespace {

// Maps one of the bound files and compares it with what the statement says of it.
Expected<MappedFile> MapBound(const std::string& directory, std::string_view name,
                              const Statement::BoundFile& bound) {
  std::string path = directory + "/" + std::string(name);
  MappedFile map = TRY(MappedFile::Open(path, kBaselineFileLimit));
  if (map.bytes().size() != bound.size)
    return Fail(ErrorCode::kTampered,
                "'" + Printable(path) + "' has " + std::to_string(map.bytes().size()) +
                    " bytes, the signed statement says " + std::to_string(bound.size),
                "copy the baseline again from where the image was sealed");
  if (Sha256Of(map.bytes()) != bound.sha256)
    return Fail(ErrorCode::kTampered,
                "'" + Printable(path) + "' is not the file that was signed: its digest differs",
                "copy the baseline again from where the image was sealed");
  return map;
}

template <typename Message>
Expected<Message> Decode(std::string_view bytes, std::string_view name) {
  Message message;
  if (!message.ParseFromArray(bytes.data(), int(bytes.size())))
    return Fail(ErrorCode::kInvalid, "'" + std::string(name) + "' cannot be decoded",
                "seal the image again with this version of assay");
  return message;
}

}  // namespace

VerifiedBaseline::VerifiedBaseline(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VerifiedBaseline::VerifiedBaseline(VerifiedBaseline&&) noexcept = default;
VerifiedBaseline& VerifiedBaseline::operator=(VerifiedBaseline&&) noexcept = default;
VerifiedBaseline::~VerifiedBaseline() = default;

// Nothing is parsed before it is known to be signed: the signature over the statement first, then
// the digests that the statement binds, then the files' contents, through the same maps.
Expected<VerifiedBaseline> VerifiedBaseline::Open(const std::string& directory,
                                                  std::string_view trust_pem,
                                                  std::string_view image) {
  std::vector<VerifyingKey> keys = TRY(VerifyingKey::FromPem(trust_pem));
  std::string envelope =
      TRY(ReadFile(directory + "/" + std::string(kStatementFile), kStatementLimit));
  OpenedEnvelope opened = TRY(OpenEnvelope(envelope, keys));
  Statement statement = TRY(ReadStatement(opened.payload));
  if (!image.empty() && statement.image != image)
    return Fail(
        ErrorCode::kTampered,
        "the baseline is of the image '" + statement.image + "', not of '" + Printable(image) + "'",
        "install the baseline that was sealed with this image");
  MappedFile map = TRY(MapBound(directory, kManifestFile, statement.manifest));
  MappedFile policy_map = TRY(MapBound(directory, kPolicyFile, statement.policy));
  MappedFile boot_map = TRY(MapBound(directory, kBootFile, statement.boot));
  Manifest manifest = TRY(Manifest::Parse(map.bytes()));
  Policy policy = TRY(Decode<Policy>(policy_map.bytes(), kPolicyFile));
  BootReference boot = TRY(Decode<BootReference>(boot_map.bytes(), kBootFile));
  return VerifiedBaseline(std::unique_ptr<Impl>(
      new Impl{std::move(map), std::move(manifest), std::move(policy), std::move(boot),
               std::move(statement), Sha256Of(opened.payload), std::move(opened.key_id)}));
}

const Digest& VerifiedBaseline::digest() const { return impl_->digest; }
const std::string& VerifiedBaseline::image() const { return impl_->statement.image; }
const std::string& VerifiedBaseline::key_id() const { return impl_->key_id; }
const Policy& VerifiedBaseline::policy() const { return impl_->policy; }
const BootReference& VerifiedBaseline::boot() const { return impl_->boot; }
uint32_t VerifiedBaseline::object_count() const { return impl_->manifest.file_count(); }

std::string VerifiedBaseline::ObjectPath(uint32_t index) const {
  return std::string(impl_->manifest.FilePath(index));
}

bool VerifiedBaseline::ObjectIsDirectory(uint32_t index) const {
  ManifestRecord record;
  return impl_->manifest.File(index, record).type() == uint32_t(Metadata::Type::kDirectory);
}

bool VerifiedBaseline::ObjectIsRegular(uint32_t index) const {
  ManifestRecord record;
  return !impl_->manifest.File(index, record).sha256().empty();
}

std::optional<uint32_t> VerifiedBaseline::FindObject(std::string_view path) const {
  return impl_->manifest.FindFile(path);
}

void VerifiedBaseline::DropPages() const { impl_->map.DropPages(); }

}  // namespace assay
