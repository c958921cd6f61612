// The store as a program embeds it: notes with vectors of three numbers, kept by their titles.
//
//   example_store FOLDER      makes a store in FOLDER, and a copy beside it

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <quire/vector_store.hpp>

namespace {

quire::ChunkRow note(const std::string& title,
                     const std::string& text,
                     double minutes,
                     std::vector<float> vector) {
  quire::ChunkRow row;
  row.meta.file_path = "notes";
  row.meta.content = text;
  row.meta.fields = {{"title", title}, {"minutes", minutes}};
  row.vector = std::move(vector);
  return row;
}

/// The value, or the program ends with its error.
template <class T>
T must(quire::Result<T> result) {
  if (!result) {
    std::cerr << result.error().message << "\n";
    std::exit(1);  // NOLINT(concurrency-mt-unsafe)
  }
  return std::move(*result);
}

void must(const quire::Status& status) {
  if (!status) {
    std::cerr << status.error().message << "\n";
    std::exit(1);  // NOLINT(concurrency-mt-unsafe)
  }
}

/// Inserts notes, or replaces those of the same title.
void put(quire::VectorStore& store, std::vector<quire::ChunkRow> notes) {
  quire::WriteBatch batch;
  for (quire::ChunkRow& one : notes) {
    batch.upsert("title", std::move(one));
  }
  must(store.apply(batch));
}

void search(const quire::VectorStore& store) {
  const std::vector<float> question{1, 0, 0};
  quire::SearchOptions options;
  options.max_distance = 0.5F;  // Nothing farther than this.
  options.offset = 1;           // The second page of one hit each.
  options.with_vectors = true;
  for (const quire::Neighbor& hit : must(store.search(question, 1, {}, options))) {
    std::cout << "second: " << hit.meta.content << " (" << hit.vector.size() << " numbers)\n";
  }
  const std::vector<float> many{1, 0, 0, 0, 0, 1};
  for (const auto& hits : must(store.search_many(many, 1))) {
    std::cout << "one of many: " << hits.front().meta.content << "\n";
  }
}

}  // namespace

int main(int count, char** arguments) {
  const std::filesystem::path folder = count > 1 ? arguments[1] : "example.quire";
  quire::StoreOptions options;
  options.fields = {{"title", quire::FieldType::string, true}, {"minutes", quire::FieldType::f64}};
  quire::VectorStore store = must(quire::VectorStore::open(folder, options));
  put(store, {note("tea", "three minutes", 3, {1, 0, 0}),
              note("coffee", "four minutes", 4, {0.9F, 0.1F, 0}),
              note("bread", "forty minutes", 40, {0, 0, 1})});
  put(store, {note("tea", "two minutes", 2, {1, 0, 0})});
  const auto quick = must(quire::Filter::parse("minutes < 4.5", store.fields()));
  must(store.update_where(quick, [](quire::ChunkMeta& meta) { meta.symbol_kind = "quick"; }));
  std::cout << must(store.count({})) << " notes, "
            << must(store.count(quire::field("title").in({"tea", "bread"}))) << " of two titles, "
            << must(store.count(quire::field("symbol_kind") == "quick")) << " quick\n";
  search(store);
  must(must(store.snapshot()).for_each({}, [](const quire::StoredChunk& chunk) {
    std::cout << "each: " << chunk.meta.content << "\n";
    return true;
  }));
  must(store.backup(folder.string() + " copy"));
  std::cout << must(quire::VectorStore::open(folder.string() + " copy")).chunk_count()
            << " in the copy\n";
  must(store.close());
  return 0;
}
