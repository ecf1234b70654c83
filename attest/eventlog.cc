// SPDX-License-Identifier: Apache-2.0
#include "attest/eventlog.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "attest/tpms.h"
#include "base/wire.h"

namespace assay {

namespace {

// TCG PC Client Platform Firmware Profile, section 10.4.1
constexpr uint32_t kEvNoAction = 0x00000003, kEvEfiHcrtm = 0x80000010;
constexpr size_t kMaxLog = 1 << 20;
constexpr uint32_t kMaxPcr = 23, kMaxAlgorithms = 16;
constexpr std::string_view kSpecId("Spec ID Event03\0", 16);
constexpr std::string_view kStartupLocality("StartupLocality\0", 16);
constexpr uint8_t kHcrtmLocality = 4;

using Sizes = std::map<uint16_t, uint16_t>;

// The log's own list of algorithms decides how long digests are (section 10.4.5.1); one that
// contradicts what is known about an algorithm is refused.
Expected<Sizes> ParseSpecId(std::string_view bytes, FirmwareLog& log) {
  WireReader in(bytes);
  (void)TRY(in.Bytes(kSpecId.size()));
  (void)TRY(in.Le32());  // platform class
  (void)TRY(in.Le32());  // version minor, major, errata; size of UINTN
  uint32_t count = TRY(in.Le32());
  if (count < 1 || count > kMaxAlgorithms)
    return Fail(ErrorCode::kInvalid, std::to_string(count) + " digest algorithms");
  Sizes sizes;
  for (uint32_t i = 0; i < count; i++) {
    uint16_t algorithm = TRY(in.Le16());
    uint16_t size = TRY(in.Le16());
    if (!DigestSize(algorithm) || size != DigestSize(algorithm) ||
        !sizes.emplace(algorithm, size).second)
      return Fail(ErrorCode::kInvalid, "digest algorithm " + AlgorithmName(algorithm) + " of " +
                                           std::to_string(size) + " bytes");
    log.algorithms.push_back(algorithm);
  }
  uint8_t vendor = TRY(in.U8());
  (void)TRY(in.Bytes(vendor));
  TRY(in.End());
  return sizes;
}

// TCG_PCClientPCREvent: one SHA-1 digest. The first event of every log has this form.
Expected<FirmwareEvent> ParseLegacyEvent(WireReader& in) {
  FirmwareEvent event;
  event.pcr = TRY(in.Le32());
  event.type = TRY(in.Le32());
  event.digests[kAlgSha1] = std::string(TRY(in.Bytes(DigestSize(kAlgSha1))));
  uint32_t size = TRY(in.Le32());
  event.data = TRY(in.Bytes(size));
  return event;
}

// TCG_PCR_EVENT2
Expected<FirmwareEvent> ParseAgileEvent(WireReader& in, const Sizes& sizes) {
  FirmwareEvent event;
  event.pcr = TRY(in.Le32());
  event.type = TRY(in.Le32());
  uint32_t count = TRY(in.Le32());
  if (count > sizes.size())
    return Fail(ErrorCode::kInvalid, std::to_string(count) + " digests, the log has " +
                                         std::to_string(sizes.size()) + " algorithms");
  for (uint32_t i = 0; i < count; i++) {
    uint16_t algorithm = TRY(in.Le16());
    auto size = sizes.find(algorithm);
    if (size == sizes.end())
      return Fail(ErrorCode::kInvalid,
                  "algorithm " + AlgorithmName(algorithm) + " is not in the log's list");
    std::string digest(TRY(in.Bytes(size->second)));
    if (!event.digests.emplace(algorithm, std::move(digest)).second)
      return Fail(ErrorCode::kInvalid, "two digests of " + AlgorithmName(algorithm));
  }
  uint32_t size = TRY(in.Le32());
  event.data = TRY(in.Bytes(size));
  return event;
}

bool IsStartupLocality(const FirmwareEvent& event) {
  return event.type == kEvNoAction && event.pcr == 0 &&
         event.data.size() == kStartupLocality.size() + 1 &&
         event.data.starts_with(kStartupLocality);
}

// PCR 0 starts at the locality of the startup command (Platform Firmware Profile, 10.4.5.3). An
// H-CRTM sequence starts it at 4 by itself (TPM 2.0 Part 3, 22.9).
Expected<void> NoteLocality(const FirmwareEvent& event, FirmwareLog& log, bool& seen,
                            bool& extended) {
  if (event.type == kEvEfiHcrtm && event.pcr == 0) {
    if (extended && log.startup_locality != kHcrtmLocality)
      return Fail(ErrorCode::kInvalid, "an H-CRTM event after PCR 0 was extended");
    log.startup_locality = kHcrtmLocality;
  }
  if (event.type != kEvNoAction && event.pcr == 0) extended = true;
  if (!IsStartupLocality(event)) return {};
  uint8_t locality = uint8_t(event.data.back());
  if (locality != 0 && locality != 3 && locality != kHcrtmLocality)
    return Fail(ErrorCode::kInvalid, "startup locality " + std::to_string(locality));
  if (seen) return Fail(ErrorCode::kInvalid, "two startup localities");
  // An H-CRTM event that came first and a locality of 4 say the same.
  if (extended && locality != log.startup_locality)
    return Fail(ErrorCode::kInvalid, "a startup locality after PCR 0 was extended");
  seen = true;
  log.startup_locality = locality;
  return {};
}

Error At(Error error, size_t index, size_t offset) {
  return WithContext(std::move(error),
                     "event " + std::to_string(index) + " at byte " + std::to_string(offset));
}

Expected<void> CheckPcr(const FirmwareEvent& event) {
  // The TCG lets informative events name no register at all (0xFFFFFFFF).
  if (event.pcr <= kMaxPcr || (event.type == kEvNoAction && event.pcr == 0xFFFFFFFF)) return {};
  return Fail(ErrorCode::kInvalid, "PCR " + std::to_string(event.pcr));
}

Expected<FirmwareEvent> ParseEvent(WireReader& in, const Sizes* agile) {
  FirmwareEvent event = TRY(agile ? ParseAgileEvent(in, *agile) : ParseLegacyEvent(in));
  TRY(CheckPcr(event));
  return event;
}

Expected<std::string> Extended(uint16_t bank, std::string_view old, std::string_view digest) {
  static constexpr struct {
    uint16_t bank;
    const char* name;
  } kNames[] = {
      {kAlgSha1, "SHA1"}, {kAlgSha256, "SHA256"}, {kAlgSha384, "SHA384"}, {kAlgSha512, "SHA512"}};
  auto name = std::ranges::find(kNames, bank, [](const auto& entry) { return entry.bank; });
  if (name == std::end(kNames))
    return Fail(ErrorCode::kUnsupported, "replaying bank " + AlgorithmName(bank));
  std::string both = std::string(old) + std::string(digest);
  std::string value(EVP_MAX_MD_SIZE, '\0');
  size_t size = 0;
  if (EVP_Q_digest(nullptr, name->name, nullptr, both.data(), both.size(),
                   reinterpret_cast<unsigned char*>(value.data()), &size) != 1)
    return Fail(ErrorCode::kInternal, "computing a digest");
  value.resize(size);
  return value;
}

}  // namespace

Expected<FirmwareLog> ParseFirmwareLog(std::string_view bytes) {
  if (bytes.size() > kMaxLog) return Fail(ErrorCode::kInvalid, "firmware log above 1 MiB");
  if (bytes.empty()) return Fail(ErrorCode::kInvalid, "empty firmware log");
  WireReader in(bytes);
  FirmwareLog log;
  Sizes sizes;
  bool agile = false, locality_seen = false, extended = false;
  while (!in.AtEnd()) {
    size_t index = log.events.size(), offset = in.offset();
    if (index == kMaxFirmwareEvents) return Fail(ErrorCode::kInvalid, "too many firmware events");
    Expected<FirmwareEvent> event = ParseEvent(in, agile ? &sizes : nullptr);
    if (!event) return std::unexpected(At(std::move(event).error(), index, offset));
    if (index == 0 && event->type == kEvNoAction && event->data.starts_with(kSpecId)) {
      Expected<Sizes> listed = ParseSpecId(event->data, log);
      if (!listed) return std::unexpected(At(std::move(listed).error(), index, offset));
      sizes = std::move(*listed);
      agile = true;
    }
    if (Expected<void> noted = NoteLocality(*event, log, locality_seen, extended); !noted)
      return std::unexpected(At(std::move(noted).error(), index, offset));
    log.events.push_back(std::move(*event));
  }
  if (!agile) log.algorithms = {kAlgSha1};
  return log;
}

Expected<std::map<uint32_t, std::string>> ReplayFirmwareLog(const FirmwareLog& log, uint16_t bank) {
  if (std::ranges::find(log.algorithms, bank) == log.algorithms.end())
    return Fail(ErrorCode::kUnsupported, "the firmware log has no bank " + AlgorithmName(bank));
  std::map<uint32_t, std::string> values;
  for (const FirmwareEvent& event : log.events) {
    if (event.type == kEvNoAction) continue;
    auto digest = event.digests.find(bank);
    if (digest == event.digests.end())
      return Fail(ErrorCode::kInvalid, "an event of PCR " + std::to_string(event.pcr) +
                                           " has no digest of " + AlgorithmName(bank));
    auto [value, fresh] = values.try_emplace(event.pcr, DigestSize(bank), '\0');
    if (fresh && event.pcr == 0) value->second.back() = char(log.startup_locality);
    value->second = TRY(Extended(bank, value->second, digest->second));
  }
  return values;
}

}  // namespace assay
