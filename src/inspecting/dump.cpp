#include <algorithm>

#include "base/checksum.hpp"
#include "base/printable.hpp"
#include "base/try.hpp"
#include "inspecting/inspect_files.hpp"
#include "lexical/segment.hpp"
#include "lexical/terms.hpp"
#include "store/checkpoint/cache_file.hpp"
#include "store/checkpoint/index_footer.hpp"
#include "store/checkpoint_image.hpp"
#include "store/journal/journal.hpp"
#include "store/next_vectors.hpp"
#include "store/records/chunk_codec.hpp"
#include "store/records/table_columns.hpp"
#include "store/redo_record.hpp"
#include "store/store_lock.hpp"

namespace quire::inspecting {
namespace {

using base::printable;

std::string_view metadata_scalar(vectors::FileScalar scalar) {
  switch (scalar) {
    case vectors::FileScalar::bf16:
      return "bf16";
    case vectors::FileScalar::f32:
      return "f32";
    case vectors::FileScalar::i8:
      return "i8";
    case vectors::FileScalar::f16:
      return "f16";
    case vectors::FileScalar::f64:
      return "f64";
  }
  return "unknown";
}

/// usearch's part of a file whose footer does not verify.
std::string_view before_footer(std::string_view bytes) {
  const std::size_t end = bytes.size() - std::min(bytes.size(), checkpoint::kFooterSize);
  return bytes.substr(end).starts_with(checkpoint::kFooterMagic) ? bytes.substr(0, end) : bytes;
}

Status dump_index(std::string_view bytes, std::ostream& out) {
  const auto split = checkpoint::read_index_file(bytes);
  if (split && split->footer) {
    const checkpoint::IndexFooter& footer = *split->footer;
    out << "footer: uuid " << base::to_string(footer.uuid) << ", lsn " << footer.lsn << ", content "
        << footer.content_length << " bytes, XXH3-64 " << base::to_hex(footer.content_hash)
        << " (verified)\n";
  } else if (split) {
    out << "footer: none; a bare usearch file\n";
  } else {
    out << "footer: " << printable(split.error().message) << "\n";
  }
  const auto file = vectors::UsearchFile::read(split ? split->content : before_footer(bytes));
  if (!file) {
    out << "usearch: " << printable(file.error().message) << "\n";
    return {};
  }
  out << "usearch " << file->version() << ": " << file->dimensions() << " dimensions, "
      << to_string(file->metric()) << ", " << metadata_scalar(file->scalar()) << ", "
      << file->slots() << " slots, " << file->entries().size() << " live\n";
  for (const vectors::UsearchFile::Entry& entry : file->entries()) {
    out << "key " << entry.key << ": slot " << entry.slot << "\n";
  }
  return {};
}

void dump_field(const FieldSpec& field, std::ostream& out) {
  out << "field " << printable(field.name) << ": " << (field.unique ? "unique " : "")
      << to_string(field.type) << (field.words ? ", searched by words" : "");
  for (const TableColumn& column : field.columns) {
    out << (&column == field.columns.data() ? " of " : ", ") << printable(column.name) << " "
        << to_string(column.type);
  }
  out << "\n";
}

/// Where a chunk of the journal lies; own fields are not printed, and need no schema.
std::string place_of(std::string_view bytes) {
  const auto chunk = records::view_chunk(bytes);
  return printable(chunk ? std::string(chunk->file_path) + ":" + std::to_string(chunk->start_line)
                         : chunk.error().message);
}

Status dump_metadata(std::string_view bytes, std::ostream& out) {
  const auto table = records::RecordTable::read(bytes);
  if (!table) {
    out << "metadata: " << printable(table.error().message) << "\n";
    return {};
  }
  const records::FileHeader& header = table->header();
  if (header.bare) {
    out << "metadata of the original design (no checksum)\n";
  } else {
    out << "metadata: format " << header.file_format() << ", uuid " << base::to_string(header.uuid)
        << ", lsn " << header.lsn << ", " << header.format.dimensions
        << " dimensions, checksum verified\n";
  }
  out << "next key " << header.next_key << ", " << table->size() << " chunks, "
      << header.attributes.size() << " attributes\n";
  for (const auto& [name, value] : header.attributes) {
    out << "attribute " << printable(name) << ": " << value.size() << " bytes\n";
  }
  for (const FieldSpec& field : header.fields) {
    dump_field(field, out);
  }
  for (const auto& [key, lsn] : header.updated) {
    out << "key " << key << ": updated by lsn " << lsn << "\n";
  }
  for (std::size_t row = 0; row < table->size(); ++row) {
    const ChunkMeta chunk = table->chunk(row);
    out << "key " << table->keys()[row] << ": " << printable(chunk.file_path) << ":"
        << chunk.start_line << "-" << chunk.end_line << " "
        << printable(chunk.symbol_name.value_or("")) << "\n";
  }
  return {};
}

void dump_record(const store::RedoRecord& record, std::ostream& out) {
  for (const std::uint64_t key : record.removals) {
    out << "  remove key " << key << "\n";
  }
  for (const store::RedoRecord::Insert& insert : record.inserts) {
    out << "  insert key " << insert.key << ": " << place_of(insert.chunk) << "\n";
  }
  for (const FieldSpec& field : record.fields) {
    out << "  add ";
    dump_field(field, out);
  }
  for (const store::RedoRecord::Update& update : record.updates) {
    out << "  update key " << update.key << ": " << place_of(update.chunk) << "\n";
  }
  for (const store::RedoRecord::AttributeChange& change : record.attributes) {
    out << "  " << (change.value ? "set" : "erase") << " attribute " << printable(change.name);
    if (change.value) {
      out << ": " << change.value->size() << " bytes";
    }
    out << "\n";
  }
}

Status dump_journal(std::string_view bytes, const std::string& name, std::ostream& out) {
  const auto header = journal::read_header(bytes, name);
  if (!header) {
    out << "journal: " << printable(header.error().message) << "\n";
    return {};
  }
  out << "journal: format " << header->file_format << ", generation " << header->generation
      << ", uuid " << base::to_string(header->uuid) << ", after lsn " << header->base_lsn << ", "
      << header->format.dimensions << " dimensions, next key " << header->next_key << "\n";
  const auto scan = journal::scan(bytes, *header, journal::kHeaderSize, header->base_lsn, name);
  if (!scan) {
    out << printable(scan.error().message) << "\n";
    return {};
  }
  for (const journal::Frame& frame : scan->frames) {
    out << "byte " << frame.offset << ": lsn " << frame.lsn << ", " << frame.payload.size()
        << " bytes\n";
    if (const auto record = store::decode_redo_record(frame.payload)) {
      dump_record(*record, out);
    } else {
      out << "  " << printable(record.error().message) << "\n";
    }
  }
  out << "ends at byte " << scan->end_offset << (scan->sealed ? ", sealed" : ", open");
  if (scan->tail_bytes != 0) {
    out << ", then " << scan->tail_bytes << " bytes of a torn commit";
  }
  out << "\n";
  return {};
}

Status dump_cache(std::string_view bytes, std::ostream& out) {
  const auto cache = checkpoint::read_cache(bytes);
  if (!cache) {
    out << "cache: " << printable(cache.error().message) << "\n";
    return {};
  }
  const checkpoint::Pair& pair = cache->pair;
  out << "cache of the pair of uuid " << base::to_string(pair.uuid) << ", lsn " << pair.lsn
      << " (verified)\n"
      << "index.usearch: " << pair.index_size << " bytes, content XXH3-64 "
      << base::to_hex(pair.index_hash) << ", " << cache->index_blocks.size() << " blocks\n"
      << "metadata.json: " << pair.metadata_size << " bytes, XXH3-64 " << pair.metadata_hash << ", "
      << cache->metadata_blocks.size() << " blocks\n";
  records::FileHeader header;
  const auto columns = records::decode_columns(cache->columns, pair.metadata_size, header);
  if (!columns) {
    out << "columns: " << printable(columns.error().message) << "\n";
    return {};
  }
  out << "columns: " << cache->columns.size() << " bytes, " << columns->keys.size() << " rows, "
      << header.attributes.size() << " attributes\n";
  for (std::size_t row = 0; row < columns->keys.size(); ++row) {
    out << "key " << columns->keys[row] << ": byte " << columns->offsets[row] << "\n";
  }
  return {};
}

constexpr std::size_t kTermsShown = 100;

Status dump_words(const std::string& name,
                  std::unique_ptr<base::FileBytes> bytes,
                  std::ostream& out) {
  const auto read = lexical::Segment::read(name, std::move(bytes));
  if (!read) {
    out << "words: " << printable(read.error().message) << "\n";
    return {};
  }
  const lexical::Segment& segment = **read;
  const Status sound = segment.verify();
  out << "words: format " << lexical::kSegmentFormat << ", tokenizer " << lexical::kTokenizerVersion
      << ", uuid " << base::to_string(segment.uuid()) << (sound ? " (verified)" : "") << "\n"
      << segment.documents() << " documents, " << segment.terms() << " terms, together "
      << segment.total_length() << " long\n"
      << segment.bytes().size() << " bytes, " << segment.posting_bytes() << " of postings, "
      << segment.term_bytes() << " of terms\n";
  if (!sound) {
    out << printable(sound.error().message) << "\n";
  }
  std::size_t shown = 0;
  for (lexical::Segment::TermCursor cursor(segment); shown < kTermsShown && cursor.next();) {
    const bool is_long = cursor.term() == lexical::kLongName;
    out << "term " << printable(is_long ? "(names too long)" : cursor.term()) << ": "
        << cursor.entry().documents << "\n";
    ++shown;
  }
  if (shown < segment.terms()) {
    out << "and " << segment.terms() - shown << " more\n";
  }
  return {};
}

Status dump_next(std::string_view bytes, std::ostream& out) {
  const auto content = store::read_next_vectors(bytes);
  if (!content) {
    out << "next vectors: " << printable(content.error().message) << "\n";
    return {};
  }
  const store::NextHeader& header = content->header;
  out << "next vectors: made by " << printable(header.maker) << ", uuid "
      << base::to_string(header.uuid) << ", " << header.format.dimensions << " dimensions, "
      << to_string(header.format.metric) << ", " << to_string(header.format.scalar) << "\n";
  for (const store::NextContent::Place& place : content->vectors) {
    out << "key " << place.key << ": byte " << place.offset << "\n";
  }
  out << "ends at byte " << content->end_offset;
  if (content->end_offset != bytes.size()) {
    out << ", then " << bytes.size() - content->end_offset << " bytes that do not verify";
  }
  out << "\n";
  return {};
}

}  // namespace

Status dump(base::FileSystem& files, const std::string& path, std::ostream& out) {
  const std::string name = path.substr(path.find_last_of('/') + 1);
  QUIRE_TRY_ASSIGN(const base::FileStat stat, files.stat(path));
  if (!stat.exists) {
    return fail(ErrorCode::not_found, "dump " + path + ": no such file");
  }
  if (stat.is_directory) {
    return fail(ErrorCode::invalid_argument, "dump " + path + ": a folder; name a file in it");
  }
  if (name.starts_with(store::kIndexName)) {
    QUIRE_TRY_ASSIGN(const auto bytes, base::map_file(files, path));
    return dump_index(bytes->view(), out);
  }
  if (name.starts_with(store::kMetadataName)) {
    QUIRE_TRY_ASSIGN(const auto bytes, base::map_file(files, path));
    return dump_metadata(bytes->view(), out);
  }
  if (name.starts_with("checkpoint-")) {
    QUIRE_TRY_ASSIGN(const auto bytes, base::map_file(files, path));
    return dump_cache(bytes->view(), out);
  }
  if (name.starts_with(lexical::kWordsPrefix)) {
    QUIRE_TRY_ASSIGN(auto bytes, base::map_file(files, path));
    return dump_words(name, std::move(bytes), out);
  }
  // Read, not mapped: a writer may shorten these three.
  if (name.starts_with("journal-")) {
    QUIRE_TRY_ASSIGN(const std::string bytes, base::read_file(files, path));
    return dump_journal(bytes, name, out);
  }
  if (name == store::kNextVectorsName) {
    QUIRE_TRY_ASSIGN(const std::string bytes, base::read_file(files, path));
    return dump_next(bytes, out);
  }
  if (name == store::kLockName) {
    QUIRE_TRY_ASSIGN(const std::string bytes, base::read_file(files, path));
    out << "last writer: " << base::printable_lines(bytes);
    return {};
  }
  return fail(ErrorCode::invalid_argument,
              "dump " + path +
                  ": not a file of a store (index.usearch, metadata.json, "
                  "journal-N.log, next/vectors.log, LOCK, cache/checkpoint-N, cache/words-N)");
}

}  // namespace quire::inspecting
