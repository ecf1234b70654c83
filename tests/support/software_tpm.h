// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "tests/support/process.h"
#include "tests/support/temp_root.h"

namespace assay {

/// A real TPM 2.0 (swtpm) of one test: its state, its certificate authority and its sockets are in
/// a temporary directory, nothing of the machine's own swtpm set-up is read or written.
///
/// It is manufactured once per test program (about a second) and copied for each object:
///   swtpm_setup --tpm2 --tpmstate D/state --config D/ca/setup.conf --create-ek-cert
///     --create-platform-cert --lock-nvram --pcr-banks sha1,sha256 --overwrite
///   swtpm socket --tpm2 --tpmstate dir=D/state --flags not-need-init,startup-clear
///     --server type=unixio,path=D/command --ctrl type=unixio,path=D/command.ctrl
/// A fresh swtpm comes with an endorsement key and certificate at NV index 0x1c00002 (RSA-2048) and
/// 0x1c00016 (P-384). All copies share the seeds: `SoftwareTpm(SoftwareTpm::kOther)` has its own.
///
/// The control socket must be named so: tpm2-tss looks for it there. swtpm serves one client at a
/// time and has no resource manager.
class SoftwareTpm {
 public:
  enum Seed { kShared, kOther };

  /// Whether swtpm and swtpm_setup are installed; else a test skips with kMissing.
  static bool Available();
  static constexpr char kMissing[] = "needs swtpm: apt-get install swtpm swtpm-tools";

  /// Throws std::runtime_error when it does not start.
  explicit SoftwareTpm(Seed seed = kShared);
  ~SoftwareTpm();

  /// For Tpm::Options. Stays the same over Restart() and Reboot().
  std::string tcti() const;
  /// Directory of the certificate authority: issuercert.pem, swtpm-localca-rootca-cert.pem.
  std::string ca() const { return directory_.Path("ca"); }

  void Stop();      ///< it hangs: SIGSTOP
  void Continue();  ///< SIGCONT
  void Kill();      ///< it is gone: SIGKILL
  /// Starts it again after Kill(), or in place: power cycle with TPM2_Startup(CLEAR). PCRs are at
  /// their boot values and the reset count is one higher.
  void Reboot();
  pid_t pid() const;

 private:
  void Start();

  TempRoot directory_;
  std::unique_ptr<RunningProgram> process_;
};

}  // namespace assay
