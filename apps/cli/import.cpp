#include <optional>
#include <string>
#include <utility>

#include <quire/vector_store.hpp>

#include "answering/wording.hpp"
#include "base/try.hpp"
#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/line_reader.hpp"
#include "cli/row_json.hpp"
#include "project/place.hpp"

namespace quire::cli {
namespace {

using answering::count_of;
using project::Place;

constexpr std::size_t kRowsPerCommit = 1000;

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

/// Reads rows off a stream into a store, a batch a commit.
class Importer {
 public:
  explicit Importer(VectorStore& store)
      : store_(&store),
        keeps_keys_(store.info().next_key == 0),
        dimensions_(store.info().format.dimensions) {}

  Status read(LineReader& in);
  std::uint64_t committed() const { return committed_; }

 private:
  Status take(const std::string& line);
  Status check(const ExportRow& row);
  Status commit();

  VectorStore* store_;
  bool keeps_keys_;
  std::uint32_t dimensions_;
  std::optional<ChunkKey> last_key_;
  WriteBatch batch_;
  std::uint64_t line_ = 0;
  std::uint64_t committed_ = 0;
};

Status Importer::read(LineReader& in) {
  while (!interrupted()) {
    QUIRE_TRY_ASSIGN(const std::optional<std::string> line, in.next());
    if (!line) {
      break;
    }
    ++line_;
    if (is_blank(*line)) {
      continue;
    }
    if (const Status taken = take(*line); !taken) {
      return std::unexpected(taken.error().while_doing("line " + std::to_string(line_)));
    }
    if (batch_.inserts().size() == kRowsPerCommit) {
      QUIRE_TRY(commit());
    }
  }
  return commit();
}

Status Importer::take(const std::string& line) {
  QUIRE_TRY_ASSIGN(ExportRow row, decode_row(line));
  QUIRE_TRY(check(row));
  if (keeps_keys_ && row.key) {
    batch_.insert_as(*row.key, std::move(row.row));
    last_key_ = row.key;
  } else {
    batch_.insert(std::move(row.row));
  }
  return {};
}

/// What the store would refuse about the whole batch is better said about one line.
Status Importer::check(const ExportRow& row) {
  if (dimensions_ == 0) {
    dimensions_ = static_cast<std::uint32_t>(row.row.vector.size());
  }
  if (row.row.vector.size() != dimensions_) {
    return fail(ErrorCode::invalid_argument,
                "\"vector\" has " + std::to_string(row.row.vector.size()) + " numbers, expected " +
                    std::to_string(dimensions_));
  }
  if (!keeps_keys_) {
    return {};
  }
  if (row.key.has_value() != last_key_.has_value() && committed_ + batch_.inserts().size() > 0) {
    return fail(ErrorCode::invalid_argument, "some rows have a \"key\" and some don't");
  }
  if (last_key_ && row.key && *row.key <= *last_key_) {
    return fail(ErrorCode::invalid_argument,
                "key " + std::to_string(row.key->value) + " comes after key " +
                    std::to_string(last_key_->value) + "; keys must rise");
  }
  return {};
}

Status Importer::commit() {
  if (batch_.empty()) {
    return {};
  }
  QUIRE_TRY_ASSIGN(const Commit done, store_->apply(batch_));
  committed_ += done.inserted.size();
  batch_ = {};
  return {};
}

}  // namespace

Result<int> run(const ImportCommand& command, const GlobalOptions& options, Output&) {
  QUIRE_TRY_ASSIGN(LineReader in, LineReader::open(command.input));
  QUIRE_TRY_ASSIGN(Place place, find_place(options));
  place = to_write_at(std::move(place), options);
  QUIRE_TRY(prepare_folder(place, options));
  StoreOptions how;
  how.durability = Durability::bulk;
  QUIRE_TRY_ASSIGN(VectorStore store, VectorStore::open(place.db, how));
  catch_interrupts();
  Importer importer(store);
  const Status read = importer.read(in);
  QUIRE_TRY(store.close());
  const std::string done = "imported " + count_of(importer.committed(), "chunk", "chunks");
  if (!read) {
    const Error error = read.error().while_doing("import " + command.input);
    return fail(error.code, error.message + "; " + done + " before it");
  }
  say(options, done + " into " + place.db.string());
  return interrupted() ? interrupt_exit_code() : 0;
}

}  // namespace quire::cli
