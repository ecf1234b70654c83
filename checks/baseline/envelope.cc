// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "checks/baseline/statement.h"

namespace assay {

namespace {

using Json = nlohmann::json;

constexpr std::string_view kPayloadType = "application/vnd.in-toto+json";

std::string EnvelopeText(std::string_view payload, std::string_view key_id,
                         std::string_view signature) {
  Json json = {{"payload", Base64(payload)},
               {"payloadType", kPayloadType},
               {"signatures", Json::array({{{"keyid", key_id}, {"sig", Base64(signature)}}})}};
  return json.dump() + "\n";
}

std::unexpected<Error> Malformed(std::string_view what) {
  return Fail(ErrorCode::kInvalid,
              std::string(kStatementFile) +
                  " is not a DSSE envelope as assay writes it: " + std::string(what),
              "copy the baseline again, or seal the image again");
}

// The string at a JSON pointer's place; empty if there is none.
std::string TextAt(const Json& json, const char* key) {
  auto found = json.is_object() ? json.find(key) : json.end();
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Parses at most three levels deep: deeper is not an envelope, and costs nothing.
Json ParseShallow(std::string_view text) {
  bool deep = false;
  Json json = Json::parse(
      text,
      [&deep](int depth, Json::parse_event_t, Json&) {
        deep = deep || depth > 4;
        return !deep;
      },
      false);
  return deep ? Json(Json::value_t::discarded) : json;
}

}  // namespace

std::string PreAuthEncoding(std::string_view payload_type, std::string_view payload) {
  std::string out = "DSSEv1 " + std::to_string(payload_type.size()) + " ";
  out.append(payload_type).append(" " + std::to_string(payload.size()) + " ").append(payload);
  return out;
}

Expected<std::string> WriteEnvelope(std::string_view payload, const SigningKey& key) {
  std::string signature = TRY(key.Sign(PreAuthEncoding(kPayloadType, payload)));
  std::string key_id = TRY(key.KeyId());
  return EnvelopeText(payload, key_id, signature);
}

Expected<OpenedEnvelope> OpenEnvelope(std::string_view text,
                                      const std::vector<VerifyingKey>& keys) {
  if (text.size() > kStatementLimit) return Malformed("larger than 1 MiB");
  Json json = ParseShallow(text);
  if (!json.is_object()) return Malformed("not JSON");
  auto signatures = json.find("signatures");
  if (signatures == json.end() || !signatures->is_array() || signatures->size() != 1)
    return Malformed("not exactly one signature");
  std::string key_id = TextAt((*signatures)[0], "keyid");
  Expected<std::string> payload = FromBase64(TextAt(json, "payload"));
  Expected<std::string> signature = FromBase64(TextAt((*signatures)[0], "sig"));
  if (!payload || !signature) return Malformed("its base64 is wrong");
  if (EnvelopeText(*payload, key_id, *signature) != text) return Malformed("its bytes differ");
  for (const VerifyingKey& key : keys) {
    if (TRY(key.KeyId()) != key_id) continue;
    if (!key.Verify(PreAuthEncoding(kPayloadType, *payload), *signature))
      return Fail(
          ErrorCode::kTampered,
          "the baseline's signature is wrong: its statement was changed after it was signed",
          "copy the baseline again from where the image was sealed");
    return OpenedEnvelope{*std::move(payload), std::move(key_id)};
  }
  return Fail(ErrorCode::kTampered, "the baseline is signed by a key that is not trusted",
              "give the public key of the pipeline that sealed the image");
}

}  // namespace assay
