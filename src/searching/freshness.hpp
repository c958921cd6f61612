#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <quire/searcher.hpp>

namespace quire::searching {

/// Compares hits with the files they come from. Each file is statted once, and read only if it is
/// not known to be as it was indexed. Belongs to one answer.
class FreshnessCheck {
 public:
  /// `lsn` is the commit that the hits are of. What the store knows of files is today's: where it
  /// has gone on since then, that says nothing of the hits, and their text is looked for instead.
  FreshnessCheck(const VectorStore& store, std::uint64_t lsn, const std::filesystem::path& root)
      : store_(&store), lsn_(lsn), root_(&root) {}

  /// Sets the hit's freshness and, where its text moved, its lines.
  void examine(SearchHit& hit);

  /// Gives an examined hit that is current or moved up to `lines` lines before and after it. Never
  /// of a file outside of the root.
  void surround(SearchHit& hit, std::size_t lines);

 private:
  struct File {
    std::string path;  ///< Exact bytes.
    Freshness freshness = Freshness::current;
    std::string text;  ///< Valid UTF-8; read only of a file that changed, or for surround().
  };

  File& file(const std::string& path);
  File look_at(const std::string& path) const;

  const VectorStore* store_;
  std::uint64_t lsn_;
  const std::filesystem::path* root_;
  std::map<std::string, File> files_;
};

/// The lines `first` to `last` of `text` (1-based, inclusive), as far as there are such lines,
/// without line feeds.
std::vector<std::string> lines_between(std::string_view text,
                                       std::int64_t first,
                                       std::int64_t last);

/// The line (1-based) at which `lines` stands in `text` as whole lines; of several the one nearest
/// to `near_line`. Nothing if it is not there.
std::optional<std::int64_t> line_of(std::string_view lines,
                                    std::string_view text,
                                    std::int64_t near_line);

}  // namespace quire::searching
