// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/host.h"
#include "tests/support/temp_root.h"

namespace assay {

/// What stands where a rule wants to read.
enum class Garbage {
  kBinary,      ///< a file of all 256 bytes, NUL among them
  kNoise,       ///< lines of bytes that are no UTF-8 and of controls, without NUL
  kLongLine,    ///< one line of a megabyte
  kDirectory,   ///< a directory where a file should be
  kFifo,        ///< a FIFO, in which nobody writes
  kDangling,    ///< a link to nothing
  kLoop,        ///< a link to itself
  kSparse,      ///< a file of a tebibyte, without blocks
  kFlatTree,    ///< files where directories should be
  kLoopedTree,  ///< links to themselves where directories should be
};
inline constexpr Garbage kAllGarbage[] = {Garbage::kBinary,    Garbage::kNoise,  Garbage::kLongLine,
                                          Garbage::kDirectory, Garbage::kFifo,   Garbage::kDangling,
                                          Garbage::kLoop,      Garbage::kSparse, Garbage::kFlatTree,
                                          Garbage::kLoopedTree};
std::string GarbageName(Garbage garbage);

/// Puts garbage at every path of `inputs` that is a file for whoever asked, or a directory, and
/// names with controls and invalid UTF-8 into the directories. Modes are as wide as they can be, so
/// that a rule about modes has something to find.
void PlantGarbage(const TempRoot& root, const std::set<Input>& inputs, Garbage garbage);

}  // namespace assay
