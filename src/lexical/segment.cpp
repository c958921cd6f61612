#include "lexical/segment.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "base/checksum.hpp"
#include "base/try.hpp"
#include "lexical/bm25.hpp"
#include "lexical/segment_format.hpp"
#include "lexical/terms.hpp"
#include "lexical/varint.hpp"

namespace quire::lexical {
namespace {

template <class T>
T number_at(std::string_view bytes, std::size_t at) {
  T value{};
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

/// Takes the numbers of a Bound off `in`.
bool take_bound(std::string_view& in, Bound& bound) {
  if (in.size() < 2) {
    return false;
  }
  bound = {static_cast<Occurrence>(in[0]), static_cast<std::uint8_t>(in[1])};
  in.remove_prefix(2);
  return true;
}

bool take_bytes(std::string_view& in, std::size_t size, std::string_view& bytes) {
  if (size > in.size()) {
    return false;
  }
  bytes = in.substr(0, size);
  in.remove_prefix(size);
  return true;
}

/// The first `size` bytes of a file.
class Beginning final : public base::FileBytes {
 public:
  Beginning(std::unique_ptr<base::FileBytes> file, std::size_t size)
      : file_(std::move(file)), size_(size) {}

  std::string_view view() const override { return file_->view().substr(0, size_); }
  void copy(std::size_t offset, std::size_t size, char* to) const override {
    file_->copy(offset, size, to);
  }
  void release() const override { file_->release(); }

 private:
  std::unique_ptr<base::FileBytes> file_;
  std::size_t size_;
};

}  // namespace

void Bound::take_in(Occurrence occurrence, std::uint8_t length) {
  if (kWeightedTimes[occurrence] > kWeightedTimes[best]) {
    best = occurrence;
  }
  least_length = std::min(least_length, length);
}

Result<std::shared_ptr<const Segment>> Segment::read(const std::string& name,
                                                     std::unique_ptr<base::FileBytes> bytes) {
  std::shared_ptr<Segment> segment(new Segment);
  segment->bytes_ = bytes->view();
  Result<SealedContent> sealed = read_hashes(segment->bytes_);
  if (!sealed) {
    return std::unexpected(sealed.error().while_doing(name));
  }
  segment->content_ = sealed->content;
  segment->file_ = std::make_unique<Beginning>(std::move(bytes), sealed->content.size());
  segment->verified_.emplace(name, *segment->file_, std::move(sealed->hashes));
  if (const Status parsed = segment->parse(); !parsed) {
    return std::unexpected(parsed.error().while_doing(name));
  }
  return segment;
}

std::shared_ptr<const Segment> Segment::of(std::string bytes) {
  const std::shared_ptr<Segment> segment(new Segment);
  segment->owned_ = std::move(bytes);
  segment->bytes_ = segment->owned_;
  const Result<SealedContent> sealed = read_hashes(segment->bytes_);
  QUIRE_ASSERT(sealed.has_value());
  segment->content_ = sealed->content;
  segment->verified_.emplace("words", segment->content_);
  const Status parsed = segment->parse();
  QUIRE_ASSERT(parsed.has_value());
  return segment;
}

Status Segment::parse() {
  if (!verified_->verify(content_.substr(0, kHeaderBytes))) {
    return verified_->status();
  }
  base::ByteReader in(content_);
  in.bytes(kSegmentMagic.size() + 2 * sizeof(std::uint32_t));
  uuid_ = base::uuid_from_bytes(in.bytes(uuid_.bytes.size()));
  const std::uint64_t documents = in.u64();
  terms_count_ = in.u64();
  total_length_ = in.u64();
  const std::uint64_t posting_bytes = in.u64();
  const std::uint64_t term_bytes = in.u64();
  const std::uint64_t block_count = in.u64();
  as_of_ = in.u64();
  const std::uint64_t rest = in.remaining();
  if (documents >= kMostDocuments || documents > rest / sizeof(std::uint64_t) ||
      block_count > rest / kTermBlockBytes || posting_bytes > rest || term_bytes > UINT32_MAX ||
      block_count != terms_count_ / kBlockTerms + (terms_count_ % kBlockTerms != 0 ? 1 : 0)) {
    return fail(ErrorCode::corrupt, "a segment of impossible sizes");
  }
  const std::string_view keys = in.bytes(documents * sizeof(std::uint64_t));
  const std::string_view lengths = in.bytes(padded(documents));
  postings_ = in.bytes(padded(posting_bytes)).substr(0, posting_bytes);
  terms_ = in.bytes(padded(term_bytes)).substr(0, term_bytes);
  term_blocks_ = in.bytes(block_count * kTermBlockBytes);
  if (!in.ok() || !verified_->verify(keys) || !verified_->verify(lengths)) {
    return fail(ErrorCode::corrupt, "a segment that does not verify");
  }
  keys_ = {reinterpret_cast<const std::uint64_t*>(keys.data()), documents};
  length_codes_ = {reinterpret_cast<const std::uint8_t*>(lengths.data()), documents};
  const bool rising =
      std::ranges::adjacent_find(keys_, std::ranges::greater_equal{}) == keys_.end();
  return rising ? Status() : fail(ErrorCode::corrupt, "a segment whose keys do not rise");
}

std::size_t Segment::block_count() const {
  return term_blocks_.size() / kTermBlockBytes;
}

/// Each ends where the next one begins, so that no byte is read for two of them. Nothing where
/// damage is met.
std::optional<Segment::TermBlock> Segment::term_block(std::size_t block) const {
  const std::string_view entry = term_blocks_.substr(block * kTermBlockBytes, 2 * kTermBlockBytes);
  if (!verified_->verify(entry)) {
    return {};
  }
  const bool is_last = entry.size() == kTermBlockBytes;
  const std::size_t begin = number_at<std::uint32_t>(entry, 0);
  const std::size_t end =
      is_last ? terms_.size() : number_at<std::uint32_t>(entry, kTermBlockBytes);
  const std::size_t postings_begin = number_at<std::uint64_t>(entry, sizeof(std::uint64_t));
  const std::size_t postings_end =
      is_last ? postings_.size()
              : number_at<std::uint64_t>(entry, kTermBlockBytes + sizeof(std::uint64_t));
  if (begin > end || end > terms_.size() || end - begin > kBlockTerms * kMostTermBytes ||
      postings_begin > postings_end || postings_end > postings_.size()) {
    distrust(entry);
    return {};
  }
  const TermBlock out{terms_.substr(begin, end - begin),
                      postings_.substr(postings_begin, postings_end - postings_begin)};
  return verified_->verify(out.terms) ? std::optional(out) : std::nullopt;
}

/// "" where damage is met.
std::string_view Segment::first_term(std::size_t block) const {
  const auto found = term_block(block);
  std::string_view in = found ? found->terms : std::string_view();
  std::uint32_t shared = 0;
  std::uint32_t size = 0;
  std::string_view term;
  return take_varint(in, shared) && take_varint(in, size) && take_bytes(in, size, term)
             ? term
             : std::string_view();
}

std::optional<TermEntry> Segment::find(std::string_view term) const {
  std::size_t low = 0;
  std::size_t high = block_count();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    (first_term(middle) <= term ? low : high) = first_term(middle) <= term ? middle + 1 : middle;
  }
  TermCursor cursor(*this);
  if (low == 0 || !cursor.enter_block(low - 1)) {
    return {};
  }
  for (std::size_t i = 0; i < kBlockTerms && cursor.next(); ++i) {
    if (cursor.term() >= term) {
      const bool found = cursor.term() == term && postings_sound(cursor.entry().postings);
      return found ? std::optional(cursor.entry()) : std::nullopt;
    }
  }
  return {};
}

bool Segment::TermCursor::enter_block(std::size_t block) {
  const auto found = segment_->term_block(block);
  if (!found) {
    return false;
  }
  if (segment_->first_term(block) <= term_) {
    segment_->distrust(found->terms);
    return false;
  }
  rest_ = found->terms;
  postings_ = found->postings;
  next_block_ = block + 1;
  left_in_block_ = std::min(kBlockTerms, segment_->terms_count_ - block * kBlockTerms);
  term_.clear();
  return true;
}

bool Segment::TermCursor::next() {
  if (left_in_block_ == 0 &&
      (next_block_ == segment_->block_count() || !enter_block(next_block_))) {
    return false;
  }
  --left_in_block_;
  const bool sound =
      take_term() && take_entry() && (left_in_block_ > 0 || (rest_.empty() && postings_.empty()));
  if (!sound) {
    segment_->distrust(segment_->terms_);
  }
  return sound;
}

/// False where it can't be, or does not rise.
bool Segment::TermCursor::take_term() {
  std::uint32_t shared = 0;
  std::uint32_t size = 0;
  std::string_view suffix;
  if (!take_varint(rest_, shared) || shared > term_.size() || !take_varint(rest_, size) ||
      !take_bytes(rest_, size, suffix) || shared + suffix.size() > kLongestTerm ||
      suffix <= std::string_view(term_).substr(shared)) {
    return false;
  }
  term_.resize(shared);
  term_ += suffix;
  return true;
}

bool Segment::TermCursor::take_entry() {
  entry_ = {};
  if (!take_varint(rest_, entry_.documents) || entry_.documents == 0 ||
      entry_.documents > segment_->documents()) {
    return false;
  }
  if (entry_.documents > 1) {
    std::uint32_t bytes = 0;
    return take_bound(rest_, entry_.bound) && take_varint(rest_, bytes) &&
           bytes / kLeastPostingBytes >= entry_.documents &&
           take_bytes(postings_, bytes, entry_.postings);
  }
  if (!take_varint(rest_, entry_.only.document) || rest_.empty() ||
      entry_.only.document >= segment_->documents()) {
    return false;
  }
  entry_.only.occurrence = static_cast<Occurrence>(rest_[0]);
  rest_.remove_prefix(1);
  entry_.bound = {entry_.only.occurrence, segment_->length_codes_[entry_.only.document]};
  return true;
}

Status Segment::verify() const {
  QUIRE_TRY(verified_->verify_all());
  for (TermCursor cursor(*this); cursor.next();) {
    postings(cursor.entry());
  }
  return status();
}

std::vector<Posting> Segment::postings(const TermEntry& entry) const {
  std::vector<Posting> out;
  if (!postings_sound(entry.postings)) {
    return out;
  }
  PostingCursor cursor(*this, entry);
  for (std::uint32_t at = cursor.seek(0); at != PostingCursor::kEnd; at = cursor.next()) {
    out.push_back({at, cursor.occurrence()});
  }
  return out;
}

PostingCursor::PostingCursor(const Segment& segment, const TermEntry& entry)
    : segment_(&segment), entry_(entry), data_(entry.postings), run_count_(1) {
  if (entry.documents <= kRunPostings) {
    return;
  }
  base::ByteReader in(data_);
  run_count_ = in.u32();
  runs_ = in.bytes(std::size_t{run_count_} * kRunEntryBytes);
  data_.remove_prefix(in.offset());
  if (!in.ok() || run_count_ != (entry.documents + kRunPostings - 1) / kRunPostings) {
    segment_->distrust(entry.postings);
    run_count_ = 0;
  }
}

std::uint32_t PostingCursor::last_document(std::uint32_t run) const {
  return runs_.empty() ? kEnd - 1 : number_at<std::uint32_t>(runs_, run * kRunEntryBytes);
}

/// In data_.
std::size_t PostingCursor::end_of(std::uint32_t run) const {
  return runs_.empty()
             ? data_.size()
             : number_at<std::uint32_t>(runs_, run * kRunEntryBytes + sizeof(std::uint32_t));
}

Bound PostingCursor::bound(std::uint32_t run) const {
  const std::size_t at = run * kRunEntryBytes + 2 * sizeof(std::uint32_t);
  return runs_.empty()
             ? entry_.bound
             : Bound{static_cast<Occurrence>(runs_[at]), static_cast<std::uint8_t>(runs_[at + 1])};
}

std::optional<Bound> PostingCursor::bound_in(std::uint32_t first, std::uint32_t end) {
  if (run_count_ == 1) {
    return seek(first) < end ? std::optional(entry_.bound) : std::nullopt;
  }
  seek_run(first);
  std::optional<Bound> out;
  for (std::uint32_t run = run_; run < run_count_; ++run) {
    if (run > run_ && last_document(run - 1) >= end - 1) {
      break;
    }
    if (!out) {
      out.emplace();
    }
    out->take_in(bound(run));
  }
  return out;
}

void PostingCursor::enter_run(std::uint32_t run) {
  run_ = run;
  decoded_ = false;
  at_ = count_ = 0;
}

/// Moves on to the run that may hold `document`.
void PostingCursor::seek_run(std::uint32_t document) {
  while (run_ < run_count_ && last_document(run_) < document) {
    enter_run(run_ + 1);
  }
}

std::uint32_t PostingCursor::seek(std::uint32_t document) {
  while (true) {
    seek_run(document);
    if (run_ >= run_count_) {
      return kEnd;
    }
    if (!decoded_) {
      decode();
    }
    while (at_ < count_ && documents_[at_] < document) {
      ++at_;
    }
    if (at_ < count_) {
      return documents_[at_];
    }
    enter_run(run_ + 1);
  }
}

std::uint32_t PostingCursor::next() {
  if (++at_ < count_) {
    return documents_[at_];
  }
  enter_run(run_ + 1);
  return seek(0);
}

/// Reads the run; nothing of one that can't be.
void PostingCursor::decode() {
  decoded_ = true;
  at_ = count_ = 0;
  if (entry_.documents == 1) {
    count_ = 1;
    documents_[0] = entry_.only.document;
    occurrences_[0] = entry_.only.occurrence;
    return;
  }
  const std::size_t begin = run_ == 0 ? 0 : end_of(run_ - 1);
  const std::size_t end = end_of(run_);
  const std::size_t left =
      entry_.documents - std::min<std::size_t>(entry_.documents, run_ * kRunPostings);
  const auto count = static_cast<std::uint32_t>(std::min(left, kRunPostings));
  if (begin > end || end > data_.size() || end - begin < count) {
    return segment_->distrust(entry_.postings);
  }
  std::string_view deltas = data_.substr(begin, end - begin - count);
  std::uint32_t document = run_ == 0 ? 0 : last_document(run_ - 1);
  for (std::uint32_t i = 0; i < count; ++i) {
    std::uint32_t delta = 0;
    const bool may_stay = run_ == 0 && i == 0;
    if (document >= segment_->documents() || !take_varint(deltas, delta) ||
        (delta == 0 && !may_stay) || delta >= segment_->documents() - document) {
      return segment_->distrust(entry_.postings);
    }
    document += delta;
    documents_[i] = document;
  }
  if (!deltas.empty() || (!runs_.empty() && document != last_document(run_))) {
    return segment_->distrust(entry_.postings);
  }
  std::memcpy(occurrences_, data_.data() + end - count, count);
  count_ = count;
}

}  // namespace quire::lexical
