// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <cerrno>
#include <cstring>

namespace assay {

namespace {

ErrorCode CodeOf(int err) {
  switch (err) {
    case ENOENT:
    case ENOTDIR:
    case ESRCH:
      return ErrorCode::kNotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::kPermission;
    case EINVAL:
    case ELOOP:
    case EXDEV:
    case ENAMETOOLONG:
    case EISDIR:
      return ErrorCode::kInvalid;
    case EAGAIN:
    case EBUSY:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOSPC:
    case EDQUOT:
    case EIO:
    case ETIMEDOUT:
    case ECONNREFUSED:
      return ErrorCode::kUnavailable;
    case ENOSYS:
    case ENOTSUP:
      return ErrorCode::kUnsupported;
    default:
      return ErrorCode::kInternal;
  }
}

}  // namespace

Error ErrnoError(int err, std::string_view doing) {
  // strerrordesc_np: thread safe and not localised, so that output is the same everywhere.
  const char* text = strerrordesc_np(err);
  return Error{CodeOf(err), std::string(doing) + ": " + (text ? text : "unknown error")};
}

Error WithContext(Error error, std::string_view context) {
  error.text.insert(0, std::string(context) + ": ");
  return error;
}

std::string_view ErrorCodeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotFound:
      return "not-found";
    case ErrorCode::kPermission:
      return "permission";
    case ErrorCode::kInvalid:
      return "invalid";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kTampered:
      return "tampered";
    case ErrorCode::kInternal:
      return "internal";
  }
  return "internal";
}

}  // namespace assay
