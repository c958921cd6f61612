#include "indexing/text_count.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>

#include <quire/embedder.hpp>

#include "base/try.hpp"
#include "indexing/file_pipeline.hpp"

namespace quire::indexing {
namespace {

/// Stands where an embedder does, and counts what it is given.
class TextCounter : public Embedder {
 public:
  EmbedderIdentity identity() const override { return {"count", 1, "", 1}; }

  Status embed_documents(std::span<const std::string_view> texts,
                         std::span<float> out) const override {
    std::ranges::fill(out, 1.0F);
    texts_ += texts.size();
    for (const std::string_view text : texts) {
      bytes_ += text.size();
    }
    return {};
  }

  Status embed_query(std::string_view text, std::span<float> out) const override {
    return embed_documents(std::span(&text, 1), out);
  }

  EmbeddingWork work() const { return {texts_, bytes_}; }

 private:
  mutable std::atomic<std::uint64_t> texts_ = 0;
  mutable std::atomic<std::uint64_t> bytes_ = 0;
};

}  // namespace

Result<EmbeddingWork> count_texts(const std::vector<Candidate>& candidates,
                                  const std::filesystem::path& root,
                                  bool rebuild,
                                  const std::function<bool()>& should_stop) {
  const TextCounter counter;
  FilePipeline files(candidates, root, counter, rebuild, should_stop);
  for (std::size_t i = 0; i < candidates.size() && !(should_stop && should_stop()); ++i) {
    QUIRE_TRY(files.next());
  }
  return counter.work();
}

}  // namespace quire::indexing
