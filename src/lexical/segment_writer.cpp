#include "lexical/segment_writer.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "lexical/segment_format.hpp"
#include "lexical/varint.hpp"

namespace quire::lexical {
namespace {

std::size_t shared_prefix(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

}  // namespace

SegmentWriter::SegmentWriter(const base::Uuid& uuid, Documents documents, std::uint64_t as_of)
    : uuid_(uuid), documents_(std::move(documents)), as_of_(as_of) {}

void SegmentWriter::add(std::string_view term, std::span<const Posting> postings) {
  const bool begins_block = term_count_++ % kBlockTerms == 0;
  if (begins_block) {
    begin_block();
  }
  const std::size_t shared = begins_block ? 0 : shared_prefix(last_term_, term);
  put_varint(terms_, shared);
  put_varint(terms_, term.size() - shared);
  terms_ += term.substr(shared);
  put_varint(terms_, postings.size());
  last_term_ = term;
  if (postings.size() == 1) {
    put_varint(terms_, postings[0].document);
    terms_ += static_cast<char>(postings[0].occurrence);
    return;
  }
  const Bound bound = bound_of(postings);
  terms_ += static_cast<char>(bound.best);
  terms_ += static_cast<char>(bound.least_length);
  const std::size_t before = postings_.size();
  put_postings(postings);
  put_varint(terms_, postings_.size() - before);
}

void SegmentWriter::begin_block() {
  base::ByteWriter out(term_blocks_);
  out.u32(static_cast<std::uint32_t>(terms_.size()));
  out.u32(0);
  out.u64(postings_.size());
}

void SegmentWriter::put_postings(std::span<const Posting> postings) {
  if (postings.size() <= kRunPostings) {
    put_run(postings, 0);
    return;
  }
  const std::size_t runs = (postings.size() + kRunPostings - 1) / kRunPostings;
  base::ByteWriter(postings_).u32(static_cast<std::uint32_t>(runs));
  std::string table;
  base::ByteWriter entries(table);
  const std::size_t table_at = postings_.size();
  const std::size_t data_at = table_at + runs * kRunEntryBytes;
  postings_.resize(data_at);
  std::uint32_t before = 0;
  for (std::size_t run = 0; run < runs; ++run) {
    const auto part = postings.subspan(
        run * kRunPostings, std::min(kRunPostings, postings.size() - run * kRunPostings));
    put_run(part, before);
    before = part.back().document;
    const Bound bound = bound_of(part);
    entries.u32(before);
    entries.u32(static_cast<std::uint32_t>(postings_.size() - data_at));
    entries.u8(bound.best);
    entries.u8(bound.least_length);
    entries.u16(0);
  }
  postings_.replace(table_at, table.size(), table);
}

void SegmentWriter::put_run(std::span<const Posting> run, std::uint32_t before) {
  for (const Posting& posting : run) {
    put_varint(postings_, posting.document - before);
    before = posting.document;
  }
  for (const Posting& posting : run) {
    postings_ += static_cast<char>(posting.occurrence);
  }
}

Bound SegmentWriter::bound_of(std::span<const Posting> postings) const {
  Bound bound;
  for (const Posting& posting : postings) {
    bound.take_in(posting.occurrence, documents_.length_codes[posting.document]);
  }
  return bound;
}

std::string SegmentWriter::finish() && {
  std::string bytes;
  base::ByteWriter out(bytes);
  out.bytes(kSegmentMagic);
  out.u32(kSegmentFormat);
  out.u32(kTokenizerVersion);
  out.bytes(uuid_.view());
  out.u64(documents_.keys.size());
  out.u64(term_count_);
  out.u64(documents_.total_length);
  out.u64(postings_.size());
  out.u64(terms_.size());
  out.u64(term_blocks_.size() / kTermBlockBytes);
  out.u64(as_of_);
  for (const std::uint64_t key : documents_.keys) {
    out.u64(key);
  }
  for (const std::uint8_t code : documents_.length_codes) {
    out.u8(code);
  }
  out.pad_to(8);
  out.bytes(postings_);
  out.pad_to(8);
  out.bytes(terms_);
  out.pad_to(8);
  out.bytes(term_blocks_);
  append_hashes(bytes);
  return bytes;
}

}  // namespace quire::lexical
