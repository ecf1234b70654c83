// SPDX-License-Identifier: Apache-2.0
// TpmSession: what concerns PCRs.
#include <openssl/evp.h>

#include <algorithm>

#include "attest/tpm_esys.h"
#include "attest/tpm_key.h"
#include "attest/tpm_session.h"
#include "attest/tpms.h"

namespace assay {

namespace {

// An extend between the reading of the values and the quote is rare; five in a row are a flood.
constexpr int kQuoteAttempts = 5;
constexpr uint8_t kPcrs = 24;

TPML_PCR_SELECTION SelectionOf(const PcrSelection& pcrs) {
  TPML_PCR_SELECTION selection{};
  selection.count = 1;
  selection.pcrSelections[0].hash = TPM2_ALG_SHA256;
  selection.pcrSelections[0].sizeofSelect = kPcrs / 8;
  for (uint8_t pcr : pcrs) selection.pcrSelections[0].pcrSelect[pcr / 8] |= uint8_t(1 << pcr % 8);
  return selection;
}

bool Selected(const TPMS_PCR_SELECTION& selection, uint8_t pcr) {
  return pcr / 8 < selection.sizeofSelect && (selection.pcrSelect[pcr / 8] >> pcr % 8 & 1);
}

// What is extended into a bank of another hash: its own hash of the 32 bytes.
bool DigestFor(TPMI_ALG_HASH bank, const Digest& digest, TPMT_HA& out) {
  out.hashAlg = bank;
  auto* bytes = reinterpret_cast<uint8_t*>(&out.digest);
  if (bank == TPM2_ALG_SHA256) return std::ranges::copy(digest, bytes), true;
  const EVP_MD* md = bank == TPM2_ALG_SHA1     ? EVP_sha1()
                     : bank == TPM2_ALG_SHA384 ? EVP_sha384()
                     : bank == TPM2_ALG_SHA512 ? EVP_sha512()
                                               : nullptr;
  return md && EVP_Digest(digest.data(), digest.size(), bytes, nullptr, md, nullptr) == 1;
}

Digest Composite(const std::vector<Digest>& values) {
  Sha256 hash;
  for (const Digest& value : values) hash.Update(AsBytes(value));
  return hash.Final();
}

}  // namespace

TpmResult<void> TpmSession::ReadBanks() {
  EsysPointer<TPMS_CAPABILITY_DATA> data;
  TPMI_YES_NO more = 0;
  TSS2_RC rc = Esys_GetCapability(esys_, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, TPM2_CAP_PCRS, 0,
                                  TPM2_NUM_PCR_BANKS, &more, Out(data));
  if (rc) return Fault(rc, "listing the PCR banks");
  const TPML_PCR_SELECTION& list = data->data.assignedPCR;
  for (size_t i = 0; i < std::min<size_t>(list.count, TPM2_NUM_PCR_BANKS); i++)
    for (uint8_t pcr = 0; pcr < kPcrs; pcr++)
      if (Selected(list.pcrSelections[i], pcr)) banks_[list.pcrSelections[i].hash] |= 1u << pcr;
  return {};
}

TpmResult<std::vector<Digest>> TpmSession::ReadPcrs(const PcrSelection& selection) {
  std::vector<Digest> values;
  while (values.size() < selection.size()) {  // the TPM gives at most eight at a time
    PcrSelection rest(selection.begin() + std::ptrdiff_t(values.size()), selection.end());
    TPML_PCR_SELECTION wanted = SelectionOf(rest);
    EsysPointer<TPML_PCR_SELECTION> given;
    EsysPointer<TPML_DIGEST> digests;
    TSS2_RC rc = Esys_PCR_Read(esys_, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &wanted, nullptr,
                               Out(given), Out(digests));
    if (rc) return Fault(rc, "reading PCRs");
    if (digests->count == 0)
      return Fault(ErrorCode::kUnsupported, "this TPM has no SHA-256 bank for the PCRs asked for",
                   "enable the SHA-256 bank in the firmware's set-up");
    if (digests->count > rest.size()) return Fault(ErrorCode::kInvalid, "more PCRs than asked for");
    for (size_t i = 0; i < digests->count; i++) {
      const TPM2B_DIGEST& digest = digests->digests[i];
      if (digest.size != sizeof(Digest) || given->count == 0 ||
          !Selected(given->pcrSelections[0], rest[i]))
        return Fault(ErrorCode::kInvalid, "the TPM read other PCRs than asked for");
      std::copy_n(digest.buffer, sizeof(Digest), values.emplace_back().begin());
    }
  }
  return values;
}

TpmResult<void> TpmSession::Extend(uint8_t pcr, const Digest& digest) {
  if (banks_.empty())
    if (auto read = ReadBanks(); !read) return read;
  if (!(banks_[TPM2_ALG_SHA256] >> pcr & 1))
    return Fault(ErrorCode::kUnsupported, "this TPM's SHA-256 bank is not active",
                 "enable the SHA-256 bank in the firmware's set-up");
  TPML_DIGEST_VALUES digests{};
  for (const auto& [bank, pcrs] : banks_)
    if ((pcrs >> pcr & 1) && DigestFor(bank, digest, digests.digests[digests.count]))
      digests.count++;
  TSS2_RC rc = Esys_PCR_Extend(esys_, ESYS_TR_PCR0 + pcr, ESYS_TR_PASSWORD, ESYS_TR_NONE,
                               ESYS_TR_NONE, &digests);
  if (rc) return Fault(rc, "extending PCR " + std::to_string(pcr));
  return {};
}

TpmResult<TpmQuote> TpmSession::QuoteOnce(const Digest& qualifying_data,
                                          const PcrSelection& selection) {
  TPM2B_DATA data{};
  data.size = sizeof(Digest);
  std::ranges::copy(qualifying_data, data.buffer);
  TPMT_SIG_SCHEME scheme{.scheme = TPM2_ALG_NULL, .details = {}};
  TPML_PCR_SELECTION wanted = SelectionOf(selection);
  EsysPointer<TPM2B_ATTEST> attest;
  EsysPointer<TPMT_SIGNATURE> signature;
  TSS2_RC rc = Esys_Quote(esys_, key_, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &data, &scheme,
                          &wanted, Out(attest), Out(signature));
  if (rc) return Fault(rc, "quoting");
  size_t size = std::min<size_t>(attest->size, sizeof attest->attestationData);
  TpmResult<std::string> written = WriteSignature(*signature);
  if (!written) return std::unexpected(written.error());
  return TpmQuote{.attest = {reinterpret_cast<char*>(attest->attestationData), size},
                  .signature = std::move(*written),
                  .pcrs = {}};
}

TpmResult<TpmQuote> TpmSession::Quote(const Digest& qualifying_data,
                                      const PcrSelection& selection) {
  TpmResult<std::vector<Digest>> before = ReadPcrs(selection);
  for (int attempt = 0; before && attempt < kQuoteAttempts; attempt++) {
    TpmResult<TpmQuote> quote = QuoteOnce(qualifying_data, selection);
    if (!quote) return quote;
    Expected<QuoteStatement> statement = ParseQuote(quote->attest);
    if (!statement) return Fault(ErrorCode::kInvalid, "the TPM's quote: " + statement.error().text);
    // When an extend came between, what is read after may be what was quoted.
    TpmResult<std::vector<Digest>> after = *before;
    if (statement->pcr_digest != AsBytes(Composite(*before))) after = ReadPcrs(selection);
    if (after && statement->pcr_digest == AsBytes(Composite(*after))) {
      quote->pcrs = std::move(*after);
      return quote;
    }
    before = std::move(after);
  }
  if (!before) return std::unexpected(before.error());
  return Fault(ErrorCode::kUnavailable,
               "the PCRs changed under every one of " + std::to_string(kQuoteAttempts) + " quotes");
}

}  // namespace assay
