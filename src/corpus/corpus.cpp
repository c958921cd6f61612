#include <utility>

#include <quire/corpus.hpp>

#include "base/files.hpp"
#include "base/out_of_memory.hpp"
#include "base/try.hpp"
#include "corpus/words.hpp"

namespace quire {

namespace {

std::unique_ptr<corpus::Words> words_in(const std::string& folder) {
  return std::make_unique<corpus::Words>(base::folder_file_system(folder), folder);
}

}  // namespace

Result<Corpus> Corpus::open(const std::filesystem::path& folder, StoreOptions options) {
  QUIRE_TRY_ASSIGN(VectorStore store, VectorStore::open(folder, std::move(options)));
  return base::or_out_of_memory(
      [&]() -> Result<Corpus> { return Corpus(std::move(store), folder); });
}

Corpus::Corpus(VectorStore store, const std::filesystem::path& folder)
    : store_(std::move(store)), words_(words_in(base::real_path(folder.string()))) {}

Corpus::Corpus(Corpus&&) noexcept = default;
Corpus& Corpus::operator=(Corpus&&) noexcept = default;
Corpus::~Corpus() = default;

Result<std::shared_ptr<const corpus::View>> Corpus::view() const {
  return base::or_out_of_memory([&] { return words_->view(store_); });
}

std::shared_ptr<const corpus::View> Corpus::ready_view() const {
  return words_->ready_view();
}

Status Corpus::save_words() {
  return base::or_out_of_memory([&] { return words_->save(store_); });
}

Status Corpus::close() {
  return store_.close();
}

}  // namespace quire
