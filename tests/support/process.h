// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace assay {

/// What a program that ended said. `exit` is its status, or 128 + the signal that ended it.
struct Ran {
  int exit = -1;
  std::string out, err;
};

/// Runs a program to its end and returns what it said. For tests: product code runs nothing.
Ran RunProgram(const std::vector<std::string>& arguments);

/// Asks again and again, for another process gives no event to wait for; false past the deadline.
bool Poll(std::chrono::milliseconds deadline, const std::function<bool()>& done);

/// A program in the background; ended by SIGTERM, then waited for, in the destructor. It also dies
/// with the test. What it says goes to the test's own standard error.
class RunningProgram {
 public:
  explicit RunningProgram(const std::vector<std::string>& arguments);
  ~RunningProgram();
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  pid_t pid() const { return pid_; }
  void Signal(int number) const;
  /// Waits for its end; the status as in Ran.
  int Wait();
  /// SIGTERM, then Wait().
  int Terminate();

 private:
  pid_t pid_ = -1;
};

}  // namespace assay
