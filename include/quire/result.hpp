#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace quire {

/// One code per distinct reaction of the caller, not per cause; the cause is in the message.
enum class ErrorCode {
  store_io,          ///< The disk refused: full, no permission, read-only, an I/O error.
  store_index,       ///< index.usearch, or a graph for it, is unusable: why.
  store_serde,       ///< A file does not parse: which file, which byte.
  corrupt,           ///< A checksum or a cross-check failed: which file, which byte.
  incompatible,      ///< Another format, dimensions or embedder: found and expected.
  locked,            ///< Another writer holds the store: its pid and command.
  invalid_argument,  ///< The caller's input; nothing was changed.
  not_found,         ///< The thing that was asked for is not there.
  unavailable,       ///< Not now: closed, poisoned by a failed write, interrupted, out of memory.
  internal,          ///< A bug of ours.
};

/// The name of `code` as it is spelled in the enumeration.
std::string_view to_string(ErrorCode code);

/// What went wrong. The message says what was attempted, on what, what was found and what to do.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;

  /// The same error with "`action`: " before its message: each layer adds its own phrase.
  Error while_doing(std::string_view action) const;
};

/// A value or an Error. Must be looked at: dropping one is a compiler warning.
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

using Status = Result<void>;

/// Makes a failed Result of any type: `return fail(ErrorCode::not_found, "chunk 7: ...")`.
inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace quire
