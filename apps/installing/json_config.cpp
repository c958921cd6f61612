#include "installing/json_config.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/try.hpp"
#include "installing/jsonc.hpp"
#include "installing/lines.hpp"
#include "installing/server_entry.hpp"

namespace quire::installing {
namespace {

using base::Json;
using Kind = JsoncValue::Kind;

/// How JSON is laid out, from the shortest form on.
enum class Layout : std::uint8_t { one_line, one_line_arrays, all_lines };

constexpr std::array kLayouts = {Layout::one_line, Layout::one_line_arrays, Layout::all_lines};
constexpr std::string_view kUsualUnit = "  ";

/// [begin, end) of a text.
struct Extent {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// A text and where things stand in it.
struct Parsed {
  std::string_view text;
  const std::string& file;
  JsoncDocument document;

  const JsoncValue& root() const { return *document.root; }
  std::string_view newline() const { return newline_of(text); }
  bool has_newline(std::size_t begin, std::size_t end) const {
    return text.substr(begin, end - begin).find('\n') != std::string_view::npos;
  }
};

Result<Parsed> parse(std::string_view text, const std::string& file) {
  QUIRE_TRY_ASSIGN(JsoncDocument document, parse_jsonc(text, file));
  return Parsed{text, file, std::move(document)};
}

std::string place(const Parsed& parsed, std::size_t offset) {
  return parsed.file + ":" + std::to_string(line_number(parsed.text, offset)) + ": ";
}

Status require_object(const Parsed& parsed, const JsoncValue& value, const std::string& what) {
  if (value.kind == Kind::object) {
    return {};
  }
  return fail(ErrorCode::store_serde, place(parsed, value.begin) + what + " is not an object");
}

/// The only member of that name, or null.
Result<const JsoncMember*> only_member(const Parsed& parsed,
                                       const JsoncValue& object,
                                       std::string_view name) {
  const auto found = object.named(name);
  if (found.size() > 1) {
    return fail(ErrorCode::store_serde, place(parsed, found.back()->begin) + "\"" +
                                            std::string(name) + "\" is there twice");
  }
  return found.empty() ? nullptr : found.front();
}

/// The member with all servers, or null.
Result<const JsoncMember*> find_servers(const Parsed& parsed, const std::string& name) {
  QUIRE_TRY(require_object(parsed, parsed.root(), "the file"));
  QUIRE_TRY_ASSIGN(const JsoncMember* servers, only_member(parsed, parsed.root(), name));
  if (servers != nullptr) {
    QUIRE_TRY(require_object(parsed, servers->value, "\"" + name + "\""));
  }
  return servers;
}

bool has_comment_in(const Parsed& parsed, const JsoncMember& member) {
  return std::ranges::any_of(parsed.document.comments, [&](const JsoncComment& comment) {
    return comment.begin >= member.begin && comment.end <= member.value.end;
  });
}

/// Our own entry, or null if nobody has the name.
Result<const JsoncMember*> find_entry(const Parsed& parsed, const JsoncMember& servers) {
  QUIRE_TRY_ASSIGN(const JsoncMember* entry, only_member(parsed, servers.value, kServerName));
  if (entry == nullptr ||
      (is_written_by_us(to_json(entry->value)) && !has_comment_in(parsed, *entry))) {
    return entry;
  }
  return fail(ErrorCode::invalid_argument, place(parsed, entry->begin) + "\"quire\": " +
                                               base::dump_json(to_json(entry->value)) + kNotOurs);
}

// ---- writing

/// Writes JSON as it stands in a file.
struct Writer {
  Layout layout;
  std::string unit;
  std::string_view newline;

  /// `indent` is that of the line on which the value begins.
  std::string write(const Json& value, const std::string& indent) const {
    return !value.is_structured() || value.empty() ? base::dump_json(value) : list(value, indent);
  }

  std::string member(const std::string& name, const Json& value, const std::string& indent) const {
    return base::dump_json(name) + ": " + write(value, indent);
  }

