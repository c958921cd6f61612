#include "crash/workload.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <span>
#include <utility>

#include <gtest/gtest.h>

#include "base/checksum.hpp"
#include "base/json.hpp"
#include "base/try.hpp"
#include "store/checkpoint/index_footer.hpp"
#include "store/open_store.hpp"

namespace quire::crash {
namespace {

using support::SimulatedFileSystem;
using Random = std::mt19937_64;
using Kind = Step::Kind;

constexpr std::size_t kPaths = 5;

std::uint64_t below(Random& random, std::uint64_t limit) {
  return random() % limit;
}

std::string path_number(std::uint64_t number) {
  return "src/file" + std::to_string(number) + ".cpp";
}

std::vector<float> make_vector(Random& random, Metric metric, std::uint32_t dimensions) {
  std::vector<float> out(dimensions);
  double squares = 0;
  while (squares < 0.01) {
    squares = 0;
    for (float& x : out) {
      x = static_cast<float>(static_cast<double>(below(random, 20001)) / 10000.0 - 1.0);
      squares += static_cast<double>(x) * static_cast<double>(x);
    }
  }
  if (metric == Metric::inner_product) {
    // Of unit length, so that each row is nearest to itself.
    std::ranges::for_each(out, [&](float& x) { x /= static_cast<float>(std::sqrt(squares)); });
  }
  return out;
}

ChunkRow make_row(Random& random,
                  Metric metric,
                  std::uint32_t dimensions,
                  const std::string& path,
                  std::int64_t id) {
  ChunkRow row;
  row.meta.file_path = path;
  row.meta.chunk_id = id;
  row.meta.content =
      "chunk " + std::to_string(id) + " \"\\\n\xC3\xA9" + std::string(below(random, 60), 'c');
  if (below(random, 2) == 0) {
    row.meta.symbol_name = "name_" + std::to_string(id);
    row.meta.symbol_kind = "func";
  }
  row.meta.language = below(random, 2) == 0 ? "go" : "cpp";
  row.meta.start_line = id * 10 + 1;
  row.meta.end_line = id * 10 + 9;
  row.meta.last_modified = 1'700'000'000 + id;
  row.vector = make_vector(random, metric, dimensions);
  return row;
}

/// What `maker` makes of a chunk.
std::vector<float> replaced_vector(const std::string& maker,
                                   const ChunkMeta& meta,
                                   Metric metric,
                                   std::uint32_t dimensions) {
  Random random(base::checksum(maker + meta.content));
  return make_vector(random, metric, dimensions);
}

/// A third of the stores has own fields, and a third is never of format 2.
bool has_fields(std::uint64_t seed) {
  return seed % 3 == 1;
}
bool has_updates(std::uint64_t seed) {
  return seed % 3 != 2;
}

Schema own_fields() {
  return {{"rank", FieldType::i64},
          {"tag", FieldType::string, true},
          {"uses",
           FieldType::table,
           false,
           false,
           {{"name", FieldType::string}, {"line", FieldType::i64}}}};
}

std::vector<OwnField> own_values(std::int64_t id) {
  std::vector<OwnField> out{{"rank", id % 7}, {"tag", "tag " + std::to_string(id)}};
  if (id % 2 == 0) {
    out.push_back({"uses", std::vector<TableRow>{{"f", id}, {{}, id + 1}}});
  }
  return out;
}

/// What an update makes of a chunk.
ChunkMeta updated(ChunkMeta meta, const Step& step) {
  meta.file_path = step.path;
  if (!meta.fields.empty()) {
    meta.fields = {{"rank", step.first_id}, {"tag", "updated " + std::to_string(meta.chunk_id)}};
  }
  return meta;
}

StoreOptions make_options(Random& random, std::uint64_t seed) {
  StoreOptions options;
  options.fields = has_fields(seed) ? own_fields() : Schema();
  constexpr std::pair<Metric, Scalar> kFormats[] = {{Metric::cosine, Scalar::bf16},
                                                    {Metric::cosine, Scalar::f32},
                                                    {Metric::squared_l2, Scalar::f32},
                                                    {Metric::inner_product, Scalar::bf16},
                                                    {Metric::cosine, Scalar::i8}};
  std::tie(options.metric, options.scalar) = kFormats[seed % std::size(kFormats)];
  options.lock_timeout = std::chrono::milliseconds(0);
  options.connectivity = 4;
  options.expansion_add = 16;
  options.checkpoint_journal_bytes = 1000 + below(random, 4000);
  options.checkpoint_min_rows = 4 + below(random, 12);
  options.checkpoint_in_background = false;
  if (seed % 4 == 3) {
    // Intervals that the clock has no say in: each commit is due, or none.
    options.durability = below(random, 2) == 0 ? Durability::group : Durability::bulk;
    options.group_interval = std::chrono::hours(below(random, 2) * 1000);
  }
  return options;
}

/// Makes the steps of one workload.
class Generator {
 public:
  Generator(Random& random, const StoreOptions& options, bool replaces, bool updates)
      : random_(random),
        options_(options),
        dimensions_(static_cast<std::uint32_t>(4 + below(random, 5))),
        replaces_(replaces),
        updates_(updates) {}

