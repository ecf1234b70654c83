// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace assay {

/// What went wrong, for the caller that must decide what to do about it. Only causes somebody
/// branches on have a code of their own.
enum class ErrorCode {
  kNotFound,     ///< the thing is not there (ENOENT, ENOTDIR); often an answer, not a failure
  kPermission,   ///< the OS refused (EACCES, EPERM)
  kInvalid,      ///< bytes or arguments that do not have the documented form
  kUnavailable,  ///< try again later: TPM busy, hung or absent, disk full
  kUnsupported,  ///< this kernel, TPM or file system cannot do it
  kTampered,     ///< authentic evidence contradicts what was presented: somebody lies
  kInternal,     ///< our fault
};

/// An error is a value. `text` says what was being done, to what, and what the system answered;
/// `hint` (may be empty) says what to do next. Neither carries a trailing full stop or newline.
/// An Error never becomes pass, fail, golden or drifted: it is Result `error`, verdict `unknown`.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string text;
  std::string hint = {};

  /// The sentence for people: "text; hint".
  std::string ToString() const { return hint.empty() ? text : text + "; " + hint; }
};

template <typename T>
using Expected = std::expected<T, Error>;

/// Shorthand for `return std::unexpected(Error{...})`.
inline std::unexpected<Error> Fail(ErrorCode code, std::string text, std::string hint = {}) {
  return std::unexpected(Error{code, std::move(text), std::move(hint)});
}

/// An Error from errno (see errno(3)); `doing` reads like "reading '/etc/passwd'".
Error ErrnoError(int err, std::string_view doing);

inline std::unexpected<Error> FailErrno(int err, std::string_view doing) {
  return std::unexpected(ErrnoError(err, doing));
}

/// `error` with "context: " put before its text; code and hint stay.
Error WithContext(Error error, std::string_view context);

/// The name of a code, for logs and JSON: "not-found", "permission", ...
std::string_view ErrorCodeName(ErrorCode code);

}  // namespace assay

/// Unwraps an Expected or returns its error from the enclosing function. Do not nest.
#define TRY(expr)                                                           \
  __extension__({                                                           \
    auto try_result = (expr);                                               \
    if (!try_result) return std::unexpected(std::move(try_result).error()); \
    *std::move(try_result);                                                 \
  })
