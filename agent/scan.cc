// SPDX-License-Identifier: Apache-2.0
#include "agent/scan.h"

#include <malloc.h>
#include <signal.h>
#include <sys/eventfd.h>

#include <cerrno>

#include "base/clock.h"
#include "probes/lease.h"

namespace assay {

namespace {

// Writers that were there before the probes: the probes saw no open, only the lease tells.
std::vector<std::string> FindWriters(const VerifiedBaseline& baseline, const Host& host,
                                     const std::stop_token& stop) {
  std::vector<std::string> paths;
  for (uint32_t i = 0; i < baseline.object_count() && !stop.stop_requested(); i++) {
    if (!baseline.ObjectIsRegular(i)) continue;
    std::string path = baseline.ObjectPath(i);
    Expected<Fd> fd = OpenRegularBeneath(host.root_fd(), path.c_str() + 1, nullptr);
    if (fd && AskWriters(fd->get()).writers == Writers::kSome) paths.push_back(std::move(path));
  }
  return paths;
}

}  // namespace

Expected<std::unique_ptr<ScanWorker>> ScanWorker::Start(const VerifiedBaseline& baseline,
                                                        std::string root) {
  Host host = TRY(Host::Open(root, true));
  Fd done(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!done) return FailErrno(errno, "making the scan worker");
  return std::unique_ptr<ScanWorker>(new ScanWorker(baseline, std::move(host), std::move(done)));
}

ScanWorker::ScanWorker(const VerifiedBaseline& baseline, Host host, Fd done)
    : baseline_(baseline), host_(std::move(host)), done_(std::move(done)) {
  // Signals are the loop's (signalfd): the worker must never be the thread that takes one.
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  thread_ = std::jthread([this](std::stop_token stop) { Run(stop); });
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
}

ScanWorker::~ScanWorker() = default;

void ScanWorker::Begin() {
  if (running_.exchange(true)) return;
  std::lock_guard lock(mutex_);
  wanted_ = true;
  wake_.notify_one();
}

std::optional<ScanResult> ScanWorker::Take() {
  uint64_t count;
  (void)!read(done_.get(), &count, sizeof count);
  std::lock_guard lock(mutex_);
  return std::exchange(result_, std::nullopt);
}

void ScanWorker::Run(std::stop_token stop) {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      if (!wake_.wait(lock, stop, [this] { return wanted_; })) return;
      wanted_ = false;
    }
    ScanResult result = ScanOnce(stop);
    std::lock_guard lock(mutex_);
    result_ = std::move(result);
    running_ = false;
    uint64_t one = 1;
    (void)!write(done_.get(), &one, sizeof one);
  }
}

ScanResult ScanWorker::ScanOnce(const std::stop_token& stop) {
  ScanResult result;
  auto stopped = [&stop] { return stop.stop_requested(); };
  Expected<Comparison> comparison = CompareAll(baseline_, host_, {}, stopped);
  if (comparison)
    result.comparison = std::move(*comparison);
  else
    result.error = comparison.error();
  result.rules = Check(baseline_.policy(), host_, Rfc3339(WallSeconds()).substr(0, 10));
  result.open_for_writing = FindWriters(baseline_, host_, stop);
  // An idle agent should weigh what it needs, not what the comparison needed.
  baseline_.DropPages();
  malloc_trim(0);
  return result;
}

}  // namespace assay