  std::uint32_t dimensions() const { return dimensions_; }

  std::vector<ChunkRow> rows(const std::string& path) {
    std::vector<ChunkRow> out;
    for (std::uint64_t count = 1 + below(random_, 5); count > 0; --count) {
      out.push_back(make_row(random_, options_.metric.value(), dimensions_, path, next_id_++));
      out.back().meta.extra = {{"signature", "f(" + std::to_string(next_id_) + ")"}};
      out.back().meta.fields =
          options_.fields.empty() ? std::vector<OwnField>() : own_values(next_id_);
    }
    return out;
  }

  Step next() {
    Step step;
    step.path = path_number(below(random_, kPaths));
    step.kind = kind();
    if (step.kind == Kind::insert || step.kind == Kind::replace_file) {
      step.rows = rows(step.path);
    }
    step.first_id =
        static_cast<std::int64_t>(below(random_, static_cast<std::uint64_t>(next_id_) + 1));
    step.last_id = step.first_id + static_cast<std::int64_t>(below(random_, 4));
    if (step.kind == Kind::set_attributes) {
      step.attributes = attributes();
    }
    if (step.kind == Kind::begin_replacement || step.kind == Kind::replace_vectors) {
      replacement(step);
    }
    return step;
  }

 private:
  /// One of a few makers, so that some go on with what was begun; sometimes as many dimensions.
  void replacement(Step& step) {
    const std::uint64_t number = below(random_, 3);
    step.maker = "maker " + std::to_string(number);
    step.dimensions = static_cast<std::uint32_t>(4 + 2 * number);
    step.attributes = {{"attribute:maker", step.maker}, {"attribute:0", std::nullopt}};
    if (step.kind == Kind::replace_vectors) {
      dimensions_ = step.dimensions;
    }
  }

  Kind kind() {
    if (replaces_ && below(random_, 4) == 0) {
      return below(random_, 2) == 0 ? Kind::begin_replacement : Kind::replace_vectors;
    }
    if (updates_ && below(random_, 6) == 0) {
      return Kind::update;
    }
    const std::uint64_t roll = below(random_, 100);
    constexpr std::pair<std::uint64_t, Kind> kShares[] = {
        {45, Kind::insert},       {57, Kind::replace_file},   {65, Kind::delete_file},
        {73, Kind::delete_where}, {82, Kind::set_attributes}, {84, Kind::clear},
        {90, Kind::checkpoint},   {93, Kind::flush},          {100, Kind::reopen}};
    return std::ranges::find_if(kShares, [&](const auto& share) { return roll < share.first; })
        ->second;
  }

  std::vector<WriteBatch::AttributeChange> attributes() {
    std::vector<WriteBatch::AttributeChange> out;
    for (std::uint64_t count = 1 + below(random_, 3); count > 0; --count) {
      const std::string name = "attribute:" + std::to_string(below(random_, 4));
      const bool erases = below(random_, 4) == 0;
      const std::string value{"\0\xFF bytes ", 9};
      out.push_back(
          {name, erases ? std::nullopt : std::optional(value + std::to_string(random_()))});
    }
    return out;
  }

