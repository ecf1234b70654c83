// SPDX-License-Identifier: Apache-2.0
#include "attest/tpms.h"

#include "base/digest.h"
#include "base/wire.h"

namespace assay {

namespace {

constexpr uint32_t kGenerated = 0xFF544347;  // TPM_GENERATED_VALUE (6.2)
constexpr uint16_t kAttestQuote = 0x8018;    // TPM_ST_ATTEST_QUOTE (6.9)
constexpr size_t kMaxName = 2 + 64;          // TPMU_NAME: algorithm and SHA-512
constexpr size_t kMaxExtraData = 2 + 64;     // TPM2B_DATA holds a TPMT_HA
constexpr size_t kMaxDigest = 64, kMaxEccParameter = 66, kMaxRsa = 512;
constexpr uint32_t kMaxBanks = 16;  // TPML_PCR_SELECTION: HASH_COUNT
constexpr uint8_t kMaxSelect = 4;   // 32 PCRs

Expected<std::string_view> Sized(WireReader& in, size_t limit, const char* what) {
  uint16_t size = TRY(in.Be16());
  if (size > limit)
    return Fail(ErrorCode::kInvalid, std::string(what) + " of " + std::to_string(size) +
                                         " bytes, at most " + std::to_string(limit) + " allowed");
  return in.Bytes(size);
}

Expected<QuotedSelection> ParseSelection(WireReader& in) {
  QuotedSelection selection;
  selection.bank = TRY(in.Be16());
  uint8_t size = TRY(in.U8());
  if (size < 1 || size > kMaxSelect)
    return Fail(ErrorCode::kInvalid, "PCR selection of " + std::to_string(size) + " bytes");
  selection.bitmap = TRY(in.Bytes(size));
  return selection;
}

Expected<void> ParseQuoteBody(WireReader& in, QuoteStatement& quote) {
  uint32_t banks = TRY(in.Be32());
  if (banks > kMaxBanks)
    return Fail(ErrorCode::kInvalid, std::to_string(banks) + " PCR selections");
  for (uint32_t i = 0; i < banks; i++) quote.selections.push_back(TRY(ParseSelection(in)));
  quote.pcr_digest = TRY(Sized(in, kMaxDigest, "PCR digest"));
  return in.End();
}

// TPMT_SYM_DEF_OBJECT (11.1.7). An EK has one, an AK has TPM_ALG_NULL.
Expected<void> SkipSymmetric(WireReader& in) {
  uint16_t algorithm = TRY(in.Be16());
  if (algorithm == kAlgNull) return {};
  (void)TRY(in.Be16());
  (void)TRY(in.Be16());
  return {};
}

bool SchemeHasHash(uint16_t scheme) { return scheme != kAlgNull && scheme != kAlgRsaEs; }

Expected<void> ParseScheme(WireReader& in, KeyTemplate& key) {
  key.scheme = TRY(in.Be16());
  if (key.scheme == kAlgEcDaa) return Fail(ErrorCode::kUnsupported, "ECDAA key");
  if (SchemeHasHash(key.scheme)) key.scheme_hash = TRY(in.Be16());
  return {};
}

Expected<void> ParseEcc(WireReader& in, KeyTemplate& key) {
  TRY(SkipSymmetric(in));
  TRY(ParseScheme(in, key));
  key.curve = TRY(in.Be16());
  uint16_t kdf = TRY(in.Be16());
  if (kdf != kAlgNull) (void)TRY(in.Be16());
  key.x = TRY(Sized(in, kMaxEccParameter, "ECC x"));
  key.y = TRY(Sized(in, kMaxEccParameter, "ECC y"));
  return {};
}

Expected<void> ParseRsa(WireReader& in, KeyTemplate& key) {
  TRY(SkipSymmetric(in));
  TRY(ParseScheme(in, key));
  key.key_bits = TRY(in.Be16());
  key.exponent = TRY(in.Be32());
  key.modulus = TRY(Sized(in, kMaxRsa, "RSA modulus"));
  return {};
}

}  // namespace

size_t DigestSize(uint16_t algorithm) {
  switch (algorithm) {
    case kAlgSha1:
      return 20;
    case kAlgSha256:
    case kAlgSm3:
      return 32;
    case kAlgSha384:
      return 48;
    case kAlgSha512:
      return 64;
    default:
      return 0;
  }
}

std::string AlgorithmName(uint16_t algorithm) {
  switch (algorithm) {
    case kAlgRsa:
      return "rsa";
    case kAlgSha1:
      return "sha1";
    case kAlgNull:
      return "null";
    case kAlgSha256:
      return "sha256";
    case kAlgSha384:
      return "sha384";
    case kAlgSha512:
      return "sha512";
    case kAlgSm3:
      return "sm3";
    case kAlgRsaSsa:
      return "rsassa";
    case kAlgRsaPss:
      return "rsapss";
    case kAlgEcdsa:
      return "ecdsa";
    case kAlgEcc:
      return "ecc";
    default: {
      char bytes[2] = {char(algorithm >> 8), char(algorithm & 0xFF)};
      return "0x" + Hex(std::string_view(bytes, 2));
    }
  }
}

std::vector<uint8_t> QuotedSelection::Pcrs() const {
  std::vector<uint8_t> pcrs;
  for (size_t i = 0; i < bitmap.size() * 8; i++)
    if (uint8_t(bitmap[i / 8]) >> (i % 8) & 1) pcrs.push_back(uint8_t(i));
  return pcrs;
}

Expected<QuoteStatement> ParseQuote(std::string_view attest) {
  WireReader in(attest);
  if (TRY(in.Be32()) != kGenerated)
    return Fail(ErrorCode::kInvalid, "the magic is not TPM_GENERATED_VALUE: no TPM made this");
  if (TRY(in.Be16()) != kAttestQuote)
    return Fail(ErrorCode::kInvalid, "attestation of another type than a quote");
  QuoteStatement quote;
  quote.qualified_signer = TRY(Sized(in, kMaxName, "qualified signer"));
  quote.qualifying_data = TRY(Sized(in, kMaxExtraData, "qualifying data"));
  quote.clock = TRY(in.Be64());
  quote.reset_count = TRY(in.Be32());
  quote.restart_count = TRY(in.Be32());
  uint8_t safe = TRY(in.U8());
  if (safe > 1) return Fail(ErrorCode::kInvalid, "clock: safe is neither yes nor no");
  quote.safe = safe == 1;
  quote.firmware_version = TRY(in.Be64());
  TRY(ParseQuoteBody(in, quote));
  return quote;
}

Expected<KeyTemplate> ParsePublic(std::string_view tpmt_public) {
  WireReader in(tpmt_public);
  KeyTemplate key;
  key.type = TRY(in.Be16());
  key.name_algorithm = TRY(in.Be16());
  key.attributes = TRY(in.Be32());
  key.policy = TRY(Sized(in, kMaxDigest, "authorisation policy"));
  if (key.type != kAlgEcc && key.type != kAlgRsa)
    return Fail(ErrorCode::kUnsupported, "key of type " + AlgorithmName(key.type));
  TRY(key.type == kAlgEcc ? ParseEcc(in, key) : ParseRsa(in, key));
  TRY(in.End());
  return key;
}

Expected<std::string> KeyName(std::string_view tpmt_public) {
  KeyTemplate key = TRY(ParsePublic(tpmt_public));
  if (key.name_algorithm != kAlgSha256)
    return Fail(ErrorCode::kUnsupported,
                "key with name algorithm " + AlgorithmName(key.name_algorithm));
  return std::string("\x00\x0B", 2) + std::string(AsBytes(Sha256Of(tpmt_public)));
}

Expected<TpmSignature> ParseSignature(std::string_view tpmt_signature) {
  WireReader in(tpmt_signature);
  TpmSignature signature;
  signature.algorithm = TRY(in.Be16());
  if (signature.algorithm != kAlgEcdsa && signature.algorithm != kAlgRsaSsa &&
      signature.algorithm != kAlgRsaPss)
    return Fail(ErrorCode::kUnsupported, "signature by " + AlgorithmName(signature.algorithm));
  signature.hash = TRY(in.Be16());
  if (signature.algorithm == kAlgEcdsa) {
    signature.r = TRY(Sized(in, kMaxEccParameter, "ECDSA r"));
    signature.s = TRY(Sized(in, kMaxEccParameter, "ECDSA s"));
  } else {
    signature.rsa = TRY(Sized(in, kMaxRsa, "RSA signature"));
  }
  TRY(in.End());
  return signature;
}

}  // namespace assay
