#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

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
inline constexpr std::size_t kMemberCount = 10;
std::string_view to_string(Member member);
std::optional<Member> member_of(std::string_view name);

/// What is wanted of a chunk: some of its members, and all of its extra fields or none.
class MemberSet {
 public:
  MemberSet() = default;
  static MemberSet all() {
    MemberSet set;
    set.members_ = ~0U;
    set.extra_ = true;
    return set;
  }

  void insert(Member member) { members_ |= bit(member); }
  void insert_extra() { extra_ = true; }

  bool contains(Member member) const { return (members_ & bit(member)) != 0; }
  bool contains_extra() const { return extra_; }
  /// True if something is wanted that a RecordTable has in no column.
  bool needs_text() const { return extra_ || contains(Member::content); }

 private:
  static unsigned bit(Member member) { return 1U << static_cast<unsigned>(member); }

  unsigned members_ = 0;
  bool extra_ = false;
};

}  // namespace quire::records
