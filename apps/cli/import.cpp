#include <algorithm>
#include <iterator>
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
#include "project/confinement.hpp"
#include "project/place.hpp"
#include "project/reading.hpp"

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
  /// `lines`: so many were read before.
  Importer(VectorStore& store, Schema fields, std::uint64_t lines)
      : store_(&store),
        keeps_keys_(is_new(store)),
        format_(store.info().format),
        fields_(std::move(fields)),
        line_(lines) {}

  static bool is_new(const VectorStore& store) { return store.info().next_key == 0; }

  /// Reads the rows: `first`, if there is one, and what follows it.
  Status read(const std::optional<std::string>& first, LineReader& in);
  /// Takes over what a new store has beside its rows.
  Status finish(const ExportHeader& header);
  std::uint64_t committed() const { return committed_; }

 private:
  Status take_line(const std::string& line);
  Status take(const std::string& line);
  Status check(const ExportRow& row);
  Status commit();

  VectorStore* store_;
  bool keeps_keys_;
  VectorFormat format_;
  Schema fields_;  ///< That rows may have.
  std::optional<ChunkKey> last_key_;
  WriteBatch batch_;
  std::uint64_t line_;
  std::uint64_t committed_ = 0;
};

Status Importer::read(const std::optional<std::string>& first, LineReader& in) {
  QUIRE_TRY(first ? take_line(*first) : Status{});
  while (!interrupted()) {
    QUIRE_TRY_ASSIGN(const std::optional<std::string> line, in.next());
    if (!line) {
      break;
    }
    QUIRE_TRY(take_line(*line));
  }
  return commit();
}

Status Importer::take_line(const std::string& line) {
  ++line_;
  if (is_blank(line)) {
    return {};
  }
  if (const Status taken = take(line); !taken) {
    return std::unexpected(taken.error().while_doing("line " + std::to_string(line_)));
  }
  return batch_.inserts().size() == kRowsPerCommit ? commit() : Status{};
}

Status Importer::finish(const ExportHeader& header) {
  for (const FieldSpec& field : header.fields) {
    batch_.add_field(field);
  }
  for (const auto& [name, value] : header.attributes) {
    batch_.set_attribute(name, value);
  }
  batch_.skip_keys_to({std::min(header.next_key, kMaxChunkKey)});
  return commit();
}

Status Importer::take(const std::string& line) {
  QUIRE_TRY_ASSIGN(ExportRow row, decode_row(line, fields_));
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
  const std::vector<float>& vector = row.row.vector;
  if (format_.dimensions == 0) {
    format_.dimensions = static_cast<std::uint32_t>(vector.size());
  }
  if (vector.size() != format_.dimensions) {
    return fail(ErrorCode::invalid_argument, "\"vector\" has " + std::to_string(vector.size()) +
                                                 " numbers, expected " +
                                                 std::to_string(format_.dimensions));
  }
  if (format_.metric == Metric::cosine && std::ranges::count(vector, 0.0F) == std::ssize(vector)) {
    return fail(ErrorCode::invalid_argument, "\"vector\" is all zeros");
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

namespace {

/// The first line that says something, and how many come before it.
struct FirstLine {
  std::optional<std::string> text;  ///< Nothing: there is none.
  std::uint64_t blank_before = 0;
};

Result<FirstLine> first_line(LineReader& in) {
  FirstLine first;
  for (;; ++first.blank_before) {
    QUIRE_TRY_ASSIGN(first.text, in.next());
    if (!first.text || !is_blank(*first.text)) {
      return first;
    }
  }
}

/// The store to import into: of the export's format, if there is none yet.
Result<VectorStore> open_for(const Place& place,
                             const std::optional<ExportHeader>& header,
                             const GlobalOptions& options) {
  StoreOptions how;
  how.durability = Durability::bulk;
  if (header) {
    how.dimensions = header->format.dimensions;
    how.metric = header->format.metric;
    how.scalar = header->format.scalar;
    how.fields = header->fields;
  }
  QUIRE_TRY_ASSIGN(VectorStore store, VectorStore::open(place.db, how));
  if (!header) {
    const VectorFormat format = store.info().format;
    say(options, "the rows come without a first line that says what their vectors are: taken as " +
                     std::string(to_string(format.metric)) + " in " +
                     std::string(to_string(format.scalar)));
  } else if (!Importer::is_new(store)) {
    say(options, "the index is not new: it keeps its own attributes, and the rows get new keys");
  }
  return store;
}

}  // namespace

Result<int> run(const ImportCommand& command, const GlobalOptions& options, Output&) {
  QUIRE_TRY_ASSIGN(LineReader in, LineReader::open(command.input));
  QUIRE_TRY_ASSIGN(Place place, find_place(options));
  place = to_write_at(std::move(place), options);
  const auto describe = [&](const Error& error) {
    return std::unexpected(error.while_doing("import " + command.input));
  };
  QUIRE_TRY_ASSIGN(const FirstLine first, first_line(in));
  const auto header = first.text ? decode_header(*first.text) : std::optional<ExportHeader>();
  if (!header) {
    return describe(header.error());
  }
  QUIRE_TRY(prepare_folder(place, options));
  project::forbid_writes_but_below({place.db});
  project::forbid_other_reads(place, "");
  auto opened = open_for(place, *header, options);
  if (!opened) {
    return describe(opened.error());
  }
  VectorStore store = *std::move(opened);
  catch_interrupts();
  const bool is_new = Importer::is_new(store);
  Importer importer(store, *header ? (*header)->fields : store.fields(),
                    first.blank_before + (*header ? 1 : 0));
  Status read = importer.read(*header ? std::nullopt : first.text, in);
  if (read && *header && is_new && !interrupted()) {
    read = importer.finish(**header);
  }
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
