#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <quire/result.hpp>

namespace quire {

/// Names an embedder well enough that two with equal identities give equal vectors. Recorded in
/// every index, whose vectors are all one embedder's.
struct EmbedderIdentity {
  std::string name;
  std::uint32_t version = 0;
  std::string hash;  ///< Of the model's data, hex; "" where there is none.
  std::uint32_t dimensions = 0;

  bool operator==(const EmbedderIdentity&) const = default;
  std::string to_string() const;  ///< "hash/1 (256 dimensions)".
};

/// Where an embedder sends the texts that it is given.
struct TextDestination {
  std::string
      host;  ///< "api.openai.com", "127.0.0.1:11434"; "": nowhere, they stay in this process.
  std::string model;  ///< As that host names it.
  bool on_this_machine = true;
};

/// Turns texts into unit vectors. Members may be called from several threads at once.
class Embedder {
 public:
  virtual ~Embedder() = default;

  virtual EmbedderIdentity identity() const = 0;

  virtual TextDestination destination() const { return {}; }

  /// Writes one vector a text to `out`, row by row: texts.size() x dimensions floats. Every vector
  /// has unit length, that of a text without words too.
  virtual Status embed_documents(std::span<const std::string_view> texts,
                                 std::span<float> out) const = 0;

  /// The vector of a question: `dimensions` floats.
  virtual Status embed_query(std::string_view text, std::span<float> out) const = 0;
};

/// Opens what `model` names:
///
///     builtin           the model inside the program: made for code, needs nothing
///     hash              make_hashing_embedder()
///     hash:DIMENSIONS   the same with another length, 1 to 65,536
///     DIRECTORY         the model2vec model in it (docs/models.md)
///     http://HOST:PORT/v1#MODEL, https://...
///                       a model at an endpoint of OpenAI's form, asked by the program curl
///                       (docs/models.md): one request is made here
///
/// Errors: `invalid_argument` (no such model; says which there are), of an endpoint also
/// `unavailable` (it does not answer) and `incompatible` (what it answers are no embeddings), and
/// of a directory `not_found`, `store_io`, `store_serde`, `corrupt` and `incompatible`.
Result<std::unique_ptr<Embedder>> open_embedder(std::string_view model);

/// True for "http://..." and "https://..." in any letters: to embed sends the texts there.
bool is_remote_model(std::string_view model);

/// Needs no data: hashes identifier parts and character n-grams, with weights, into `dimensions`
/// numbers (feature hashing: Weinberger et al. 2009).
std::unique_ptr<Embedder> make_hashing_embedder(std::uint32_t dimensions = 256);

}  // namespace quire
