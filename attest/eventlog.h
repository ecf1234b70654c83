// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace assay {

/// One event of a firmware log (TCG PC Client Platform Firmware Profile, sections 9 and 10).
struct FirmwareEvent {
  uint32_t pcr = 0;
  uint32_t type = 0;
  std::map<uint16_t, std::string> digests;  ///< by TPM_ALG_ID; sizes as the Spec ID event says
  std::string_view data;                    ///< not covered by the digest for every type
};

/// A parsed firmware log. Views point into the bytes it was parsed from.
struct FirmwareLog {
  std::vector<uint16_t> algorithms;  ///< banks; {0x0004} for a legacy SHA-1 log
  uint8_t startup_locality = 0;      ///< 0 or 3; 4 with an H-CRTM event (initial value of PCR 0)
  std::vector<FirmwareEvent> events;
};

inline constexpr size_t kMaxFirmwareEvents = 65'536;

/// Parses a log of at most 1 MiB. kInvalid names the event and offset: unknown algorithm, digest
/// count or size out of bounds, PCR above 23, truncation.
Expected<FirmwareLog> ParseFirmwareLog(std::string_view bytes);

/// The values the PCRs of one bank have after the log; only PCRs that the log mentions.
/// EV_NO_ACTION never extends; PCR 0 starts at the startup locality.
Expected<std::map<uint32_t, std::string>> ReplayFirmwareLog(const FirmwareLog& log, uint16_t bank);

}  // namespace assay
