// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tss2/tss2_esys.h>

#include <memory>
#include <utility>

#include "attest/tpm_error.h"
#include "attest/tpm_session.h"

namespace assay {

/// Ownership of what ESYS hands out.

struct EsysFree {
  void operator()(void* pointer) const { Esys_Free(pointer); }
};
template <typename T>
using EsysPointer = std::unique_ptr<T, EsysFree>;

/// Receives an ESYS out-parameter: Esys_X(..., Out(pointer)).
template <typename T>
class Out {
 public:
  explicit Out(EsysPointer<T>& owner) : owner_(owner) {}
  ~Out() { owner_.reset(raw_); }
  Out(const Out&) = delete;
  Out& operator=(const Out&) = delete;
  operator T**() { return &raw_; }

 private:
  EsysPointer<T>& owner_;
  T* raw_ = nullptr;
};

/// A transient object or session, flushed at the end. Sessions leak otherwise, and the TPM is out
/// of them tens of thousands of calls later.
class EsysHandle {
 public:
  explicit EsysHandle(ESYS_CONTEXT* esys) : esys_(esys) {}
  ~EsysHandle() {
    if (handle_ != ESYS_TR_NONE) Esys_FlushContext(esys_, handle_);
  }
  EsysHandle(const EsysHandle&) = delete;
  EsysHandle& operator=(const EsysHandle&) = delete;

  ESYS_TR* out() { return &handle_; }
  ESYS_TR get() const { return handle_; }
  ESYS_TR Release() { return std::exchange(handle_, ESYS_TR_NONE); }

 private:
  ESYS_CONTEXT* esys_;
  ESYS_TR handle_ = ESYS_TR_NONE;
};

inline std::unexpected<TpmFault> Fault(TSS2_RC rc, std::string_view doing) {
  return std::unexpected(
      TpmFault{.error = TpmError(rc, doing), .connection_lost = LosesConnection(rc)});
}
inline std::unexpected<TpmFault> Fault(ErrorCode code, std::string text, std::string hint = {}) {
  return std::unexpected(TpmFault{.error = {code, std::move(text), std::move(hint)}});
}

}  // namespace assay
