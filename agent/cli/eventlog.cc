// SPDX-License-Identifier: Apache-2.0
#include "attest/eventlog.h"

#include <cstdio>
#include <filesystem>
#include <memory>

#include "agent/cli/command.h"
#include "base/digest.h"
#include "base/host.h"
#include "base/printable.h"

namespace assay {

namespace {

// TPM_ALG_ID (TCG TPM 2.0 Part 2, section 6.3).
std::string BankName(uint16_t bank) {
  switch (bank) {
    case 0x0004:
      return "sha1";
    case 0x000b:
      return "sha256";
    case 0x000c:
      return "sha384";
    case 0x000d:
      return "sha512";
    default:
      return "bank " + std::to_string(bank);
  }
}

Expected<int> RunEventlog(const std::string& path) {
  // Through Host, because securityfs shows files that claim to be empty.
  std::error_code error;
  std::string absolute = std::filesystem::absolute(path, error).lexically_normal().string();
  Host host = TRY(Host::Open("/", true));
  std::string bytes = TRY(host.Read(absolute, 1 << 20));
  FirmwareLog log = TRY(ParseFirmwareLog(bytes));
  std::string text;
  for (size_t i = 0; i < log.events.size(); i++) {
    const FirmwareEvent& event = log.events[i];
    char head[64];
    snprintf(head, sizeof head, "%4zu  pcr %2u  type %08x  ", i, event.pcr, event.type);
    text += head;
    for (const auto& [bank, digest] : event.digests)
      text += BankName(bank) + ":" + Hex(digest).substr(0, 16) + "  ";
    text += Printable(event.data, 60) + "\n";
  }
  for (uint16_t bank : log.algorithms) {
    auto pcrs = TRY(ReplayFirmwareLog(log, bank));
    text += BankName(bank) + ":\n";
    for (const auto& [index, value] : pcrs)
      text += "  " + std::to_string(index) + (index < 10 ? "   " : "  ") + Hex(value) + "\n";
  }
  TRY(Print(text));
  return 0;
}

}  // namespace

void AddEventlog(CLI::App& app, int& exit_code) {
  auto path = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("eventlog", "Read a firmware log: events and replayed PCRs");
  command->add_option("file", *path, "TCG event log, e.g. the kernel's binary_bios_measurements")
      ->required();
  command->footer("Example: assay eventlog /sys/kernel/security/tpm0/binary_bios_measurements");
  command->callback([path, &exit_code] { exit_code = Finish("eventlog", RunEventlog(*path)); });
}

}  // namespace assay
