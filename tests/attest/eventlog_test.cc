// SPDX-License-Identifier: Apache-2.0
#include "attest/eventlog.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "attest/tpms.h"
#include "base/digest.h"
#include "base/file.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
const std::string kData = std::string(ASSAY_SOURCE_DIR) + "/tests/attest/data/";
const std::map<std::string, uint16_t> kBanks = {
    {"sha1", kAlgSha1}, {"sha256", kAlgSha256}, {"sha384", kAlgSha384}, {"sha512", kAlgSha512}};

std::string Vector(const std::string& name) {
  Expected<std::string> bytes = ReadFile(kData + name, 2 << 20);
  EXPECT_TRUE(bytes) << bytes.error().ToString();
  return bytes.value_or("");
}

std::string Le(uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; i++) out += char(value >> (8 * i));
  return out;
}

// A SHA-256-only agile log: the header, then events.
std::string SpecId() {
  std::string spec = std::string("Spec ID Event03\0", 16) + Le(0, 4) + Le(0x02000200, 4) +
                     Le(1, 4) + Le(kAlgSha256, 2) + Le(32, 2) + Le(0, 1);
  return Le(0, 4) + Le(3, 4) + std::string(20, '\0') + Le(spec.size(), 4) + spec;
}
std::string Event(uint32_t pcr, uint32_t type, char fill, const std::string& data = "") {
  return Le(pcr, 4) + Le(type, 4) + Le(1, 4) + Le(kAlgSha256, 2) + std::string(32, fill) +
         Le(data.size(), 4) + data;
}
std::string Locality(char locality) {
  return Event(0, 3, 0, std::string("StartupLocality\0", 16) + locality);
}
std::string Pcr0(const std::string& bytes) {
  Expected<FirmwareLog> log = ParseFirmwareLog(bytes);
  return log ? Hex((*ReplayFirmwareLog(*log, kAlgSha256))[0]) : log.error().text;
}
std::string ExtendedFrom(char initial, char digest) {
  return Hex(Sha256Of(std::string(31, '\0') + initial + std::string(32, digest)));
}

TEST(FirmwareLog, ReplaysEveryPublishedLogToItsPublishedPcrs) {
  int logs = 0, values = 0;
  for (const auto& entry : fs::directory_iterator(kData + "expected")) {
    auto expected = nlohmann::json::parse(Vector("expected/" + entry.path().filename().string()));
    std::string file = entry.path().filename().string();
    file.resize(file.size() - std::string_view(".pcrs.json").size());
    SCOPED_TRACE(file);
    std::string bytes = Vector("eventlog/" + file);
    Expected<FirmwareLog> log = ParseFirmwareLog(bytes);
    ASSERT_TRUE(log) << log.error().ToString();
    EXPECT_EQ(log->events.size(), expected["events"]);
    for (const auto& [bank, pcrs] : expected["pcrs"].items()) {
      auto replayed = ReplayFirmwareLog(*log, kBanks.at(bank));
      if (pcrs.empty() && !replayed) continue;  // a bank that the events do not carry
      ASSERT_TRUE(replayed) << bank << ": " << replayed.error().ToString();
      EXPECT_EQ(replayed->size(), pcrs.size()) << bank;
      for (const auto& [pcr, value] : pcrs.items()) {
        EXPECT_EQ(Hex((*replayed)[std::stoul(pcr)]), value) << bank << " PCR " << pcr;
        values++;
      }
    }
    logs++;
  }
  EXPECT_EQ(logs, 18);
  EXPECT_GT(values, 200);
}

// "    0 : 0xF2A5..." below "  sha256:"
std::map<uint32_t, std::string> YamlPcrs(const std::string& text, const std::string& wanted) {
  std::map<uint32_t, std::string> pcrs;
  std::istringstream in(text);
  std::string bank;
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with(":")) bank = line.substr(2, line.size() - 3);
    size_t value = line.find("0x");
    if (bank == wanted && value != std::string::npos)
      pcrs[uint32_t(std::stoul(line))] = Hex(*FromHex(line.substr(value + 2)));
  }
  return pcrs;
}

