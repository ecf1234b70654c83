// SPDX-License-Identifier: Apache-2.0
#include "attest/verify_boot.h"

#include <algorithm>

#include "attest/eventlog.h"

namespace assay {

namespace {

using Status = Claim::Status;

// Firmware, boot loader and stub; 10, 11 and 15 are written by a running system, 14 is the
// ledger's.
bool InFirmwareLog(uint8_t pcr) { return pcr <= 9 || pcr == 12 || pcr == 13; }

std::string Pcr(uint8_t pcr) { return "PCR " + std::to_string(pcr); }

}  // namespace

Claim CheckFirmwareLog(std::string_view firmware_log, const VerifiedPcrs& pcrs, Replay& replay) {
  const char* kName = "firmware-log";
  if (firmware_log.empty())
    return {kName, Status::kUnknown, "the evidence carries no firmware log"};
  Expected<FirmwareLog> log = ParseFirmwareLog(firmware_log);
  if (!log) return {kName, Status::kFailed, log.error().ToString()};
  Expected<Replay> values = ReplayFirmwareLog(*log, kAlgSha256);
  if (!values && values.error().code == ErrorCode::kUnsupported)
    return {kName, Status::kUnknown, values.error().ToString()};
  if (!values) return {kName, Status::kFailed, values.error().ToString()};
  replay = *values;
  size_t compared = 0;
  for (const auto& [pcr, quoted] : pcrs.values()) {
    if (!InFirmwareLog(pcr)) continue;
    auto replayed = values->find(pcr);
    std::string wanted = replayed == values->end() ? std::string(32, '\0') : replayed->second;
    if (AsBytes(quoted) != wanted)
      return {kName, Status::kFailed, Pcr(pcr) + " is not what the firmware log replays to"};
    compared++;
  }
  return {kName, Status::kOk,
          std::to_string(log->events.size()) + " events replay to the " + std::to_string(compared) +
              " PCRs of firmware and boot loader"};
}

Claim CheckBoot(const ReferenceValues& reference, const AppraisalPolicy& policy,
                const VerifiedPcrs& pcrs) {
  const char* kName = "boot";
  size_t compared = 0;
  for (const auto& [pcr, accepted] : reference.boot_pcrs) {
    if (pcr == policy.ledger_pcr) continue;  // appraised as the ledger's start
    auto quoted = pcrs.values().find(pcr);
    if (quoted == pcrs.values().end())
      return {kName, Status::kFailed, Pcr(pcr) + " has reference values and was not quoted"};
    if (std::ranges::find(accepted, quoted->second) == accepted.end())
      return {kName, Status::kFailed,
              Pcr(pcr) + " is " + Hex(quoted->second) + ", none of the " +
                  std::to_string(accepted.size()) + " reference values"};
    compared++;
  }
  if (!compared) return {kName, Status::kUnknown, "there are no reference values of measured boot"};
  return {kName, Status::kOk,
          std::to_string(compared) + " PCRs have reference values of the image"};
}

Claim CheckLedgerStart(const VerifiedLedger& ledger, const ReferenceValues& reference,
                       const AppraisalPolicy& policy, const Replay& replay) {
  const char* kName = "ledger-start";
  const Digest& before = ledger.pcr_before();
  std::string where = Pcr(policy.ledger_pcr);
  auto logged = replay.find(policy.ledger_pcr);
  bool explained = logged != replay.end() && logged->second == AsBytes(before);
  if (before == Digest{} && logged == replay.end())
    return {kName, Status::kOk, "nothing was in " + where + " before the ledger"};
  if (logged != replay.end() && !explained)
    return {kName, Status::kFailed,
            where +
                " did not hold what the firmware log says when the "
                "ledger was opened"};
  if (auto accepted = reference.boot_pcrs.find(policy.ledger_pcr);
      accepted != reference.boot_pcrs.end()) {
    if (std::ranges::find(accepted->second, before) != accepted->second.end())
      return {kName, Status::kOk, where + " held a reference value when the ledger was opened"};
    return {kName, Status::kFailed, where + " held no reference value when the ledger was opened"};
  }
  if (explained && policy.accept_logged_ledger_start)
    return {kName, Status::kOk, where + " held what the firmware log says; the policy believes it"};
  return {kName, Status::kUnknown,
          where +
              " was not empty when the ledger was opened, and there is "
              "no reference value for it"};
}

}  // namespace assay
