#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include <quire/vector_store.hpp>

#include "store/next_vectors.hpp"
#include "store/session.hpp"

namespace quire::store {

/// Replaces all vectors of a store, as VectorStore::replace_vectors() and its siblings have it. Any
/// thread may call any of it while it does not hold the session's mutex.
class VectorReplacer {
 public:
  explicit VectorReplacer(Session& session) : session_(session) {}

  Result<ReplacementReport> replace(const VectorReplacement& wanted);
  Result<std::optional<PendingReplacement>> pending() const;
  Status drop();

 private:
  Status check(const VectorReplacement& wanted) const;
  Result<std::optional<NextHeader>> begin(const VectorReplacement& wanted);
  Result<std::shared_ptr<const View>> newest_view();
  static Result<bool> make_vectors(const VectorReplacement& wanted,
                                   const View& view,
                                   std::size_t leave,
                                   NextVectors& next,
                                   ReplacementReport& report);
  Status finish(const VectorReplacement& wanted, NextVectors& next, ReplacementReport& report);
  Status switch_to(const VectorReplacement& wanted, const NextVectors& next)
      QUIRE_REQUIRES(session_.mutex);

  Session& session_;
};

}  // namespace quire::store
