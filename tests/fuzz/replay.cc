// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "gtest/gtest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace assay {
namespace {

constexpr size_t kDamagePerFile = 512;  // truncations and flipped bytes, spread over the file

std::vector<std::string> Corpus() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(ASSAY_FUZZ_CORPUS)) {
    std::ifstream in(entry.path(), std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return files;
}

// The bytes are copied to a block of exactly their size, so that ASan sees a read beyond them.
int Feed(std::string_view bytes) {
  const std::vector<uint8_t> exact(bytes.begin(), bytes.end());
  return LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

TEST(FuzzCorpus, IsNotEmpty) { EXPECT_FALSE(Corpus().empty()); }

TEST(FuzzCorpus, EveryFileIsReadWithoutAFault) {
  for (const std::string& file : Corpus()) EXPECT_EQ(Feed(file), 0);
}

TEST(FuzzCorpus, TruncatedAnywhereItIsReadWithoutAFault) {
  for (const std::string& file : Corpus()) {
    const size_t step = file.size() / kDamagePerFile + 1;
    for (size_t length = 0; length < file.size(); length += step) {
      EXPECT_EQ(Feed(std::string_view(file).substr(0, length)), 0);
    }
  }
}

TEST(FuzzCorpus, WithAByteFlippedAnywhereItIsReadWithoutAFault) {
  for (std::string file : Corpus()) {
    const size_t step = file.size() / kDamagePerFile + 1;
    for (size_t at = 0; at < file.size(); at += step) {
      file[at] = static_cast<char>(~file[at]);
      EXPECT_EQ(Feed(file), 0);
      file[at] = static_cast<char>(~file[at]);
    }
  }
}

}  // namespace
}  // namespace assay
