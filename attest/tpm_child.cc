// SPDX-License-Identifier: Apache-2.0
#include "attest/tpm_child.h"

#include <memory>

#include "attest/tpm_message.h"
#include "attest/tpm_session.h"

namespace assay {

namespace {

TpmResult<PcrSelection> SelectionFrom(const google::protobuf::RepeatedField<uint32_t>& pcrs) {
  PcrSelection selection;
  for (uint32_t pcr : pcrs) {
    if (pcr > 23 || (!selection.empty() && pcr <= selection.back()))
      return std::unexpected(TpmFault{{ErrorCode::kInvalid, "PCRs must ascend from 0 to 23"}});
    selection.push_back(uint8_t(pcr));
  }
  if (selection.empty()) return std::unexpected(TpmFault{{ErrorCode::kInvalid, "no PCR selected"}});
  return selection;
}

TpmResult<Digest> DigestOf(const std::string& bytes) {
  Expected<Digest> digest = DigestFrom(bytes);
  if (!digest) return std::unexpected(TpmFault{digest.error()});
  return *digest;
}

void Put(const std::vector<Digest>& values, TpmResponse& response) {
  for (const Digest& value : values) response.add_pcrs(std::string(AsBytes(value)));
}

TpmResult<void> OpenKey(TpmSession& session, const OpenKeyCall& call, TpmResponse& response) {
  TpmResult<WrappedKey> key = call.key();
  if (key->private_part().empty()) key = session.CreateKey();
  if (!key) return std::unexpected(key.error());
  if (auto loaded = session.LoadKey(*key); !loaded) return loaded;
  *response.mutable_key() = *key;
  response.set_ak_public(session.loaded().ak_public);
  response.set_ek_public(session.loaded().ek_public);
  return {};
}

TpmResult<void> Read(TpmSession& session, const ReadPcrsCall& call, TpmResponse& response) {
  TpmResult<PcrSelection> selection = SelectionFrom(call.pcrs());
  if (!selection) return std::unexpected(selection.error());
  TpmResult<std::vector<Digest>> values = session.ReadPcrs(*selection);
  if (!values) return std::unexpected(values.error());
  Put(*values, response);
  return {};
}

TpmResult<void> Extend(TpmSession& session, const ExtendCall& call) {
  TpmResult<Digest> digest = DigestOf(call.digest());
  if (!digest) return std::unexpected(digest.error());
  if (call.pcr() > 23) return std::unexpected(TpmFault{{ErrorCode::kInvalid, "no such PCR"}});
  return session.Extend(uint8_t(call.pcr()), *digest);
}

TpmResult<void> Quote(TpmSession& session, const QuoteCall& call, TpmResponse& response) {
  TpmResult<PcrSelection> selection = SelectionFrom(call.pcrs());
  if (!selection) return std::unexpected(selection.error());
  TpmResult<Digest> data = DigestOf(call.qualifying_data());
  if (!data) return std::unexpected(data.error());
  if (auto loaded = session.LoadKey(call.key()); !loaded) return loaded;
  TpmResult<TpmQuote> quote = session.Quote(*data, *selection);
  if (!quote) return std::unexpected(quote.error());
  response.set_attest(quote->attest);
  response.set_signature(quote->signature);
  Put(quote->pcrs, response);
  return {};
}

TpmResult<void> Clock(TpmSession& session, TpmResponse& response) {
  TpmResult<TpmClock> clock = session.ReadClock();
  if (!clock) return std::unexpected(clock.error());
  response.set_clock(clock->clock);
  response.set_reset_count(clock->reset_count);
  response.set_restart_count(clock->restart_count);
  response.set_safe(clock->safe);
  return {};
}

TpmResult<void> Count(TpmSession& session, TpmResponse& response) {
  auto transient = session.Handles(TPM2_TRANSIENT_FIRST);
  if (!transient) return std::unexpected(transient.error());
  auto sessions = session.Handles(TPM2_LOADED_SESSION_FIRST);
  if (!sessions) return std::unexpected(sessions.error());
  response.set_transient_handles(uint32_t(transient->size()));
  response.set_session_handles(uint32_t(sessions->size()));
  return {};
}

TpmResult<void> Call(TpmSession& session, const TpmRequest& request, TpmResponse& response) {
  switch (request.call_case()) {
    case TpmRequest::kOpenKey:
      return OpenKey(session, request.open_key(), response);
    case TpmRequest::kReadPcrs:
      return Read(session, request.read_pcrs(), response);
    case TpmRequest::kExtend:
      return Extend(session, request.extend());
    case TpmRequest::kQuote:
      return Quote(session, request.quote(), response);
    case TpmRequest::kReadClock:
      return Clock(session, response);
    case TpmRequest::kCountHandles:
      return Count(session, response);
    case TpmRequest::CALL_NOT_SET:
      break;
  }
  return std::unexpected(TpmFault{{ErrorCode::kInternal, "a request that asks for nothing"}});
}

TpmResponse Answer(std::unique_ptr<TpmSession>& session, const std::string& tcti,
                   const TpmRequest& request) {
  TpmResponse response;
  response.set_id(request.id());
  TpmResult<void> done;
  if (!session) {
    TpmResult<std::unique_ptr<TpmSession>> connected = TpmSession::Connect(tcti);
    if (connected)
      session = std::move(*connected);
    else
      done = std::unexpected(connected.error());
  }
  if (done) done = Call(*session, request, response);
  if (done) return response;
  response = FailedResponse(request.id(), done.error().error);
  response.mutable_failure()->set_connection_lost(done.error().connection_lost);
  response.mutable_failure()->set_key_refused(done.error().key_refused);
  return response;
}

}  // namespace

TpmResponse FailedResponse(uint64_t id, const Error& error) {
  TpmResponse response;
  response.set_id(id);
  response.mutable_failure()->set_code(uint32_t(error.code));
  response.mutable_failure()->set_text(error.text);
  response.mutable_failure()->set_hint(error.hint);
  return response;
}

void ServeTpm(int fd, const std::string& tcti) {
  setenv("TSS2_LOG", "all+none", 1);  // it writes to standard error otherwise
  std::unique_ptr<TpmSession> session;
  for (;;) {
    Expected<std::string> packet = ReceivePacket(fd, 0);
    TpmRequest request;
    if (!packet || !request.ParseFromString(*packet)) return;
    TpmResponse response = Answer(session, tcti, request);
    if (!SendPacket(fd, response.SerializeAsString())) return;
  }
}

}  // namespace assay
