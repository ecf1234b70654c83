// SPDX-License-Identifier: Apache-2.0
#include "attest/tpm.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "attest/tpm_broker.h"
#include "attest/tpm_child.h"
#include "attest/tpm_key_file.h"
#include "attest/tpm_message.h"
#include "base/fd.h"

namespace assay {

namespace {

// The broker enforces the deadline; it gets this much longer to say so.
constexpr BootNanos kSlack = 1'000'000'000;
constexpr BootNanos kStartPatience = 10'000'000'000;

std::string Seconds(BootNanos nanos) {
  return std::to_string((nanos + 999'999'999) / 1'000'000'000) + " s";
}

Error ErrorOf(const TpmFailure& failure) {
  bool known = failure.code() <= uint32_t(ErrorCode::kInternal);
  return {known ? ErrorCode(failure.code()) : ErrorCode::kInternal, failure.text(), failure.hint()};
}

class BrokeredTpm final : public Tpm {
 public:
  BrokeredTpm(Options options, Fd fd, pid_t broker)
      : options_(std::move(options)),
        files_(options_.state_directory),
        fd_(std::move(fd)),
        broker_(broker) {}
  ~BrokeredTpm() override {
    fd_.Reset();             // the broker ends its child and itself
    kill(broker_, SIGKILL);  // unless it cannot; its child dies with it
    while (waitpid(broker_, nullptr, 0) < 0 && errno == EINTR) continue;
  }

  Expected<AttestationKey> OpenKey() override;
  Expected<std::vector<Digest>> ReadPcrs(const PcrSelection& selection) override;
  Expected<void> Extend(uint8_t pcr, const Digest& digest) override;
  Expected<TpmQuote> Quote(const Digest& qualifying_data, const PcrSelection& selection) override;
  Expected<TpmClock> ReadClock() override;
  Expected<HandleCount> CountHandles() override;
  uint64_t deadlines_missed() const override { return deadlines_missed_; }
  uint64_t children_started() const override { return children_started_; }
  int broker_fd() const override { return fd_.get(); }

 private:
  Expected<TpmResponse> Exchange(TpmRequest request);
  Expected<TpmResponse> CallOnce(TpmRequest request);
  Expected<TpmResponse> Call(const TpmRequest& request);
  Expected<std::vector<Digest>> Values(const TpmResponse& response, size_t count);

  Options options_;
  TpmKeyFile files_;
  Fd fd_;
  pid_t broker_;
  uint64_t last_id_ = 0, deadlines_missed_ = 0, children_started_ = 0;
  BootNanos not_before_ = 0;                            ///< back-off, by options_.clock
  bool connection_lost_ = false, key_refused_ = false;  ///< of the last failure
  WrappedKey key_;
  AttestationKey public_keys_;
};

Expected<TpmResponse> BrokeredTpm::Exchange(TpmRequest request) {
  request.set_id(++last_id_);
  BootNanos deadline = BootNow() + options_.deadline;
  request.set_deadline_nanos(deadline);
  TRY(SendPacket(fd_.get(), request.SerializeAsString()));
  for (;;) {
    std::string packet = TRY(ReceivePacket(fd_.get(), deadline + kSlack));
    TpmResponse response;
    if (!response.ParseFromString(packet))
      return Fail(ErrorCode::kInternal, "the TPM broker's answer cannot be read");
    if (response.id() == last_id_) return response;  // an older one: a call that was given up
  }
}

Expected<TpmResponse> BrokeredTpm::CallOnce(TpmRequest request) {
  connection_lost_ = key_refused_ = false;
  BootNanos now = options_.clock();
  if (now < not_before_)
    return Fail(ErrorCode::kUnavailable, "the TPM did not answer lately",
                "it is tried again in " + Seconds(not_before_ - now));
  Expected<TpmResponse> response = Exchange(std::move(request));
  if (!response && response.error().code == ErrorCode::kNotFound)
    return Fail(ErrorCode::kUnavailable, "the TPM broker has died", "restart assayd");
  bool missed = response ? response->failure().deadline_missed()
                         : response.error().code == ErrorCode::kUnavailable;
  if (missed) {
    deadlines_missed_++;
    not_before_ = options_.clock() + options_.back_off;
  }
  if (!response) return response;
  children_started_ = response->children_started();
  if (!response->has_failure()) return response;
  connection_lost_ = response->failure().connection_lost();
  key_refused_ = response->failure().key_refused();
  Error error = ErrorOf(response->failure());
  if (missed) error.hint = "it is tried again in " + Seconds(options_.back_off);
  return std::unexpected(std::move(error));
}

// What can be asked twice is: a TPM that was restarted is noticed by the first call after it.
Expected<TpmResponse> BrokeredTpm::Call(const TpmRequest& request) {
  Expected<TpmResponse> response = CallOnce(request);
  return !response && connection_lost_ ? CallOnce(request) : response;
}

Expected<AttestationKey> BrokeredTpm::OpenKey() {
  if (!public_keys_.ak_public.empty()) return public_keys_;
  TpmRequest request;
  *request.mutable_open_key()->mutable_key() = TRY(files_.Read());
  bool had_key = !request.open_key().key().private_part().empty();
  Expected<TpmResponse> response = Call(request);
  if (!response && key_refused_ && had_key) {
    // The TPM was cleared or replaced, or the files were damaged. A new key makes this a node that
    // has to be enrolled again, which is what happened to it.
    TRY(files_.SetAside());
    request.mutable_open_key()->clear_key();
    had_key = false;
    response = Call(request);
  }
  if (!response) return std::unexpected(response.error());
  if (!had_key) TRY(files_.Write(response->key()));
  key_ = response->key();
  public_keys_ = {response->ak_public(), response->ek_public()};
  return public_keys_;
}

Expected<std::vector<Digest>> BrokeredTpm::Values(const TpmResponse& response, size_t count) {
  if (size_t(response.pcrs_size()) != count)
    return Fail(ErrorCode::kInternal, "not as many PCR values as asked for");
  std::vector<Digest> values;
  for (const std::string& bytes : response.pcrs()) values.push_back(TRY(DigestFrom(bytes)));
  return values;
}

Expected<std::vector<Digest>> BrokeredTpm::ReadPcrs(const PcrSelection& selection) {
  TpmRequest request;
  for (uint8_t pcr : selection) request.mutable_read_pcrs()->add_pcrs(pcr);
  request.mutable_read_pcrs();
  TpmResponse response = TRY(Call(request));
  return Values(response, selection.size());
}

Expected<void> BrokeredTpm::Extend(uint8_t pcr, const Digest& digest) {
  TpmRequest request;
  request.mutable_extend()->set_pcr(pcr);
  request.mutable_extend()->set_digest(std::string(AsBytes(digest)));
  TRY(CallOnce(request));
  return {};
}

Expected<TpmQuote> BrokeredTpm::Quote(const Digest& qualifying_data,
                                      const PcrSelection& selection) {
  TRY(OpenKey());
  TpmRequest request;
  QuoteCall& call = *request.mutable_quote();
  *call.mutable_key() = key_;
  for (uint8_t pcr : selection) call.add_pcrs(pcr);
  call.set_qualifying_data(std::string(AsBytes(qualifying_data)));
  Expected<TpmResponse> response = Call(request);
  if (!response && key_refused_) public_keys_ = {};  // another TPM since; OpenKey() sees to it
  if (!response) return std::unexpected(response.error());
  TpmQuote quote{.attest = response->attest(), .signature = response->signature(), .pcrs = {}};
  quote.pcrs = TRY(Values(*response, selection.size()));
  return quote;
}

Expected<TpmClock> BrokeredTpm::ReadClock() {
  TpmRequest request;
  request.mutable_read_clock();
  TpmResponse response = TRY(Call(request));
  return TpmClock{.clock = response.clock(),
                  .reset_count = response.reset_count(),
                  .restart_count = response.restart_count(),
                  .safe = response.safe()};
}

Expected<Tpm::HandleCount> BrokeredTpm::CountHandles() {
  TpmRequest request;
  request.mutable_count_handles();
  TpmResponse response = TRY(Call(request));
  return HandleCount{response.transient_handles(), response.session_handles()};
}

// The first message says whether the privileges could be dropped; nothing is served otherwise.
[[noreturn]] void BrokerMain(int fd, pid_t parent, const std::string& tcti,
                             const std::optional<UserIds>& user) {
  CloseOthers(fd);
  Expected<void> dropped = DropTo(user);
  FollowParent(parent, "assay-tpm-broker");
  TpmResponse ready = dropped ? TpmResponse() : FailedResponse(0, dropped.error());
  ready.set_children_started(1);  // a packet must not be empty
  Expected<void> told = SendPacket(fd, ready.SerializeAsString());
  if (dropped && told) TpmBroker(fd, tcti).Run();
  _exit(0);
}

Expected<void> AwaitBroker(int fd) {
  std::string packet = TRY(ReceivePacket(fd, BootNow() + kStartPatience));
  TpmResponse ready;
  if (!ready.ParseFromString(packet)) return Fail(ErrorCode::kInternal, "not the TPM broker");
  if (ready.has_failure()) return std::unexpected(ErrorOf(ready.failure()));
  return {};
}

bool SingleThreaded() {
  std::error_code error;
  std::filesystem::directory_iterator tasks("/proc/self/task", error);
  return error || std::distance(begin(tasks), end(tasks)) == 1;
}

}  // namespace

Expected<std::unique_ptr<Tpm>> Tpm::Start(Options options) {
  if (!SingleThreaded())
    return Fail(ErrorCode::kInternal, "the TPM broker must be forked before threads are started");
  std::optional<UserIds> user = TRY(FindUser(options.child_user));
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
    return FailErrno(errno, "making the TPM broker's socket");
  Fd ours(pair[0]), theirs(pair[1]);
  pid_t parent = getpid(), broker = fork();
  if (broker < 0) return FailErrno(errno, "forking the TPM broker");
  if (broker == 0) BrokerMain(theirs.get(), parent, options.tcti, user);
  theirs.Reset();
  int fd = ours.get();
  auto tpm = std::make_unique<BrokeredTpm>(std::move(options), std::move(ours), broker);
  TRY(AwaitBroker(fd));
  return tpm;
}

}  // namespace assay
