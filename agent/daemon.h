// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "agent/assessment.h"
#include "agent/control.pb.h"
#include "agent/control_server.h"
#include "agent/drift_book.h"
#include "agent/looks.h"
#include "agent/loop.h"
#include "agent/relook.h"
#include "agent/scan.h"
#include "agent/watch_list.h"
#include "attest/ledger.h"
#include "attest/tpm.h"
#include "base/error.h"
#include "base/host.h"
#include "checks/baseline/baseline.h"
#include "probes/watcher.h"

namespace assay {

struct DaemonOptions {
  std::string baseline = "/usr/share/assay/golden";
  std::string trust = "/etc/assay/trust.pem";
  std::string image;  ///< expected subject of the baseline; empty: any that is trusted
  std::string state = "/var/lib/assay";
  std::string run = "/run/assay";
  std::string tcti = "device:/dev/tpmrm0";
  std::string tpm_user;  ///< user of the TPM child; empty: ours
  bool no_tpm = false;   ///< no attestation is wanted: its absence is no reason for unknown
  std::string node_id;   ///< empty: the digest of the endorsement key
  Rung best = Rung::kLsm;
  BootNanos scan_interval = 3'600'000'000'000;  ///< full comparison
  BootNanos canary_interval = 60'000'000'000;
  BootNanos values_interval = 10'000'000'000;     ///< sysctls, which no probe may see (T6, rung 3)
  BootNanos unmatched_interval = 60'000'000'000;  ///< full comparison while nothing matched yet
  std::string firmware_log = "/sys/kernel/security/tpm0/binary_bios_measurements";
};

/// The life of assayd. Joins the rooms; holds what is known of the node. One thread, plus the scan
/// worker; whatever cannot be had (TPM, BPF, baseline, state directory) is said, counted, and makes
/// the node unknown, while the rest goes on.
class Daemon {
 public:
  /// Verifies the baseline, opens the ledger, attaches the probes and begins the first comparison.
  /// `tpm` may be null. Fails only where nothing useful could be done: the socket cannot be made.
  static Expected<std::unique_ptr<Daemon>> Start(DaemonOptions options, std::unique_ptr<Tpm> tpm);

  /// The loop; returns when SIGTERM or SIGINT came.
  Expected<void> Run();

  Assessment assessment() const { return Assess(Facts()); }

 private:
  explicit Daemon(DaemonOptions options, std::unique_ptr<Tpm> tpm, Loop loop);
  void OpenBaseline();
  void OpenLedger();
  Expected<void> OpenSocket();
  void Attach();

  // What happens, in the order of the path of one event (README).
  void OnDoorbells();
  void Sweep();
  void LookAtDue(BootNanos now);
  void Look(ObjectId object, BootNanos now);
  bool IsSame(ObjectId object);
  bool MayPass(ObjectId object, const std::vector<Finding>& findings);
  void RebindChildren(ObjectId directory);
  void OnMounts();
  void OnScan();
  void AppendScanRecord(const Comparison& all);
  void AppendToLedger(LedgerRecord record);
  void CompareValues();
  std::vector<Finding> SeenTwice(std::vector<Finding> findings);
  std::vector<Finding> LeaveToValues(std::vector<Finding> findings);
  void Confirm(const std::vector<Finding>& findings);
  void Record(const std::vector<Finding>& findings, const std::optional<Cause>& cause);
  void TryMatch();
  BootNanos OldestDirty() const;
  void Settle();
  void OnTick(BootNanos now);
  void Announce();

  NodeFacts Facts() const;
  Report MakeReport() const;
  NodeStatus Status() const;
  ControlReply Answer(const ControlRequest& request);
  Expected<Evidence> AnswerEvidence(const std::string& nonce);
  Expected<Enrolment> AnswerEnrol();
  Expected<std::string> NodeName();
  void NoteTpm(const Error& error);

  DaemonOptions options_;
  Loop loop_;
  std::unique_ptr<Tpm> tpm_;
  std::optional<Host> host_;
  std::optional<VerifiedBaseline> baseline_;
  std::string baseline_error_, tpm_error_, ledger_error_, watch_error_, node_name_;
  std::unique_ptr<WatchList> list_;
  std::unique_ptr<RuleBook> rules_;
  std::unique_ptr<Watcher> watcher_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<ScanWorker> scan_;
  std::unique_ptr<ControlServer> server_;

  Looks looks_;
  DriftBook drift_;
  std::map<ObjectId, std::map<std::string, BootNanos>> extras_;  ///< when each was seen first
  std::map<ObjectId, std::optional<Metadata>> judged_;           ///< of objects with metadata only
  bool matched_ = false, candidate_ = false;
  uint64_t scans_ = 0;
  BootNanos started_ = 0, first_drift_at_ = 0;
  BootNanos next_sweep_ = 0, next_canary_ = 0, next_values_ = 0, next_scan_ = 0, next_watchdog_ = 0;
  BootNanos walk_asked_ = 0;  ///< when to compare everything, for a walk's sake; 0: nobody asked
  std::vector<Finding> never_matched_;
  std::map<std::string, std::string> unverifiable_;
  std::set<std::string> doubted_;  ///< rules on the running state that failed at the last look
  std::string boot_id_, last_reason_, mounts_seen_;
  bool stop_ = false;
};

}  // namespace assay
