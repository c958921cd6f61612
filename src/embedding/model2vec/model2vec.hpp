#pragma once

#include <filesystem>
#include <memory>

#include <quire/embedder.hpp>
#include <quire/result.hpp>

namespace quire {

/// The model2vec model in `folder`, as docs/models.md lays it out. Its identity is named
/// "model2vec:FOLDER", by the folder's last component, and its hash is of the model's three files.
/// Queries and documents are embedded in the same way.
///
/// The matrix stays in its file, which is mapped: it must not be changed in place meanwhile.
/// Errors: `not_found`, `store_io`, `store_serde` for a file that does not parse, `corrupt` for
/// numbers that are none, and `incompatible` with the name of what is not supported.
Result<std::unique_ptr<Embedder>> open_model2vec(const std::filesystem::path& folder);

}  // namespace quire
