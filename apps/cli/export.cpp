#include <functional>
#include <string>
#include <string_view>

#include <quire/vector_store.hpp>

#include "answering/wording.hpp"
#include "base/files.hpp"
#include "base/try.hpp"
#include "cli/commands.hpp"
#include "cli/row_json.hpp"
#include "project/place.hpp"

namespace quire::cli {
namespace {

using answering::count_of;
using project::Place;

/// Takes the next line; false: no more are wanted.
using Sink = std::function<Result<bool>(std::string_view line)>;

Result<std::uint64_t> write_rows(const VectorStore& store, const Sink& sink) {
  const StoreInfo info = store.info();
  QUIRE_TRY_ASSIGN(
      const bool begun,
      sink(encode_header({info.format, info.next_key, store.attributes(), store.fields()})));
  std::uint64_t count = 0;
  if (!begun) {
    return count;
  }
  for (const ChunkKey key : store.keys()) {
    ExportRow row{key, {}};
    QUIRE_TRY_ASSIGN(row.row.meta, store.get(key));
    QUIRE_TRY_ASSIGN(row.row.vector, store.vector(key));
    QUIRE_TRY_ASSIGN(const bool wanted, sink(encode_row(row)));
    if (!wanted) {
      break;
    }
    ++count;
  }
  return count;
}

Result<std::uint64_t> write_stdout(const VectorStore& store, Output& out) {
  return write_rows(store, [&out](std::string_view line) -> Result<bool> {
    out.write(line);
    return !out.ended();
  });
}

Result<std::uint64_t> write_file(const VectorStore& store, const std::string& path) {
  constexpr std::size_t kBlock = std::size_t{1} << 20;
  QUIRE_TRY_ASSIGN(const auto file, base::posix_file_system()->open(path, base::OpenMode::create));
  std::uint64_t offset = 0;
  std::string block;
  const auto flush = [&]() -> Status {
    QUIRE_TRY(file->write_at(offset, block));
    offset += block.size();
    block.clear();
    return {};
  };
  QUIRE_TRY_ASSIGN(const std::uint64_t count,
                   write_rows(store, [&](std::string_view line) -> Result<bool> {
                     block += line;
                     if (block.size() >= kBlock) {
                       QUIRE_TRY(flush());
                     }
                     return true;
                   }));
  QUIRE_TRY(flush());
  QUIRE_TRY(file->close());
  return count;
}

}  // namespace

Result<int> run(const ExportCommand& command, const GlobalOptions& options, Output& out) {
  QUIRE_TRY_ASSIGN(const Place place, find_place(options));
  QUIRE_TRY_ASSIGN(const VectorStore store, open_index(place));
  QUIRE_TRY_ASSIGN(const std::uint64_t count, command.output.empty()
                                                  ? write_stdout(store, out)
                                                  : write_file(store, command.output));
  out.flush();
  if (!out.ended()) {
    say(options, "exported " + count_of(count, "chunk", "chunks"));
  }
  return 0;
}

}  // namespace quire::cli
