// SPDX-License-Identifier: Apache-2.0
#include "tests/support/software_tpm.h"

#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "base/clock.h"
#include "base/fd.h"

namespace assay {

namespace fs = std::filesystem;

namespace {

constexpr BootNanos kPatience = 10'000'000'000;

// Also where a user's PATH does not look.
std::string Program(const std::string& name) {
  for (const char* directory : {"/usr/bin/", "/usr/sbin/", "/usr/local/bin/"})
    if (access((directory + name).c_str(), X_OK) == 0) return directory + name;
  return "";
}

void WriteConfiguration(const TempRoot& root) {
  std::string ca = root.Path("ca");
  root.Write("ca/localca.conf", "statedir = " + ca + "\nsigningkey = " + ca +
                                    "/signkey.pem\nissuercert = " + ca +
                                    "/issuercert.pem\ncertserial = " + ca + "/certserial\n");
  root.Write("ca/localca.options",
             "--platform-manufacturer Assay\n--platform-version 1\n--platform-model software\n");
  root.Write("ca/setup.conf", "create_certs_tool = " + Program("swtpm_localca") +
                                  "\ncreate_certs_tool_config = " + ca +
                                  "/localca.conf\ncreate_certs_tool_options = " + ca +
                                  "/localca.options\nactive_pcr_banks = sha256\n");
}

void Manufacture(const TempRoot& root) {
  WriteConfiguration(root);
  root.MakeDirectory("state");
  Ran ran =
      RunProgram({Program("swtpm_setup"), "--tpm2", "--tpmstate", root.Path("state"), "--config",
                  root.Path("ca/setup.conf"), "--create-ek-cert", "--create-platform-cert",
                  "--lock-nvram", "--pcr-banks", "sha1,sha256", "--overwrite"});
  if (ran.exit != 0) throw std::runtime_error("swtpm_setup failed: " + ran.out + ran.err);
}

// Made once for each test program: its making is most of what a test would wait for.
const TempRoot& Shared() {
  static const TempRoot* root = [] {
    static TempRoot made;
    Manufacture(made);
    return &made;
  }();
  return *root;
}

bool Accepts(const std::string& path) {
  Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

// Waits on the directory for the socket to appear. The control socket is asked, not the other: a
// connection to that one would be a client.
void AwaitSocket(const std::string& directory) {
  Fd watch(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  inotify_add_watch(watch.get(), directory.c_str(), IN_CREATE | IN_ATTRIB | IN_MODIFY);
  BootNanos until = BootNow() + kPatience;
  while (!fs::exists(directory + "/command") || !Accepts(directory + "/command.ctrl")) {
    if (BootNow() > until) throw std::runtime_error("swtpm does not listen in " + directory);
    pollfd event{.fd = watch.get(), .events = POLLIN, .revents = 0};
    poll(&event, 1, 20);
    char drained[4096];
    while (read(watch.get(), drained, sizeof drained) > 0) continue;
  }
}

}  // namespace

bool SoftwareTpm::Available() {
  return !Program("swtpm").empty() && !Program("swtpm_setup").empty() &&
         !Program("swtpm_localca").empty();
}

SoftwareTpm::SoftwareTpm(Seed seed) {
  if (seed == kShared)
    fs::copy(Shared().path(), directory_.path(),
             fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  else
    Manufacture(directory_);
  fs::remove(directory_.Path("state/.lock"));
  Start();
}

SoftwareTpm::~SoftwareTpm() {
  if (!process_) return;
  process_->Signal(SIGCONT);  // a stopped process does not see SIGTERM
  process_.reset();
}

void SoftwareTpm::Start() {
  fs::remove(directory_.Path("command"));
  fs::remove(directory_.Path("command.ctrl"));
  process_ = std::make_unique<RunningProgram>(std::vector<std::string>{
      Program("swtpm"), "socket", "--tpm2", "--tpmstate", "dir=" + directory_.Path("state"),
      "--flags", "not-need-init,startup-clear", "--server",
      "type=unixio,path=" + directory_.Path("command"), "--ctrl",
      "type=unixio,path=" + directory_.Path("command.ctrl")});
  AwaitSocket(directory_.path());
}

std::string SoftwareTpm::tcti() const { return "swtpm:path=" + directory_.Path("command"); }

pid_t SoftwareTpm::pid() const { return process_ ? process_->pid() : -1; }

void SoftwareTpm::Stop() { process_->Signal(SIGSTOP); }
void SoftwareTpm::Continue() { process_->Signal(SIGCONT); }

void SoftwareTpm::Kill() {
  process_->Signal(SIGKILL);
  process_->Wait();
  process_.reset();
}

void SoftwareTpm::Reboot() {
  if (process_) Kill();
  Start();
}

}  // namespace assay
