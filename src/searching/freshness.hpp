#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <quire/searcher.hpp>

namespace quire::searching {

/// Compares hits with the files they come from. Each file is statted once, and read only if it is
/// not as it was indexed. Belongs to one answer.
class FreshnessCheck {
 public:
  FreshnessCheck(const VectorStore& store, const std::filesystem::path& root)
      : store_(&store), root_(&root) {}

  /// Sets the hit's freshness and, where its text moved, its lines.
  void examine(SearchHit& hit);

 private:
  struct File {
    Freshness freshness = Freshness::current;
    std::string text;  ///< Valid UTF-8; read only of a file that changed.
  };

  const File& file(const std::string& path);
  File look_at(const std::string& path) const;

  const VectorStore* store_;
  const std::filesystem::path* root_;
  std::map<std::string, File> files_;
};

/// The line (1-based) at which `lines` stands in `text` as whole lines; of several the one nearest
/// to `near_line`. Nothing if it is not there.
std::optional<std::int64_t> line_of(std::string_view lines,
                                    std::string_view text,
                                    std::int64_t near_line);

}  // namespace quire::searching
