// SPDX-License-Identifier: Apache-2.0
// The path of one event through assayd: doorbell, look, finding, record, verdict.
#include <poll.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "agent/daemon.h"
#include "base/printable.h"

namespace assay {

namespace {

/// How long a writer may keep a file whose bytes already differ before that is drift: until then it
/// may be writing the same bytes again.
constexpr BootNanos kWriterPatience = 2'000'000'000;
// An object on its way to another name, as resolv.conf at every lease: dhclient takes 8 ms.
constexpr BootNanos kExtraPatience = 500'000'000;
constexpr BootNanos kScanRetry = 5'000'000'000;
constexpr BootNanos kSettlePatience = 500'000'000;
// Longer than systemd's default pause before it starts a service again, and than a client's socket.
constexpr BootNanos kSecondLook = 5'000'000'000;
// From the change of what a walk reads, passwd say, to the walk: more changes may follow.
constexpr BootNanos kWalkPatience = 60'000'000'000;

std::string ParentOf(const std::string& path) {
  size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

// What a rule can see of an object whose bytes it does not read.
bool SameOwnership(const std::optional<Metadata>& a, const std::optional<Metadata>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->type == b->type && a->mode == b->mode && a->uid == b->uid && a->gid == b->gid;
}

}  // namespace

void Daemon::OnDoorbells() {
  for (Doorbell& doorbell : watcher_->Drain()) {
    if (list_->IsMetadataOnly(doorbell.object))
      looks_.TouchQuietly(doorbell.object, std::move(doorbell.cause), doorbell.at);
    else
      looks_.Touch(doorbell.object, doorbell.channel, std::move(doorbell.cause), doorbell.at);
  }
}

void Daemon::Sweep() {
  if (!watcher_) return;
  BootNanos now = BootNow();
  for (ObjectId object : watcher_->Sweep())
    if (!looks_.Find(object)) looks_.Touch(object, Channel::kContent, std::nullopt, now);
}

void Daemon::LookAtDue(BootNanos now) {
  if (!watcher_) return;
  for (ObjectId object : looks_.Due(now)) Look(object, now);
}

void Daemon::Look(ObjectId object, BootNanos now) {
  const Looks::Pending* pending = looks_.Find(object);
  if (!pending) return;
  std::optional<Cause> cause = pending->cause;
  BootNanos age = now - std::min(now, pending->touched);
  if (pending->names) RebindChildren(object);
  if (IsSame(object)) return looks_.FoundSame(object, BootNow());
  LookOutcome outcome = LookAgain(object, *watcher_, *baseline_, *list_, *rules_, *host_);
  if (object == kMountsObject) OnMounts();
  if (!walk_asked_ && list_->AsksForWalk(object)) walk_asked_ = now + kWalkPatience;
  std::vector<Finding>& findings = outcome.comparison.findings;
  bool patient = outcome.open_for_writing ? age < kWriterPatience : MayPass(object, findings);
  if (!findings.empty() && !patient) {
    Record(LeaveToValues(std::move(findings)), cause);
    looks_.Settled(object);
  } else if (outcome.open_for_writing || !findings.empty()) {
    looks_.LookLater(object, now);
  } else if (!outcome.comparison.unverifiable.empty()) {
    for (const Unverifiable& item : outcome.comparison.unverifiable)
      unverifiable_[item.subject] = item.reason;
    looks_.Settled(object);
  } else {
    if (object < kMountsObject) unverifiable_.erase(list_->PathOf(object));
    looks_.FoundGolden(object, BootNow());
  }
  if (outcome.moved) looks_.Touch(object, Channel::kContent, cause, BootNow());
}

// Whether all that was found are extra objects, each of which was seen first a moment ago: in a
// busy directory one comes as the other goes.
bool Daemon::MayPass(ObjectId object, const std::vector<Finding>& findings) {
  std::map<std::string, BootNanos> before = std::exchange(extras_[object], {}), now;
  bool young = true;
  for (const Finding& finding : findings) {
    bool extra = finding.change == Finding::Change::kExtra;
    BootNanos first = before.contains(finding.subject) ? before[finding.subject] : BootNow();
    young &= extra && BootNow() - first < kExtraPatience;
    if (extra) now[finding.subject] = first;
  }
  if (now.empty())
    extras_.erase(object);
  else
    extras_[object] = std::move(now);
  return young;
}

// Of an object with metadata only: it is as it was when its rules were judged. Acknowledged before
// it is said, as every look is.
bool Daemon::IsSame(ObjectId object) {
  if (!list_->IsMetadataOnly(object)) return false;
  (void)watcher_->Rebind(object);
  uint64_t sequence = watcher_->Sequence(object);
  Expected<Metadata> found = host_->Stat(list_->PathOf(object));
  (void)host_->TakeInputs();
  if (!found && found.error().code != ErrorCode::kNotFound) return false;
  std::optional<Metadata> now = found ? std::optional(*found) : std::nullopt;
  auto [known, fresh] = judged_.try_emplace(object, now);
  bool same = !fresh && SameOwnership(known->second, now);
  known->second = now;
  if (!same) return false;
  if (!watcher_->Acknowledge(object, sequence))
    looks_.TouchQuietly(object, std::nullopt, BootNow());
  return true;
}

void Daemon::RebindChildren(ObjectId directory) {
  std::string path = list_->PathOf(directory);
  Expected<std::vector<std::string>> names = host_->List(path);
  (void)host_->TakeInputs();
  if (!names) return;
  for (uint32_t top : list_->tops()) (void)watcher_->Rebind(top);
  for (const std::string& name : *names) {
    std::optional<uint32_t> child =
        baseline_->FindObject(path == "/" ? "/" + name : path + "/" + name);
    // A child that leads to another inode now gets a dirty slot, which the sweep below finds.
    if (child) (void)watcher_->Rebind(*child);
  }
  Sweep();
}

void Daemon::OnMounts() {
  // A mount over a golden path changes everything below it without touching any of it. Only mount
  // points that are golden paths matter: containers mount elsewhere all the time.
  Expected<std::string> table = host_->MountInfo();
  (void)host_->TakeInputs();
  std::string seen;
  for (std::string_view rest = table ? std::string_view(*table) : ""; !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    size_t at = 0;  // fields: id parent major:minor root mount-point options ...
    for (int field = 0; field < 4 && at != std::string_view::npos; field++)
      at = line.find(' ', at + (field > 0));
    if (at == std::string_view::npos) continue;
    std::string_view point = line.substr(at + 1);
    point = point.substr(0, point.find(' '));
    if (baseline_->FindObject(point)) seen += std::string(line) + "\n";
  }
  if (!mounts_seen_.empty() && seen != mounts_seen_ && scan_) {
    spdlog::warn("a mount on a golden path changed; comparing everything");
    next_scan_ = BootNow();
  }
  mounts_seen_ = seen.empty() ? "none" : std::move(seen);
}

void Daemon::OnScan() {
  std::optional<ScanResult> result = scan_->Take();
  if (!result) return;
  BootNanos now = BootNow();
  unverifiable_.clear();
  Comparison all = std::move(result->comparison);
  for (size_t i = 0; i < result->rules.outcomes.size(); i++)
    Append(all, rules_->Take(i, std::move(result->rules.outcomes[i]), *list_));
  for (const Unverifiable& item : all.unverifiable) unverifiable_[item.subject] = item.reason;
  if (result->error) unverifiable_["full comparison"] = result->error->ToString();
  for (const std::string& rule : doubted_) unverifiable_.emplace(rule, "asked again");
  for (const std::string& path : result->open_for_writing)
    if (std::optional<uint32_t> object = baseline_->FindObject(path))
      looks_.Touch(*object, Channel::kContent, std::nullopt, now);
  if (!result->error) scans_++;
  candidate_ = all.findings.empty() && unverifiable_.empty();
  if (matched_) {
    never_matched_.clear();
    Confirm(all.findings);
  } else {
    never_matched_ = all.findings;
  }
  bool retry = result->error || (!matched_ && !candidate_);
  next_scan_ =
      now +
      (result->error ? kScanRetry : (retry ? options_.unmatched_interval : options_.scan_interval));
  AppendScanRecord(all);
}

void Daemon::AppendScanRecord(const Comparison& all) {
  if (!ledger_) return;
  LedgerRecord record;
  ScanRecord* scan = record.mutable_scan();
  scan->set_objects(baseline_->object_count());
  scan->set_deviations(all.findings.size());
  scan->set_unverifiable(all.unverifiable.size());
  AppendToLedger(std::move(record));
}

void Daemon::AppendToLedger(LedgerRecord record) {
  Expected<void> appended = ledger_->Append(std::move(record));
  if (appended) {
    tpm_error_.clear();
    ledger_error_.clear();
  } else {
    ledger_error_ = appended.error().ToString();
    if (tpm_) NoteTpm(appended.error());
  }
}

void Daemon::Confirm(const std::vector<Finding>& findings) {
  // The scan looked some time ago, on its own. What it found is looked at once more by the same
  // judge, so that what was put right or touched meanwhile is not recorded as it no longer is.
  BootNanos now = BootNow();
  bool values = false;
  host_->Forget();
  for (const Finding& finding : findings) {
    if (finding.kind == Finding::Kind::kRule) {
      Comparison again = rules_->JudgeNamed(finding.subject, *host_, *list_);
      Record(LeaveToValues(std::move(again.findings)), std::nullopt);
      continue;
    }
    if (finding.kind != Finding::Kind::kFile) {
      values = true;
      continue;
    }
    std::optional<uint32_t> object = baseline_->FindObject(finding.subject);
    for (std::string path = finding.subject; !object && path != "/";) {
      path = ParentOf(path);  // an extra object: its nearest sealed directory tells
      object = baseline_->FindObject(path);
    }
    if (object && watcher_)
      looks_.Touch(*object, Channel::kContent, std::nullopt, now);
    else
      Record({finding}, std::nullopt);
  }
  if (values) CompareValues();
}

void Daemon::CompareValues() {
  host_->Forget();
  Comparison all = CompareSysctls(*baseline_, *host_);
  Append(all, ComparePackages(*baseline_, *host_));
  std::set<size_t> rules;
  for (Input::Kind kind : {Input::Kind::kSysctl, Input::Kind::kModules, Input::Kind::kLive})
    for (size_t rule : list_->RulesOf(kind)) rules.insert(rule);
  for (size_t rule : rules) {
    unverifiable_.erase(rules_->IdOf(rule));
    Append(all, rules_->Judge(rule, *host_, *list_));
  }
  host_->Forget();
  for (const Unverifiable& item : all.unverifiable) unverifiable_[item.subject] = item.reason;
  Record(SeenTwice(std::move(all.findings)), std::nullopt);
}

// What only a look tells may pass by itself: a service between two states, a socket of a client. A
// rule that fails at one look is asked once more before that is drift; until then nobody can tell.
std::vector<Finding> Daemon::SeenTwice(std::vector<Finding> findings) {
  std::set<std::string> failing;
  std::erase_if(findings, [&](const Finding& finding) {
    if (finding.kind != Finding::Kind::kRule) return false;
    failing.insert(finding.subject);
    if (doubted_.contains(finding.subject)) return false;
    unverifiable_[finding.subject] = "asked again, for it failed once: " + finding.actual;
    next_values_ = BootNow() + kSecondLook;
    return true;
  });
  doubted_ = std::move(failing);
  return findings;
}

// Of such a rule that failed at another look, a change of a file say, too: CompareValues asks
// again.
std::vector<Finding> Daemon::LeaveToValues(std::vector<Finding> findings) {
  std::set<std::string> live;
  for (size_t rule : list_->RulesOf(Input::Kind::kLive)) live.insert(rules_->IdOf(rule));
  std::erase_if(findings, [&](const Finding& finding) {
    if (finding.kind != Finding::Kind::kRule || !live.contains(finding.subject)) return false;
    if (!doubted_.insert(finding.subject).second) return true;
    unverifiable_[finding.subject] = "asked again, for it failed once: " + finding.actual;
    next_values_ = BootNow() + kSecondLook;
    return true;
  });
  return findings;
}

void Daemon::Record(const std::vector<Finding>& findings, const std::optional<Cause>& cause) {
  if (findings.empty()) return;
  if (!matched_) {
    candidate_ = false;
    for (const Finding& finding : findings)
      if (std::ranges::find(never_matched_, finding) == never_matched_.end() &&
          never_matched_.size() < DriftBook::kMaxEntries)
        never_matched_.push_back(finding);
    return;
  }
  std::string error;
  size_t fresh = drift_.Add(findings, cause, baseline_->digest(), ledger_.get(), &error);
  if (!error.empty() && tpm_) NoteTpm(Error{ErrorCode::kUnavailable, error});
  if (fresh == 0) return;
  if (first_drift_at_ == 0) first_drift_at_ = BootNow();
  const DriftBook::Entry& entry = drift_.entries()[drift_.entries().size() - fresh];
  spdlog::warn("drift: {}{}", Describe(entry.finding),
               cause ? "; by " + Printable(cause->process.exe, 256) + " pid " +
                           std::to_string(cause->process.pid)
                     : "");
}

BootNanos Daemon::OldestDirty() const {
  return looks_.OldestTouch([this](ObjectId object) {
    // Once looked at, a busy object with metadata only is only waited for.
    const Looks::Pending* pending = looks_.Find(object);
    return list_->IsJudged(object) && !(pending->second && list_->IsMetadataOnly(object));
  });
}

void Daemon::Settle() {
  // Whatever was touched is looked at, twice, before anything is said of it.
  BootNanos until = BootNow() + kSettlePatience;
  for (BootNanos now = BootNow(); watcher_ && now < until; now = BootNow()) {
    OnDoorbells();
    Sweep();
    LookAtDue(now);
    std::optional<BootNanos> due = looks_.NextDue();
    if (!due || OldestDirty() == 0) return;
    pollfd ready{watcher_->poll_fd(), POLLIN, 0};
    BootNanos wait = std::min(*due, until) - std::min({now, *due, until});
    poll(&ready, 1, int(wait / 1'000'000) + 1);
  }
}

void Daemon::TryMatch() {
  if (matched_ || !candidate_ || !doubted_.empty() || scans_ == 0 || OldestDirty() != 0) return;
  Sweep();
  if (OldestDirty() != 0) return;
  matched_ = true;
  never_matched_.clear();
  if (!ledger_) return;
  LedgerRecord record;
  record.mutable_match()->set_baseline_digest(std::string(AsBytes(baseline_->digest())));
  record.mutable_match()->set_objects(baseline_->object_count());
  AppendToLedger(std::move(record));
  next_scan_ = BootNow() + options_.scan_interval;
}

}  // namespace assay