TEST(FirmwareLog, ReplaysToWhatTheTpmsOfRealMachinesHeld) {
  for (std::string machine : {"noima", "ima", "ima-sb-grub-initrd"}) {
    std::string bytes = Vector("vm/" + machine + "/binary_bios_measurements");
    std::string yaml = Vector("vm/" + machine + "/pcrs.yaml");
    Expected<FirmwareLog> log = ParseFirmwareLog(bytes);
    ASSERT_TRUE(log) << log.error().ToString();
    for (std::string bank : {"sha1", "sha256", "sha384"}) {
      auto held = YamlPcrs(yaml, bank);
      auto replayed = ReplayFirmwareLog(*log, kBanks.at(bank));
      ASSERT_TRUE(replayed) << replayed.error().ToString();
      ASSERT_EQ(held.size(), 24u);
      for (uint32_t pcr : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14}) {
        std::string zero = std::string(DigestSize(kBanks.at(bank)) * 2, '0');
        std::string value = replayed->contains(pcr) ? Hex((*replayed)[pcr]) : zero;
        EXPECT_EQ(value, held[pcr]) << machine << " " << bank << " PCR " << pcr;
      }
    }
  }
}

TEST(FirmwareLog, RefusesWhatIsNoLog) {
  EXPECT_FALSE(ParseFirmwareLog(Vector("eventlog/klm-binary_bios_measurements-bogus.bin")));
  EXPECT_FALSE(ParseFirmwareLog(""));
  EXPECT_FALSE(ParseFirmwareLog(std::string((1 << 20) + 1, '\0')));
}

TEST(FirmwareLog, StartsPcr0AtTheStartupLocality) {
  EXPECT_EQ(Pcr0(SpecId() + Event(0, 8, 7)), ExtendedFrom(0, 7));
  EXPECT_EQ(Pcr0(SpecId() + Locality(3) + Event(0, 8, 7)), ExtendedFrom(3, 7));
  EXPECT_EQ(Pcr0(SpecId() + Locality(4) + Event(0, 0x80000010, 7)), ExtendedFrom(4, 7));
}

TEST(FirmwareLog, StartsPcr0AtFourWithAnHcrtmEventAndNoLocality) {
  EXPECT_EQ(Pcr0(SpecId() + Event(0, 0x80000010, 7)), ExtendedFrom(4, 7));
}

TEST(FirmwareLog, RefusesALocalityThatComesTwiceOrTooLateOrDoesNotExist) {
  EXPECT_FALSE(ParseFirmwareLog(SpecId() + Locality(3) + Locality(3)));
  EXPECT_FALSE(ParseFirmwareLog(SpecId() + Event(0, 8, 7) + Locality(3)));
  EXPECT_FALSE(ParseFirmwareLog(SpecId() + Locality(2)));
}

TEST(FirmwareLog, NeverExtendsNoActionEvents) {
  EXPECT_EQ(Pcr0(SpecId() + Event(0, 3, 9) + Event(0, 8, 7)), ExtendedFrom(0, 7));
}

TEST(FirmwareLog, RefusesAPcrOutOfBounds) {
  EXPECT_TRUE(ParseFirmwareLog(SpecId() + Event(23, 8, 7)));
  EXPECT_FALSE(ParseFirmwareLog(SpecId() + Event(24, 8, 7)));
  EXPECT_FALSE(ParseFirmwareLog(SpecId() + Event(0xFFFFFFFE, 8, 7)));
}

TEST(FirmwareLog, RefusesADigestCountBeyondItsAlgorithms) {
  std::string event = Event(0, 8, 7);
  event.replace(8, 4, "\xff\xff\xff\xff");
  EXPECT_FALSE(ParseFirmwareLog(SpecId() + event));
}

TEST(FirmwareLog, RefusesAnAlgorithmItDidNotAnnounce) {
  std::string event = Event(0, 8, 7);
  event[12] = char(kAlgSha384);
  EXPECT_FALSE(ParseFirmwareLog(SpecId() + event));
}

TEST(FirmwareLog, RefusesADigestSizeThatContradictsTheAlgorithm) {
  std::string spec = SpecId();
  spec[spec.size() - 3] = 20;
  EXPECT_FALSE(ParseFirmwareLog(spec));
}

TEST(FirmwareLog, CannotReplayABankThatAnEventLacks) {
  std::string event = Le(4, 4) + Le(8, 4) + Le(0, 4) + Le(0, 4);
  std::string bytes = SpecId() + event;
  Expected<FirmwareLog> log = ParseFirmwareLog(bytes);
  ASSERT_TRUE(log) << log.error().ToString();
  EXPECT_FALSE(ReplayFirmwareLog(*log, kAlgSha256));
}

TEST(FirmwareLog, RefusesATruncationInsideAnyEvent) {
  std::string bytes = SpecId() + Event(0, 8, 7, "abc") + Event(1, 8, 7);
  std::set<size_t> whole = {SpecId().size(), SpecId().size() + Event(0, 8, 7, "abc").size()};
  for (size_t n = 0; n < bytes.size(); n++)
    EXPECT_EQ(ParseFirmwareLog(bytes.substr(0, n)).has_value(), whole.contains(n)) << n;
}

}  // namespace
}  // namespace assay
