// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "attest/tpm.h"
#include "tests/support/software_tpm.h"
#include "tests/support/temp_root.h"

namespace assay {

/// A software TPM and a state directory; Start() gives a Tpm on them that does not back off.
class TpmFixture : public testing::Test {
 protected:
  void SetUp() override {
    if (!SoftwareTpm::Available()) GTEST_SKIP() << SoftwareTpm::kMissing;
    device_ = std::make_unique<SoftwareTpm>();
    state_.MakeDirectory("state");
  }

  Tpm::Options OptionsFor(const SoftwareTpm& device) const {
    Tpm::Options options;
    options.tcti = device.tcti();
    options.state_directory = state_.Path("state");
    options.deadline = 3'000'000'000;
    options.back_off = 0;
    return options;
  }
  Tpm::Options DefaultOptions() const { return OptionsFor(*device_); }
  std::unique_ptr<Tpm> Start() const { return Start(DefaultOptions()); }
  static std::unique_ptr<Tpm> Start(Tpm::Options options) {
    Expected<std::unique_ptr<Tpm>> tpm = Tpm::Start(std::move(options));
    EXPECT_TRUE(tpm) << tpm.error().ToString();
    return tpm ? std::move(*tpm) : nullptr;
  }

  TempRoot state_;
  std::unique_ptr<SoftwareTpm> device_;
};

/// The value, or a test failure with the error's sentence.
#define ASSERT_OK(expression)                               \
  do {                                                      \
    auto&& ok_result = (expression);                        \
    ASSERT_TRUE(ok_result) << ok_result.error().ToString(); \
  } while (0)
#define EXPECT_OK(expression)                               \
  do {                                                      \
    auto&& ok_result = (expression);                        \
    EXPECT_TRUE(ok_result) << ok_result.error().ToString(); \
  } while (0)

}  // namespace assay
