#include "store/records/chunk_codec.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "base/bytes.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "store/records/record_table.hpp"

namespace quire::records {
namespace {

struct OptionalMember {
  Member id;
  std::optional<std::string> ChunkMeta::* member;
  std::optional<std::string_view> ChunkView::* view;
};

constexpr std::array<OptionalMember, 3> kOptionals{{
    {Member::symbol_name, &ChunkMeta::symbol_name, &ChunkView::symbol_name},
    {Member::symbol_kind, &ChunkMeta::symbol_kind, &ChunkView::symbol_kind},
    {Member::package_name, &ChunkMeta::package_name, &ChunkView::package_name},
}};

std::uint8_t presence(const ChunkMeta& meta) {
  unsigned bits = 0;
  for (std::size_t i = 0; i < kOptionals.size(); ++i) {
    bits |= (meta.*kOptionals[i].member).has_value() ? 1U << i : 0U;
  }
  return static_cast<std::uint8_t>(bits);
}

Status check_utf8(std::string_view what, std::string_view text) {
  if (const std::optional<std::size_t> bad = base::invalid_utf8_offset(text)) {
    return fail(ErrorCode::invalid_argument,
                "chunk: " + std::string(what) + ": invalid UTF-8 at byte " + std::to_string(*bad));
  }
  return {};
}

Status check_members(const ChunkMeta& meta) {
  QUIRE_TRY(check_utf8("file_path", meta.file_path));
  QUIRE_TRY(check_utf8("content", meta.content));
  for (const OptionalMember& optional : kOptionals) {
    QUIRE_TRY(check_utf8(to_string(optional.id), (meta.*optional.member).value_or("")));
  }
  return check_utf8("language", meta.language);
}

Status check_extra_name(std::string_view name) {
  if (name.empty()) {
    return fail(ErrorCode::invalid_argument, "chunk: an extra field without a name");
  }
  QUIRE_TRY(check_utf8("an extra field's name", name));
  if (member_of(name).has_value()) {
    return fail(ErrorCode::invalid_argument,
                "chunk: extra field \"" + std::string(name) + "\": a member has that name");
  }
  return {};
}

Status check_extra(const std::vector<ExtraField>& extra) {
  std::vector<std::string_view> names;
  names.reserve(extra.size());
  for (const ExtraField& field : extra) {
    QUIRE_TRY(check_extra_name(field.name));
    QUIRE_TRY(check_utf8(field.name, field.value));
    names.push_back(field.name);
  }
  std::ranges::sort(names);
  if (const auto twice = std::ranges::adjacent_find(names); twice != names.end()) {
    return fail(ErrorCode::invalid_argument,
                "chunk: extra field \"" + std::string(*twice) + "\" is there twice");
  }
  return {};
}

std::size_t string_bytes(const ChunkMeta& meta) {
  std::size_t bytes = meta.file_path.size() + meta.content.size() + meta.language.size();
  for (const OptionalMember& optional : kOptionals) {
    const std::optional<std::string>& value = meta.*optional.member;
    bytes += value.has_value() ? value->size() : 0;
  }
  return std::accumulate(meta.extra.begin(), meta.extra.end(), bytes,
                         [](std::size_t sum, const ExtraField& field) {
                           return sum + field.name.size() + field.value.size();
                         });
}

/// Calls visit(name, value) for each extra field.
template <class Visit>
void visit_extra(const ChunkView& chunk, Visit visit) {
  base::ByteReader from(chunk.extra_fields);
  for (std::uint32_t left = from.u32(); left != 0; --left) {
    const std::string_view name = from.string();
    visit(name, from.string());
  }
}

}  // namespace

std::optional<std::variant<std::int64_t, std::string>> value_of(const ChunkMeta& meta,
                                                                Member member) {
  switch (member) {
    case Member::file_path:
      return meta.file_path;
    case Member::chunk_id:
      return meta.chunk_id;
    case Member::content:
      return meta.content;
    case Member::symbol_name:
      return meta.symbol_name;
    case Member::symbol_kind:
      return meta.symbol_kind;
    case Member::package_name:
      return meta.package_name;
    case Member::language:
      return meta.language;
    case Member::start_line:
      return meta.start_line;
    case Member::end_line:
      return meta.end_line;
    case Member::last_modified:
      break;
  }
  return meta.last_modified;
}

Status validate(const ChunkMeta& meta) {
  if (const std::size_t bytes = string_bytes(meta); bytes > kMaxChunkBytes) {
    return fail(ErrorCode::invalid_argument, "chunk: its strings have " + std::to_string(bytes) +
                                                 " bytes, at most " +
                                                 std::to_string(kMaxChunkBytes) + " may be stored");
  }
  QUIRE_TRY(check_members(meta));
  return check_extra(meta.extra);
}

void encode_chunk(const ChunkMeta& meta, std::string& out) {
  base::ByteWriter to(out);
  to.u8(presence(meta));
  to.i64(meta.chunk_id);
  to.i64(meta.start_line);
  to.i64(meta.end_line);
  to.i64(meta.last_modified);
  to.string(meta.file_path);
  to.string(meta.content);
  to.string(meta.language);
  for (const OptionalMember& optional : kOptionals) {
    if (const std::optional<std::string>& value = meta.*optional.member) {
      to.string(*value);
    }
  }
  to.u32(static_cast<std::uint32_t>(meta.extra.size()));
  for (const ExtraField& field : meta.extra) {
    to.string(field.name);
    to.string(field.value);
  }
}

Result<ChunkView> view_chunk(std::string_view bytes) {
  base::ByteReader from(bytes);
  ChunkView chunk;
  const unsigned present = from.u8();
  chunk.chunk_id = from.i64();
  chunk.start_line = from.i64();
  chunk.end_line = from.i64();
  chunk.last_modified = from.i64();
  chunk.file_path = from.string();
  chunk.content = from.string();
  chunk.language = from.string();
  for (std::size_t i = 0; i < kOptionals.size(); ++i) {
    if ((present >> i & 1) != 0) {
      chunk.*kOptionals[i].view = from.string();
    }
  }
  chunk.extra_fields = bytes.substr(from.offset());
  for (std::uint32_t left = from.u32(); left != 0 && from.ok(); --left) {
    from.string();
    from.string();
  }
  if (!from.ok() || from.remaining() != 0 || present >> kOptionals.size() != 0) {
    return fail(ErrorCode::corrupt, "chunk of " + std::to_string(bytes.size()) +
                                        " bytes in the journal: not a chunk's bytes after byte " +
                                        std::to_string(from.offset()));
  }
  return chunk;
}

std::optional<std::string_view> ChunkView::extra(std::string_view name) const {
  std::optional<std::string_view> found;
  visit_extra(*this, [&](std::string_view field, std::string_view value) {
    found = field == name ? value : found;
  });
  return found;
}

Result<ChunkMeta> decode_chunk(std::string_view bytes, const MemberSet& wanted) {
  QUIRE_TRY_ASSIGN(const ChunkView chunk, view_chunk(bytes));
  const auto if_wanted = [&](Member member, auto value) {
    return wanted.contains(member) ? value : decltype(value){};
  };
  ChunkMeta meta;
  meta.file_path = if_wanted(Member::file_path, chunk.file_path);
  meta.chunk_id = if_wanted(Member::chunk_id, chunk.chunk_id);
  meta.content = if_wanted(Member::content, chunk.content);
  for (const OptionalMember& optional : kOptionals) {
    meta.*optional.member = if_wanted(optional.id, chunk.*optional.view);
  }
  meta.language = if_wanted(Member::language, chunk.language);
  meta.start_line = if_wanted(Member::start_line, chunk.start_line);
  meta.end_line = if_wanted(Member::end_line, chunk.end_line);
  meta.last_modified = if_wanted(Member::last_modified, chunk.last_modified);
  if (wanted.contains_extra()) {
    visit_extra(chunk, [&](std::string_view name, std::string_view value) {
      meta.extra.push_back({std::string(name), std::string(value)});
    });
  }
  if (const Status valid = validate(meta); !valid.has_value()) {
    return fail(ErrorCode::corrupt, "chunk in the journal: " + valid.error().message);
  }
  return meta;
}

}  // namespace quire::records