 private:
  std::string list(const Json& value, const std::string& indent) const {
    const bool lines =
        layout == Layout::all_lines || (layout == Layout::one_line_arrays && value.is_object());
    const std::string inner = indent + unit;
    const std::string apart = lines ? std::string(newline) + inner : " ";
    std::string out;
    for (const auto& [name, item] : value.items()) {
      out += out.empty() ? (lines ? apart : "") : "," + apart;
      out += value.is_object() ? member(name, item, inner) : write(item, inner);
    }
    const std::string end = lines ? std::string(newline) + indent : "";
    return value.is_object() ? "{" + out + end + "}" : "[" + out + end + "]";
  }
};

/// What one more level is indented by.
std::string unit_of(const Parsed& parsed) {
  const JsoncValue& root = parsed.root();
  if (root.members.empty() || !parsed.has_newline(root.begin, root.members.front().begin)) {
    return std::string(kUsualUnit);
  }
  const std::string outer = indent_of_line(parsed.text, root.begin);
  const std::string inner = indent_of_line(parsed.text, root.members.front().begin);
  return inner.size() > outer.size() ? inner.substr(outer.size()) : std::string(kUsualUnit);
}

Writer writer_of(const Parsed& parsed, Layout layout) {
  return {layout, unit_of(parsed), parsed.newline()};
}

// ---- adding

/// Where a further member of an object goes.
struct Slot {
  bool on_own_line = true;
  std::string indent;  ///< Of its line.
};

Slot slot_in(const Parsed& parsed, const JsoncValue& object) {
  const std::string usual = indent_of_line(parsed.text, object.begin) + unit_of(parsed);
  if (object.members.empty()) {
    return {true, usual};
  }
  const JsoncMember& first = object.members.front();
  if (parsed.has_newline(object.begin, first.begin)) {
    return {true, indent_of_line(parsed.text, first.begin)};
  }
  return {parsed.has_newline(object.members.back().value.end, object.end), usual};
}

/// The last comment in [from, offset); without one, an empty one at `from`.
JsoncComment comment_before(const Parsed& parsed, std::size_t from, std::size_t offset) {
  JsoncComment last{from, from, false};
  for (const JsoncComment& comment : parsed.document.comments) {
    if (comment.begin >= from && comment.end <= offset) {
      last = comment;
    }
  }
  return last;
}

std::string added_to_empty(const Parsed& parsed,
                           const JsoncValue& object,
                           const Slot& slot,
                           const std::string& member) {
  std::string text(parsed.text);
  const std::string newline(parsed.newline());
  return text.insert(object.end - 1, newline + slot.indent + member + newline +
                                         indent_of_line(parsed.text, object.begin));
}

/// The text with `member` as the last one of `object`: with a comma behind it where the last one
/// has one, and after the comments that follow that one.
std::string added(const Parsed& parsed,
                  const JsoncValue& object,
                  const Slot& slot,
                  const std::string& member) {
  if (object.members.empty()) {
    return added_to_empty(parsed, object, slot, member);
  }
  const JsoncMember& last = object.members.back();
  const std::size_t behind = last.comma ? *last.comma + 1 : last.value.end;
  const std::size_t at = comment_before(parsed, behind, object.end - 1).end;
  const std::string apart = slot.on_own_line ? std::string(parsed.newline()) + slot.indent : " ";
  std::string text(parsed.text);
  text.insert(at, apart + member + (last.comma ? "," : ""));
  return last.comma ? text : text.insert(last.value.end, ",");
}

Json with_name(const Json& entry) {
  Json servers = Json::object();
  servers[std::string(kServerName)] = entry;
  return servers;
}

/// A file that holds blanks and comments at most.
std::string new_text(const FileText& before,
                     const JsoncDocument& document,
                     const std::string& servers,
                     const Json& entry) {
  std::string text = before.value_or("");
  const std::string newline(newline_of(text));
  const bool in_comment = !document.comments.empty() && document.comments.back().is_line &&
                          document.comments.back().end == text.size();
  text += in_comment ? newline : "";
  Json root = Json::object();
  root[servers] = with_name(entry);
  text += Writer{Layout::all_lines, std::string(kUsualUnit), newline}.write(
      root, indent_of_line(text, text.size()));
  return text + (in_comment || !before ? newline : "");
}

std::string with_servers(const Parsed& parsed, const std::string& servers, const Json& entry) {
  const Slot slot = slot_in(parsed, parsed.root());
  const Writer writer =
      writer_of(parsed, slot.on_own_line ? Layout::one_line_arrays : Layout::one_line);
  return added(parsed, parsed.root(), slot, writer.member(servers, with_name(entry), slot.indent));
}

std::string with_entry(const Parsed& parsed, const JsoncValue& servers, const Json& entry) {
  const Slot slot = slot_in(parsed, servers);
  const bool lines = slot.on_own_line && !servers.members.empty();
  const Writer writer = writer_of(parsed, lines ? Layout::one_line_arrays : Layout::one_line);
  return added(parsed, servers, slot, writer.member(std::string(kServerName), entry, slot.indent));
}

std::string_view text_of(const Parsed& parsed, const JsoncMember& member) {
  return parsed.text.substr(member.begin, member.value.end - member.begin);
}

/// How `member` is laid out, if it is as Writer does it.
std::optional<Layout> layout_of(const Parsed& parsed, const JsoncMember& member) {
  const Json value = to_json(member.value);
  const std::string indent = indent_of_line(parsed.text, member.begin);
  for (const Layout layout : kLayouts) {
    if (writer_of(parsed, layout).member(member.name, value, indent) == text_of(parsed, member)) {
      return layout;
    }
  }
  return std::nullopt;
}

/// The older entry gives way to `entry`, in its layout.
std::string replaced(const Parsed& parsed, const JsoncMember& old, const Json& entry) {
  const Layout layout = layout_of(parsed, old).value_or(Layout::one_line_arrays);
  const std::string indent = indent_of_line(parsed.text, old.begin);
  std::string text(parsed.text);
  return text.replace(old.begin, old.value.end - old.begin,
                      writer_of(parsed, layout).member(old.name, entry, indent));
}

// ---- taking out

/// Exactly what added_to_empty() wrote, if that is how the member stands there.
std::optional<Extent> as_added_to_empty(const Parsed& parsed,
                                        const JsoncValue& object,
                                        const JsoncMember& member) {
  const std::string newline(parsed.newline());
  const std::string before = newline + indent_of_line(parsed.text, member.begin);
  const std::string behind = newline + indent_of_line(parsed.text, object.begin);
  const bool fits = object.members.size() == 1 &&
                    parsed.text.substr(0, member.begin).ends_with(before) &&
                    parsed.text.substr(member.value.end).starts_with(behind + "}");
  return fits
             ? std::optional(Extent{member.begin - before.size(), member.value.end + behind.size()})
             : std::nullopt;
}

/// The member with the blanks before it and the comma behind it; without those blanks where the
/// next member would become part of a comment.
Extent with_surroundings(const Parsed& parsed, std::size_t from, const JsoncMember& member) {
  const JsoncComment comment = comment_before(parsed, from, member.begin);
  const std::size_t end = member.comma ? *member.comma + 1 : member.value.end;
  const std::size_t next = parsed.text.find_first_not_of(" \t\r", end);
  const bool joins = comment.is_line && parsed.text[next] != '\n';
  return {joins ? member.begin : comment.end, end};
}

std::string removed(const Parsed& parsed, const JsoncValue& object, const JsoncMember& member) {
  std::string text(parsed.text);
  if (const auto exact = as_added_to_empty(parsed, object, member)) {
    return text.erase(exact->begin, exact->end - exact->begin);
  }
  const auto index = static_cast<std::size_t>(&member - object.members.data());
  const JsoncMember* previous = index == 0 ? nullptr : &object.members[index - 1];
  const std::size_t from = previous == nullptr ? object.begin + 1 : *previous->comma + 1;
  const Extent extent = with_surroundings(parsed, from, member);
  text.erase(extent.begin, extent.end - extent.begin);
  return previous == nullptr || member.comma ? text : text.erase(*previous->comma, 1);
}

/// What stood in the file before new_text(), if the root is as that wrote it.
std::optional<FileText> before_new_text(const Parsed& parsed) {
  const JsoncValue& root = parsed.root();
  const std::string_view newline = parsed.newline();
  const Writer writer{Layout::all_lines, std::string(kUsualUnit), newline};
  std::string before(parsed.text.substr(0, root.begin));
  const std::string_view behind = parsed.text.substr(root.end);
  if (parsed.text.substr(root.begin, root.end - root.begin) !=
          writer.write(to_json(root), indent_of_line(parsed.text, root.begin)) ||
      (!behind.empty() && behind != newline)) {
    return std::nullopt;
  }
  if (!behind.empty() && before.empty()) {
    return FileText();
  }
  if (!behind.empty() && before.ends_with(newline)) {
    before.resize(before.size() - newline.size());
  }
  return before;
}

bool holds_only(const JsoncValue& object) {
  return object.members.size() == 1;
}

FileText without_entry(const Parsed& parsed, const JsoncMember& servers, const JsoncMember& entry) {
  const bool was_made = holds_only(servers.value) && layout_of(parsed, servers);
  if (was_made && holds_only(parsed.root())) {
    if (auto before = before_new_text(parsed)) {
      return *std::move(before);
    }
  }
  return was_made ? removed(parsed, parsed.root(), servers) : removed(parsed, servers.value, entry);
}

}  // namespace

Result<FileText> with_json_server(const FileText& before,
                                  const std::string& servers,
                                  const Json& entry,
                                  const std::string& file) {
  const std::string text = before.value_or("");
  QUIRE_TRY_ASSIGN(const Parsed parsed, parse(text, file));
  if (!parsed.document.root) {
    return new_text(before, parsed.document, servers, entry);
  }
  QUIRE_TRY_ASSIGN(const JsoncMember* all, find_servers(parsed, servers));
  if (all == nullptr) {
    return with_servers(parsed, servers, entry);
  }
  QUIRE_TRY_ASSIGN(const JsoncMember* old, find_entry(parsed, *all));
  if (old == nullptr) {
    return with_entry(parsed, all->value, entry);
  }
  return to_json(old->value) == entry ? before : replaced(parsed, *old, entry);
}

Result<FileText> without_json_server(const FileText& before,
                                     const std::string& servers,
                                     const std::string& file) {
  const std::string text = before.value_or("");
  QUIRE_TRY_ASSIGN(const Parsed parsed, parse(text, file));
  if (!parsed.document.root) {
    return before;
  }
  QUIRE_TRY_ASSIGN(const JsoncMember* all, find_servers(parsed, servers));
  if (all == nullptr) {
    return before;
  }
  QUIRE_TRY_ASSIGN(const JsoncMember* entry, find_entry(parsed, *all));
  return entry == nullptr ? before : without_entry(parsed, *all, *entry);
}

}  // namespace quire::installing
