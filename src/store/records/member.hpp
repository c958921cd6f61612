#pragma once

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <quire/chunk.hpp>

#include "store/records/chunk_view.hpp"

/// The one table of a chunk's members: the codec, the reader and the writer of metadata.json, the
/// columns, the filters and their messages are made from it. A new member is a line here, a place
/// in ChunkMeta and one in ChunkView; what is stored changes with it.
namespace quire::records {

/// The ten members of a chunk, in the order in which they are written.
enum class Member : std::uint8_t {
  file_path,
  chunk_id,
  content,
  symbol_name,
  symbol_kind,
  package_name,
  language,
  start_line,
  end_line,
  last_modified,
};

/// A member's type, and where it lies: text and numbers are always there, the rest may be absent.
template <class Chunk, class Text>
using MemberPlace =
    std::variant<Text Chunk::*, std::optional<Text> Chunk::*, std::int64_t Chunk::*>;

using MetaPlace = MemberPlace<ChunkMeta, std::string>;

struct MemberRow {
  std::string_view name;
  MetaPlace meta;
  MemberPlace<ChunkView, std::string_view> view;
  bool in_column = true;  ///< False: RecordTable reads it from the file's bytes.

  constexpr bool is_number() const { return meta.index() == 2; }
  constexpr bool may_be_absent() const { return meta.index() == 1; }
};

inline constexpr std::array<MemberRow, 10> kMembers{{
    {"file_path", &ChunkMeta::file_path, &ChunkView::file_path},
    {"chunk_id", &ChunkMeta::chunk_id, &ChunkView::chunk_id},
    {"content", &ChunkMeta::content, &ChunkView::content, false},
    {"symbol_name", &ChunkMeta::symbol_name, &ChunkView::symbol_name},
    {"symbol_kind", &ChunkMeta::symbol_kind, &ChunkView::symbol_kind},
    {"package_name", &ChunkMeta::package_name, &ChunkView::package_name},
    {"language", &ChunkMeta::language, &ChunkView::language},
    {"start_line", &ChunkMeta::start_line, &ChunkView::start_line},
    {"end_line", &ChunkMeta::end_line, &ChunkView::end_line},
    {"last_modified", &ChunkMeta::last_modified, &ChunkView::last_modified},
}};
inline constexpr std::size_t kMemberCount = kMembers.size();

constexpr const MemberRow& row_of(Member member) {
  return kMembers[static_cast<std::size_t>(member)];
}
constexpr std::string_view to_string(Member member) {
  return row_of(member).name;
}
constexpr std::optional<Member> member_of(std::string_view name) {
  const auto found = std::ranges::find(kMembers, name, &MemberRow::name);
  return found == kMembers.end() ? std::nullopt
                                 : std::optional(static_cast<Member>(found - kMembers.begin()));
}

/// A member of `chunk` as text: nothing where it is absent, or a number.
inline std::optional<std::string_view> text_of(const ChunkView& chunk, const MemberRow& member) {
  if (const auto* const text = std::get_if<0>(&member.view)) {
    return chunk.**text;
  }
  const auto* const optional = std::get_if<1>(&member.view);
  return optional == nullptr ? std::nullopt : chunk.**optional;
}

/// A member of `chunk` that is a number.
inline std::int64_t number_of(const ChunkView& chunk, const MemberRow& member) {
  return chunk.*std::get<2>(member.view);
}

/// What is wanted of a chunk: some of its members and own fields, and all of its extra fields or
/// none.
class MemberSet {
 public:
  MemberSet() = default;
  static MemberSet all() {
    MemberSet set;
    set.members_ = ~0U;
    set.extra_ = true;
    set.own_.set();
    return set;
  }

  void insert(Member member) { members_ |= bit(member); }
  void insert_extra() { extra_ = true; }
  void insert_own(std::size_t field) { own_.set(field); }

  bool contains(Member member) const { return (members_ & bit(member)) != 0; }
  bool contains_extra() const { return extra_; }
  bool contains_own(std::size_t field) const { return own_.test(field); }
  /// True if something is wanted that a RecordTable has in no column.
  bool needs_text() const { return extra_ || contains(Member::content); }

 private:
  static unsigned bit(Member member) { return 1U << static_cast<unsigned>(member); }

  unsigned members_ = 0;
  bool extra_ = false;
  std::bitset<kMaxFields> own_;
};

}  // namespace quire::records
