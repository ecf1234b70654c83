// SPDX-License-Identifier: Apache-2.0
#include "tests/support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>

#include "tests/support/temp_root.h"

namespace assay {

namespace {

pid_t Spawn(const std::vector<std::string>& arguments, const char* out, const char* err) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("fork failed");
  if (pid > 0) return pid;
  // Dies with the test, also when the test is killed.
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(127);
  if (out) dup2(open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
  if (err) dup2(open(err, O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
  execvp(argv[0], argv.data());
  _exit(127);
}

int WaitFor(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Ran RunProgram(const std::vector<std::string>& arguments) {
  TempRoot files{{"out", ""}, {"err", ""}};
  Ran ran;
  ran.exit = WaitFor(Spawn(arguments, files.Path("out").c_str(), files.Path("err").c_str()));
  ran.out = files.ReadBack("out");
  ran.err = files.ReadBack("err");
  return ran;
}

bool Poll(std::chrono::milliseconds deadline, const std::function<bool()>& done) {
  auto until = std::chrono::steady_clock::now() + deadline;
  while (!done()) {
    if (std::chrono::steady_clock::now() > until) return false;
    poll(nullptr, 0, 25);
  }
  return true;
}

RunningProgram::RunningProgram(const std::vector<std::string>& arguments)
    : pid_(Spawn(arguments, nullptr, nullptr)) {}

RunningProgram::~RunningProgram() {
  if (pid_ > 0) Terminate();
}

void RunningProgram::Signal(int number) const { kill(pid_, number); }

int RunningProgram::Wait() {
  int status = WaitFor(pid_);
  pid_ = -1;
  return status;
}

int RunningProgram::Terminate() {
  kill(pid_, SIGTERM);
  return Wait();
}

}  // namespace assay
