#include "store/records/chunk_codec.hpp"

#include <algorithm>
#include <numeric>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "store/records/for_each_member.hpp"
#include "store/records/own_values.hpp"
#include "store/records/record_table.hpp"

namespace quire::records {
namespace {

/// Calls visit(member, place) for each member of one type, in the table's order.
template <std::size_t Type, class Visit>
void for_each_meta(Visit visit) {
  for_each_member([&](auto index) {
    constexpr const MemberRow& kMember = kMembers[index()];
    if constexpr (kMember.meta.index() == Type) {
      visit(kMember, std::get<Type>(kMember.meta));
    }
  });
}

template <std::size_t Type, class Visit>
void for_each_view(Visit visit) {
  for_each_member([&](auto index) {
    constexpr const MemberRow& kMember = kMembers[index()];
    if constexpr (kMember.view.index() == Type) {
      visit(std::get<Type>(kMember.view));
    }
  });
}

constexpr std::size_t kText = 0;
constexpr std::size_t kOptional = 1;
constexpr std::size_t kNumber = 2;

constexpr std::size_t count_optionals() {
  std::size_t count = 0;
  for (const MemberRow& member : kMembers) {
    count += member.may_be_absent() ? 1 : 0;
  }
  return count;
}
constexpr unsigned kHasOwnFields = 1U << count_optionals();

std::uint8_t presence(const ChunkMeta& meta) {
  unsigned bits = 0;
  unsigned bit = 1;
  for_each_meta<kOptional>([&](const MemberRow&, auto place) {
    bits |= (meta.*place).has_value() ? bit : 0U;
    bit <<= 1U;
  });
  bits |= meta.fields.empty() ? 0U : kHasOwnFields;
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
  Status status;
  const auto check = [&](const MemberRow& member, std::string_view text) {
    status = status ? check_utf8(member.name, text) : status;
  };
  for_each_meta<kText>([&](const MemberRow& member, auto place) { check(member, meta.*place); });
  for_each_meta<kOptional>(
      [&](const MemberRow& member, auto place) { check(member, (meta.*place).value_or("")); });
  return status;
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
  std::size_t bytes = own_string_bytes(meta.fields);
  for_each_meta<kText>([&](const MemberRow&, auto place) { bytes += (meta.*place).size(); });
  for_each_meta<kOptional>(
      [&](const MemberRow&, auto place) { bytes += (meta.*place).value_or("").size(); });
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

void copy_member(const ChunkView& chunk, const MemberRow& member, ChunkMeta& meta) {
  if (member.is_number()) {
    meta.*std::get<kNumber>(member.meta) = number_of(chunk, member);
  } else if (const auto text = text_of(chunk, member)) {
    std::visit(
        [&](auto place) {
          if constexpr (!std::is_same_v<decltype(place), std::int64_t ChunkMeta::*>) {
            meta.*place = std::string(*text);
          }
        },
        member.meta);
  }
}

}  // namespace

std::optional<std::variant<std::int64_t, std::string>> value_of(const ChunkMeta& meta,
                                                                Member member) {
  using Value = std::optional<std::variant<std::int64_t, std::string>>;
  return std::visit([&](auto place) { return Value(meta.*place); }, row_of(member).meta);
}

Status validate(const ChunkMeta& meta, const Schema& schema) {
  if (const std::size_t bytes = string_bytes(meta); bytes > kMaxChunkBytes) {
    return fail(ErrorCode::invalid_argument, "chunk: its strings have " + std::to_string(bytes) +
                                                 " bytes, at most " +
                                                 std::to_string(kMaxChunkBytes) + " may be stored");
  }
  QUIRE_TRY(check_members(meta));
  QUIRE_TRY(check_extra(meta.extra));
  if (const Status valid = validate_own(meta, schema); !valid) {
    return std::unexpected(valid.error().while_doing("chunk"));
  }
  return {};
}

bool has_own_fields(std::string_view chunk) {
  return !chunk.empty() && (static_cast<unsigned char>(chunk[0]) & kHasOwnFields) != 0;
}

void encode_chunk(const ChunkMeta& meta, std::string& out, const Schema& schema) {
  base::ByteWriter to(out);
  to.u8(presence(meta));
  for_each_meta<kNumber>([&](const MemberRow&, auto place) { to.i64(meta.*place); });
  for_each_meta<kText>([&](const MemberRow&, auto place) { to.string(meta.*place); });
  for_each_meta<kOptional>([&](const MemberRow&, auto place) {
    if (const std::optional<std::string>& value = meta.*place) {
      to.string(*value);
    }
  });
  to.u32(static_cast<std::uint32_t>(meta.extra.size()));
  for (const ExtraField& field : meta.extra) {
    to.string(field.name);
    to.string(field.value);
  }
  if (!meta.fields.empty()) {
    encode_own(meta.fields, schema, out);
  }
}

bool view_chunk(std::string_view bytes, ChunkView& chunk) {
  base::ByteReader from(bytes);
  const unsigned present = from.u8();
  unsigned bit = 1;
  for_each_view<kNumber>([&](auto place) { chunk.*place = from.i64(); });
  for_each_view<kText>([&](auto place) { chunk.*place = from.string(); });
  for_each_view<kOptional>([&](auto place) {
    if ((present & bit) != 0) {
      chunk.*place = from.string();
    }
    bit <<= 1U;
  });
  const std::size_t extra_begin = from.offset();
  for (std::uint32_t left = from.u32(); left != 0 && from.ok(); --left) {
    from.string();
    from.string();
  }
  chunk.extra_fields = bytes.substr(extra_begin, from.offset() - extra_begin);
  const bool has_own = has_own_fields(bytes);
  chunk.own_fields = has_own ? bytes.substr(from.offset()) : std::string_view();
  const bool sound = has_own ? check_own(chunk.own_fields) : from.remaining() == 0;
  return from.ok() && sound && present < 2 * kHasOwnFields;
}

Result<ChunkView> view_chunk(std::string_view bytes) {
  ChunkView chunk;
  return view_chunk(bytes, chunk)
             ? Result<ChunkView>(chunk)
             : fail(ErrorCode::corrupt, "chunk of " + std::to_string(bytes.size()) +
                                            " bytes in the journal: not a chunk's bytes");
}

std::optional<std::string_view> ChunkView::extra(std::string_view name) const {
  std::optional<std::string_view> found;
  visit_extra(*this, [&](std::string_view field, std::string_view value) {
    found = field == name ? value : found;
  });
  return found;
}

Result<ChunkMeta> decode_chunk(std::string_view bytes,
                               const MemberSet& wanted,
                               const Schema& schema) {
  QUIRE_TRY_ASSIGN(const ChunkView chunk, view_chunk(bytes));
  ChunkMeta meta;
  for (std::size_t i = 0; i < kMemberCount; ++i) {
    if (wanted.contains(static_cast<Member>(i))) {
      copy_member(chunk, kMembers[i], meta);
    }
  }
  if (wanted.contains_extra()) {
    visit_extra(chunk, [&](std::string_view name, std::string_view value) {
      meta.extra.push_back({std::string(name), std::string(value)});
    });
  }
  QUIRE_TRY_ASSIGN(meta.fields, decode_own(chunk.own_fields, schema, wanted));
  if (const Status valid = validate(meta, schema); !valid.has_value()) {
    return fail(ErrorCode::corrupt, "chunk in the journal: " + valid.error().message);
  }
  return meta;
}

}  // namespace quire::records