  Random& random_;
  const StoreOptions& options_;
  std::uint32_t dimensions_;
  bool replaces_;
  bool updates_;
  std::int64_t next_id_ = 1;
};

void erase_rows(State& state, const auto& condition) {
  std::erase_if(state.rows, [&](const auto& row) { return condition(row.second.meta); });
}

void insert_rows(State& state, const std::vector<ChunkRow>& rows) {
  for (const ChunkRow& row : rows) {
    state.rows[state.next_key++] = row;
  }
}

void apply_attributes(State& state, const Step& step) {
  for (const auto& change : step.attributes) {
    change.value ? void(state.attributes[change.name] = *change.value)
                 : void(state.attributes.erase(change.name));
  }
}

base::Json optional_text(const std::optional<std::string>& text) {
  return text ? base::Json(*text) : base::Json(nullptr);
}

/// metadata.json as the original wrote it: its ten members and nothing of ours.
std::string original_metadata(const State& state) {
  base::Json chunks = base::Json::object();
  for (const auto& [key, row] : state.rows) {
    const ChunkMeta& meta = row.meta;
    chunks[std::to_string(key)] = {{"file_path", meta.file_path},
                                   {"chunk_id", meta.chunk_id},
                                   {"content", meta.content},
                                   {"symbol_name", optional_text(meta.symbol_name)},
                                   {"symbol_kind", optional_text(meta.symbol_kind)},
                                   {"package_name", optional_text(meta.package_name)},
                                   {"language", meta.language},
                                   {"start_line", meta.start_line},
                                   {"end_line", meta.end_line},
                                   {"last_modified", meta.last_modified}};
  }
  return base::Json{{"next_key", state.next_key}, {"chunks", chunks}}.dump();
}

/// Makes `workload` begin as a bare pair of files with a few rows.
void begin_with_import(Workload& workload, Generator& generator) {
  State& state = workload.states.front();
  for (int i = 0; i < 3; ++i) {
    insert_rows(state, generator.rows(path_number(static_cast<std::uint64_t>(i))));
  }
  const auto files = std::make_shared<SimulatedFileSystem>();
  std::vector<ChunkRow> rows;
  for (auto& [key, row] : state.rows) {
    row.meta.extra.clear();
    rows.push_back(row);
  }
  VectorStore store = open(files, workload).value();
  EXPECT_TRUE(store.insert(rows).has_value());
  EXPECT_TRUE(store.checkpoint().has_value());
  EXPECT_TRUE(store.close().has_value());
  const std::string index = files->files().at(std::string(kFolder) + "/index.usearch");
  workload.imported_files["db/index.usearch"] =
      std::string(checkpoint::read_index_file(index).value().content);
  workload.imported_files["db/metadata.json"] = original_metadata(state);
  workload.imports = true;
  workload.folder_exists = true;
}

}  // namespace

State after(State state, const Step& step, Metric metric) {
  const auto in_file = [&](const ChunkMeta& meta) { return meta.file_path == step.path; };
  const auto in_range = [&](const ChunkMeta& meta) {
    return step.first_id <= meta.chunk_id && meta.chunk_id <= step.last_id;
  };
  switch (step.kind) {
    case Kind::insert:
      insert_rows(state, step.rows);
      break;
    case Kind::replace_file:
      erase_rows(state, in_file);
      insert_rows(state, step.rows);
      break;
    case Kind::delete_file:
      erase_rows(state, in_file);
      break;
    case Kind::delete_where:
      erase_rows(state, in_range);
      break;
    case Kind::update:
      for (auto& [key, row] : state.rows) {
        row.meta = in_range(row.meta) ? updated(row.meta, step) : row.meta;
      }
      break;
    case Kind::set_attributes:
      apply_attributes(state, step);
      break;
    case Kind::replace_vectors:
      for (auto& [key, row] : state.rows) {
        row.vector = replaced_vector(step.maker, row.meta, metric, step.dimensions);
      }
      state.dimensions = step.dimensions;
      apply_attributes(state, step);
      break;
    case Kind::clear:
      state.rows.clear();
      state.attributes.clear();
      break;
    case Kind::checkpoint:
    case Kind::flush:
    case Kind::reopen:
    case Kind::begin_replacement:
      break;
  }
  return state;
}

namespace {

/// Carries the steps out, to learn the lsns that the store gives.
void rehearse(Workload& workload) {
  const auto files = workload.fresh_disk();
  std::unique_ptr<VectorStore> store;
  const auto reopen = [&] {
    Result<VectorStore> opened = open(files, workload);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    store = std::make_unique<VectorStore>(std::move(*opened));
  };
  reopen();
  workload.states.front().lsn = store->lsn();
  for (const Step& step : workload.steps) {
    workload.states.push_back(after(workload.states.back(), step, workload.options.metric.value()));
    const Status status = step.kind == Kind::reopen ? store->close() : carry_out(*store, step);
    ASSERT_TRUE(status.has_value()) << status.error().message;
    if (step.kind == Kind::reopen) {
      reopen();
    }
    workload.states.back().lsn = store->lsn();
    ASSERT_EQ(difference(*store, workload.states.back(), workload, Depth::thorough), "")
        << "seed " << workload.seed << ", after step " << workload.states.size() - 2;
  }
}

/// The vector as the store is meant to keep it, up to rounding.
std::vector<float> stored(std::vector<float> vector, const StoreOptions& options) {
  if (options.metric == Metric::cosine) {
    double squares = 0;
    std::ranges::for_each(
        vector, [&](float x) { squares += static_cast<double>(x) * static_cast<double>(x); });
    std::ranges::for_each(vector, [&](float& x) { x /= static_cast<float>(std::sqrt(squares)); });
  }
  return vector;
}

float rounding(Scalar scalar) {
  switch (scalar) {
    case Scalar::bf16:
      return 1.0F / 128;
    case Scalar::f32:
      return 1e-5F;
    case Scalar::i8:
      return 1.0F / 100;
  }
  return 0;
}

bool close_to(const std::vector<float>& found,
              const std::vector<float>& expected,
              float tolerance) {
  return std::ranges::equal(found, expected,
                            [&](float a, float b) { return std::abs(a - b) <= tolerance; });
}

std::string search_difference(const VectorStore& store,
                              const State& state,
                              std::uint64_t key,
                              const Workload& workload) {
  const ChunkRow& row = state.rows.at(key);
  const auto found = store.search(row.vector, 8);
  if (!found) {
    return "search: " + found.error().message;
  }
  const auto self = std::ranges::find(*found, ChunkKey{key}, &Neighbor::key);
  if (self == found->end()) {
    return "search does not find key " + std::to_string(key);
  }
  if (std::abs(self->distance) > 4 * rounding(workload.options.scalar.value())) {
    return "key " + std::to_string(key) + " has distance " + std::to_string(self->distance) +
           " from its own vector";
  }
  return self->meta == row.meta ? ""
                                : "search gives key " + std::to_string(key) + " other metadata";
}

std::string row_difference(const VectorStore& store,
                           const StoredChunk& chunk,
                           const State& state,
                           const Workload& workload) {
  const std::string name = "key " + std::to_string(chunk.key.value);
  const auto expected = state.rows.find(chunk.key.value);
  if (expected == state.rows.end()) {
    return name + " should not be there";
  }
  if (chunk.meta != expected->second.meta) {
    return name + " has other metadata";
  }
  const auto vector = store.vector(chunk.key);
  if (!vector) {
    return name + ": " + vector.error().message;
  }
  if (!close_to(*vector, stored(expected->second.vector, workload.options),
                rounding(workload.options.scalar.value()))) {
    std::string numbers;
    for (const float x : *vector) {
      numbers += " " + std::to_string(x);
    }
    return name + " has another vector:" + numbers + " not " +
           std::to_string(expected->second.vector[0]);
  }
  return "";
}

std::string count_difference(const char* what, std::uint64_t found, std::uint64_t expected) {
  return found == expected ? ""
                           : std::string(what) + " is " + std::to_string(found) + ", not " +
                                 std::to_string(expected);
}

}  // namespace

std::shared_ptr<support::HookedFileSystem> Workload::fresh_disk() const {
  auto files = std::make_shared<support::HookedFileSystem>(seed);
  if (folder_exists) {
    EXPECT_TRUE(files->create_folder(kFolder).has_value());
  }
  for (const auto& [path, bytes] : imported_files) {
    files->put(path, bytes);
  }
  return files;
}

Workload make_workload(std::uint64_t seed, std::size_t length) {
  Random random(seed);
  Workload workload;
  workload.seed = seed;
  workload.options = make_options(random, seed);
  workload.folder_exists = seed % 2 == 0;
  workload.states.emplace_back();
  workload.replaces = seed % 5 == 3;
  Generator generator(random, workload.options, workload.replaces, has_updates(seed));
  workload.states.back().dimensions = generator.dimensions();
  if (seed % 6 == 5) {
    begin_with_import(workload, generator);
  }
  while (workload.steps.size() < length) {
    workload.steps.push_back(generator.next());
  }
  rehearse(workload);
  return workload;
}

ChunkRow extra_row(const Workload& workload, const State& state, std::uint64_t number) {
  Random random(workload.seed * 1000 + number);
  return make_row(random, workload.options.metric.value(), state.dimensions,
                  "extra/" + std::to_string(number), static_cast<std::int64_t>(100'000 + number));
}

State with_row(State state, const ChunkRow& row) {
  insert_rows(state, {row});
  ++state.lsn;
  return state;
}

namespace {

/// Ends after a batch if `stops`, before it is all.
Status replace(VectorStore& store, const Step& step, bool stops) {
  constexpr std::size_t kBatch = 3;
  VectorReplacement wanted;
  QUIRE_TRY_ASSIGN(const auto pending, store.pending_replacement());
  bool made = store.chunk_count() <= kBatch + (pending ? pending->vectors : 0);
  wanted.maker = step.maker;
  wanted.dimensions = step.dimensions;
  wanted.attributes = step.attributes;
  wanted.batch = kBatch;
  const Metric metric = store.info().format.metric;
  wanted.make = [&](std::span<const StoredChunk> chunks, std::span<float> out) {
    for (const StoredChunk& chunk : chunks) {
      const auto vector = replaced_vector(step.maker, chunk.meta, metric, step.dimensions);
      std::ranges::copy(vector, out.begin());
      out = out.subspan(vector.size());
    }
    made = true;
    return Status();
  };
  wanted.should_stop = [&] { return stops && made; };
  QUIRE_TRY_ASSIGN(const ReplacementReport report, store.replace_vectors(wanted));
  return report.finished != stops ? Status()
                                  : fail(ErrorCode::internal, "the replacement ended otherwise");
}

}  // namespace

Status carry_out(VectorStore& store, const Step& step) {
  switch (step.kind) {
    case Kind::insert:
      QUIRE_TRY(store.insert(step.rows));
      return {};
    case Kind::replace_file:
      QUIRE_TRY(store.replace_file(step.path, step.rows));
      return {};
    case Kind::delete_file:
      QUIRE_TRY(store.delete_file(step.path));
      return {};
    case Kind::delete_where:
      QUIRE_TRY(store.delete_where(field("chunk_id").between(step.first_id, step.last_id)));
      return {};
    case Kind::update:
      QUIRE_TRY(
          store.update_where(field("chunk_id").between(step.first_id, step.last_id),
                             [&](ChunkMeta& meta) { meta = updated(std::move(meta), step); }));
      return {};
    case Kind::set_attributes: {
      WriteBatch batch;
      for (const auto& [name, value] : step.attributes) {
        value ? batch.set_attribute(name, *value) : batch.erase_attribute(name);
      }
      QUIRE_TRY(store.apply(batch));
      return {};
    }
    case Kind::clear:
      return store.clear();
    case Kind::checkpoint:
      return store.checkpoint();
    case Kind::flush:
      return store.flush();
    case Kind::begin_replacement:
      // Of a store that never had a vector nothing is left to be made.
      return store.info().format.dimensions == 0 ? Status() : replace(store, step, true);
    case Kind::replace_vectors:
      return replace(store, step, false);
    case Kind::reopen:
      break;
  }
  return fail(ErrorCode::internal, "reopening is the caller's");
}

Result<VectorStore> open(const std::shared_ptr<SimulatedFileSystem>& files,
                         const Workload& workload) {
  return store::open_store(files, kFolder, workload.options);
}

std::string difference(const VectorStore& store,
                       const State& state,
                       const Workload& workload,
                       Depth depth) {
  std::vector<std::string> problems;
  const auto note = [&](std::string problem) {
    if (!problem.empty()) {
      problems.push_back(std::move(problem));
    }
  };
  note(count_difference("lsn", store.lsn(), state.lsn));
  note(count_difference("next_key", store.info().next_key, state.next_key));
  note(count_difference("number of dimensions", store.info().format.dimensions,
                        state.rows.empty() ? store.info().format.dimensions : state.dimensions));
  note(count_difference("chunk_count", store.chunk_count(), state.rows.size()));
  note(count_difference("number of keys", store.keys().size(), state.rows.size()));
  const auto chunks = store.query({});
  if (!chunks) {
    return "query: " + chunks.error().message;
  }
  note(count_difference("number of rows", chunks->size(), state.rows.size()));
  for (const StoredChunk& chunk : *chunks) {
    note(row_difference(store, chunk, state, workload));
  }
  const auto attributes = store.attributes();
  if (std::map<std::string, std::string>(attributes.begin(), attributes.end()) !=
      state.attributes) {
    note("the attributes differ");
  }
  std::size_t searches = depth == Depth::thorough ? state.rows.size() : 2;
  for (auto row = state.rows.rbegin(); row != state.rows.rend() && searches > 0;
       ++row, --searches) {
    note(search_difference(store, state, row->first, workload));
  }
  return problems.empty() ? "" : problems.front();
}

}  // namespace quire::crash
