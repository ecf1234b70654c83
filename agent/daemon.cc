// SPDX-License-Identifier: Apache-2.0
#include "agent/daemon.h"

#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "agent/notify.h"
#include "base/file.h"
#include "base/printable.h"

namespace assay {

namespace {

constexpr BootNanos kSweepInterval = 1'000'000'000;
constexpr size_t kTrustLimit = 64 << 10;

Expected<void> MakeDirectory(const std::string& path, mode_t mode) {
  if (mkdir(path.c_str(), mode) && errno != EEXIST)
    return FailErrno(errno, "making '" + path + "'");
  return {};
}

}  // namespace

Daemon::Daemon(DaemonOptions options, std::unique_ptr<Tpm> tpm, Loop loop)
    : options_(std::move(options)), loop_(std::move(loop)), tpm_(std::move(tpm)) {}

Expected<std::unique_ptr<Daemon>> Daemon::Start(DaemonOptions options, std::unique_ptr<Tpm> tpm) {
  Loop loop = TRY(Loop::Make());
  std::unique_ptr<Daemon> daemon(new Daemon(std::move(options), std::move(tpm), std::move(loop)));
  Daemon& d = *daemon;
  d.started_ = BootNow();
  d.boot_id_ = TRY(BootId());
  d.host_ = TRY(Host::Open("/", true));
  TRY(MakeDirectory(d.options_.run, 0750));
  if (Expected<void> made = MakeDirectory(d.options_.state, 0700); !made)
    spdlog::error("{}, keeping state in memory only", made.error().ToString());
  TRY(d.OpenSocket());
  d.OpenBaseline();
  d.OpenLedger();
  d.Attach();
  return daemon;
}

Expected<void> Daemon::OpenSocket() {
  server_ = TRY(ControlServer::Listen(options_.run + "/assayd.sock", loop_,
                                      [this](const ControlRequest& ask) { return Answer(ask); }));
  return {};
}

void Daemon::OpenBaseline() {
  Expected<std::string> trust = ReadFile(options_.trust, kTrustLimit);
  Expected<VerifiedBaseline> baseline =
      trust ? VerifiedBaseline::Open(options_.baseline, *trust, options_.image)
            : Expected<VerifiedBaseline>(std::unexpected(WithContext(trust.error(), "trust")));
  if (!baseline) {
    baseline_error_ = baseline.error().ToString();
    spdlog::error("baseline refused: {}; the node is unknown until it is repaired",
                  baseline_error_);
    return;
  }
  baseline_ = std::move(*baseline);
  list_ = std::make_unique<WatchList>(*baseline_);
  rules_ = std::make_unique<RuleBook>(baseline_->policy());
  spdlog::info("baseline '{}' verified: {} objects, digest {}", Printable(baseline_->image()),
               baseline_->object_count(), Hex(baseline_->digest()));
}

void Daemon::OpenLedger() {
  Ledger::Options options;
  options.directory = options_.state;
  options.boot_id = boot_id_;
  options.agent_version = ASSAY_VERSION;
  if (baseline_) options.baseline_digest = baseline_->digest();
  Expected<std::unique_ptr<Ledger>> ledger = Ledger::Open(std::move(options), tpm_.get());
  if (!ledger) {
    NoteTpm(ledger.error());
    ledger_error_ = ledger.error().ToString();
    spdlog::error("no ledger: {}; nothing can be proven until it opens", ledger_error_);
    return;
  }
  ledger_ = std::move(*ledger);
  matched_ = baseline_ && ledger_->HasMatch();
  drift_.Restore(ledger_->Drifts());
  if (!drift_.entries().empty()) first_drift_at_ = started_;
  if (tpm_) (void)NodeName();
}

void Daemon::Attach() {
  if (!baseline_) return;
  // What the rules read is watched too: so they are judged once before the plan is made. Only what
  // is judged after the attach counts.
  for (int i = 0; i < baseline_->policy().rules_size(); i++)
    (void)rules_->Judge(size_t(i), *host_, *list_);
  Watcher::Options options;
  options.canary_directory = options_.state + "/canary";
  options.best = options_.best;
  Expected<std::unique_ptr<Watcher>> watcher = Watcher::Start(list_->Plan("/"), options);
  if (!watcher) {
    watch_error_ = watcher.error().ToString();
    spdlog::error("no probes: {}; the node is compared every {} s only", watch_error_,
                  options_.unmatched_interval / 1'000'000'000);
  } else {
    watcher_ = std::move(*watcher);
    for (const ChannelStatus& status : watcher_->status())
      spdlog::info("channel {} on rung {}{}{}", ChannelName(status.channel), RungName(status.rung),
                   status.reason.empty() ? "" : ": ", status.reason);
    if (watcher_->poll_fd() >= 0)
      (void)loop_.Add(watcher_->poll_fd(), EPOLLIN, [this](uint32_t) { OnDoorbells(); });
  }
  Expected<std::unique_ptr<ScanWorker>> scan = ScanWorker::Start(*baseline_, "/");
  if (!scan) {
    spdlog::critical("no full comparison: {}", scan.error().ToString());
    return;
  }
  scan_ = std::move(*scan);
  (void)loop_.Add(scan_->event_fd(), EPOLLIN, [this](uint32_t) { OnScan(); });
  scan_->Begin();
}

Expected<void> Daemon::Run() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  Fd signal_fd(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signal_fd) return FailErrno(errno, "waiting for signals");
  TRY(loop_.Add(signal_fd.get(), EPOLLIN, [this](uint32_t) { stop_ = true; }));
  if (!baseline_) NotifyManager("READY=1\nSTATUS=unknown: the baseline was refused");
  Announce();
  while (!stop_) {
    BootNanos now = BootNow();
    OnTick(now);
    LookAtDue(now);
    TryMatch();
    Announce();
    BootNanos wake = next_sweep_;
    if (std::optional<BootNanos> due = looks_.NextDue()) wake = std::min(wake, *due);
    TRY(loop_.Step(wake));
  }
  NotifyManager("STOPPING=1");
  spdlog::info("stopping; the ledger is left open for the next assayd of this boot");
  loop_.Remove(signal_fd.get());
  return {};
}

void Daemon::OnTick(BootNanos now) {
  if (next_watchdog_ <= now) {
    NotifyManager("WATCHDOG=1");
    BootNanos interval = WatchdogInterval();
    next_watchdog_ = now + (interval ? interval / 2 : BootNanos(60'000'000'000));
  }
  if (next_sweep_ > now) return;
  next_sweep_ = now + kSweepInterval;
  Sweep();
  server_->DropIdle(now);
  if (ledger_ && tpm_ && ledger_->committed() < ledger_->records().size()) {
    Expected<void> committed = ledger_->Commit();
    if (committed)
      tpm_error_.clear();
    else
      NoteTpm(committed.error());
  }
  // An idle node holds no page of the manifest: the next look faults in the few it needs.
  if (baseline_ && looks_.empty()) baseline_->DropPages();
  if (watcher_ && next_canary_ <= now) {
    // Start() has just run one.
    if (next_canary_ != 0)
      for (Channel channel : watcher_->RunCanary())
        spdlog::warn("the canary did not come through channel {}", ChannelName(channel));
    next_canary_ = now + options_.canary_interval;
  }
  if (baseline_ && scans_ > 0 && next_values_ <= now) {
    next_values_ = now + options_.values_interval;
    CompareValues();
  }
  bool due = (next_scan_ && next_scan_ <= now) || (walk_asked_ && walk_asked_ <= now);
  if (scan_ && !scan_->running() && due) {
    walk_asked_ = 0;  // what changes from here on asks anew
    scan_->Begin();
  }
}

void Daemon::Announce() {
  Assessment assessment = Assess(Facts());
  if (assessment.reason == last_reason_) return;
  bool first = last_reason_.empty() || last_reason_ == "Starting";
  last_reason_ = assessment.reason;
  std::string line = std::string(VerdictName(assessment.verdict)) + ": " + assessment.reason +
                     ": " + assessment.message;
  spdlog::info("{}", line);
  if (scans_ > 0 && first && baseline_) NotifyManager("READY=1");
  NotifyManager("STATUS=" + line);
}

void Daemon::NoteTpm(const Error& error) {
  std::string text = error.ToString();
  if (tpm_error_ != text) spdlog::warn("TPM: {}; what is seen is recorded, not yet proven", text);
  tpm_error_ = std::move(text);
}

}  // namespace assay
