#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/files.hpp"
#include "expect.hpp"
#include "scratch_folder.hpp"
#include "store/journal/journal.hpp"
#include "store/records/chunk_codec.hpp"
#include "store/redo_record.hpp"

namespace quire::journal {
namespace {

using bench::expect;

constexpr std::uint64_t kRowsPerCommit = 12;
constexpr std::uint64_t kScannedBytes = std::uint64_t{16} << 20;

Header header() {
  Header out;
  out.format = {256, Metric::cosine, Scalar::bf16};
  out.generation = 1;
  out.salt = 1;
  return out;
}

/// A file's worth of chunks of some 1.1 KB, with their vectors as they are stored.
struct File {
  std::string vector = std::string(header().format.bytes_per_vector(), 'v');
  ChunkMeta meta;

  File() {
    meta.file_path = "services/worker/decoder/thread_345.rs";
    meta.content = std::string(1000, 'c');
    meta.symbol_name = "tableIndexTable";
    meta.symbol_kind = "function";
    meta.language = "rust";
  }
};

/// One commit that replaces the file, as the store makes it: every chunk encoded, then all of it.
std::string payload(const File& file, std::uint64_t first_key) {
  std::vector<std::string> chunks(kRowsPerCommit);
  store::RedoRecord record;
  record.dimensions = header().format.dimensions;
  record.next_key = first_key + kRowsPerCommit;
  for (std::uint64_t i = 0; i < kRowsPerCommit; ++i) {
    records::encode_chunk(file.meta, chunks[i]);
    record.inserts.push_back({first_key + i, file.vector, chunks[i]});
    if (first_key != 0) {
      record.removals.push_back(first_key - kRowsPerCommit + i);
    }
  }
  return store::encode(record);
}

/// A new journal in a folder of its own.
struct Journal {
  bench::ScratchFolder folder;
  std::shared_ptr<base::FileSystem> files = base::posix_file_system();
  Writer writer = expect(Writer::create(*files, folder.path(), header()));
};

void append_commit(Writer& writer, const File& file) {
  const std::uint64_t lsn = writer.lsn() + 1;
  if (!writer.append(lsn, payload(file, writer.lsn() * kRowsPerCommit)).has_value()) {
    std::abort();
  }
}

/// Encodes and writes commits of twelve rows, never syncing.
void append(benchmark::State& state) {
  constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20;
  const File file;
  auto journal = std::make_unique<Journal>();
  std::uint64_t bytes = 0;
  while (state.KeepRunning()) {
    const std::uint64_t before = journal->writer.size();
    append_commit(journal->writer, file);
    bytes += journal->writer.size() - before;
    if (journal->writer.size() > kMostBytes) {
      state.PauseTiming();
      journal = std::make_unique<Journal>();
      state.ResumeTiming();
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}

std::string journal_bytes() {
  const File file;
  Journal journal;
  while (journal.writer.size() < kScannedBytes) {
    append_commit(journal.writer, file);
  }
  return expect(base::read_file(*journal.files, base::join(journal.folder.path(), file_name(1))));
}

/// What an open does with a journal of 16 MiB in memory: finds its frames, and if `decoded` reads
/// each of them.
void scan_journal(benchmark::State& state, bool decoded) {
  const std::string bytes = journal_bytes();
  std::size_t commits = 0;
  while (state.KeepRunning()) {
    const Scan found = expect(scan(bytes, header(), kHeaderSize, 0, "journal"));
    commits = found.frames.size();
    for (const Frame& frame : found.frames) {
      if (decoded) {
        benchmark::DoNotOptimize(expect(store::decode_redo_record(frame.payload)));
      }
    }
  }
  state.SetLabel(std::to_string(commits) + " commits");
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes.size()) * state.iterations());
}

BENCHMARK(append)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(scan_journal, frames, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(scan_journal, frames_and_records, true)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace quire::journal
