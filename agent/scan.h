// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "checks/baseline/baseline.h"
#include "checks/rules/engine.h"

namespace assay {

/// What a full comparison found.
struct ScanResult {
  Comparison comparison;  ///< files, packages, sysctls
  CheckReport rules;
  std::vector<std::string> open_for_writing;  ///< golden files that somebody could write to
  std::optional<Error> error;                 ///< the comparison did not come to its end
};

/// The worker: runs one full comparison at a time beside the loop, with a Host of its own.
class ScanWorker {
 public:
  /// `baseline` must outlive the worker.
  static Expected<std::unique_ptr<ScanWorker>> Start(const VerifiedBaseline& baseline,
                                                     std::string root);
  ~ScanWorker();

  /// Begins a full comparison; does nothing while one runs.
  void Begin();
  bool running() const { return running_.load(); }
  /// Readable when a result waits.
  int event_fd() const { return done_.get(); }
  std::optional<ScanResult> Take();

 private:
  ScanWorker(const VerifiedBaseline& baseline, Host host, Fd done);
  void Run(std::stop_token stop);
  ScanResult ScanOnce(const std::stop_token& stop);

  const VerifiedBaseline& baseline_;
  Host host_;
  Fd done_;
  std::atomic<bool> running_ = false;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool wanted_ = false;
  std::optional<ScanResult> result_;
  std::jthread thread_;  // last: joined before what it uses goes
};

}  // namespace assay
