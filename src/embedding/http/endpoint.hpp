#pragma once

#include <string>
#include <string_view>

#include <quire/result.hpp>

namespace quire::embedding {

/// An address of embeddings in OpenAI's form, and a model there.
struct Endpoint {
  std::string base;       ///< "http://127.0.0.1:11434/v1": scheme and host in small letters.
  std::string authority;  ///< "127.0.0.1:11434", as in `base`.
  std::string host;       ///< "127.0.0.1"; "[::1]" with its brackets.
  std::string model;      ///< Not empty.
  bool encrypted = false;
  bool on_this_machine = false;  ///< `host` is a loopback address or "localhost".

  /// What parse_endpoint() takes: the same for all spellings of one address.
  std::string name() const { return base + "#" + model; }
  std::string url() const { return base + "/embeddings"; }
};

/// True if `text` begins as an endpoint does: "http://" or "https://" in letters of any case.
bool names_endpoint(std::string_view text);

/// Reads "http://HOST[:PORT][/PATH]#MODEL", or https. "/embeddings" at the end of the path may be
/// there or not. Errors: `invalid_argument`, for what is not of this form, has a user or a query,
/// or holds a byte that does not belong into an address. A password in it is not repeated.
Result<Endpoint> parse_endpoint(std::string_view text);

}  // namespace quire::embedding
