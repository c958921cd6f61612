#include "cli/hit_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "answering/caption.hpp"
#include "answering/excerpt.hpp"
#include "answering/wording.hpp"
#include "base/printable.hpp"
#include "cli/painted_line.hpp"

namespace quire::cli {
namespace {

using answering::count_of;
using answering::Detail;
using answering::Excerpt;
using answering::excerpt_of;
using answering::signature_of;
using base::printable;

constexpr std::size_t kLineNumberWidth = 6;
constexpr std::size_t kMarginWidth = kLineNumberWidth + 2;
constexpr std::size_t kWidestLine = 240;
/// A narrower terminal than the margin and this gets whole lines, and wraps them.
constexpr std::size_t kNarrowestLine = 20;

std::string heading(const SearchHit& hit, const Style& style) {
  const answering::Caption caption = answering::caption_of(hit);
  const std::string lines =
      std::to_string(caption.start_line) + "-" + std::to_string(caption.end_line);
  std::string out = style.path(printable(hit.meta.file_path) + ":" + lines);
  if (caption.name) {
    out += "  " + style.symbol(printable(*caption.name));
  }
  if (caption.kind) {
    out += "  " + printable(*caption.kind);
  }
  char score[32];
  std::snprintf(score, sizeof score, "  %.3f", hit.score);
  out += style.faint(score);
  if (hit.freshness != Freshness::current) {
    out += "  " + style.warning("[" + std::string(to_string(hit.freshness)) + "]");
  }
  if (hit.fuzzy) {
    out += "  " + style.warning("[similar name]");
  }
  return out + "\n";
}

/// "words 0.412 + path 0.200 - role 0.306"
std::string sum_in_words(const std::vector<ScorePart>& parts) {
  std::string out;
  for (const ScorePart& part : parts) {
    char text[64];
    const std::string name(to_string(part.signal));
    std::snprintf(text, sizeof text, "%s %.3f", name.c_str(), std::abs(part.value));
    out += (part.value < 0 ? " - " : out.empty() ? "" : " + ") + std::string(text);
  }
  return out;
}

std::string digits_of(std::int64_t number) {
  std::string digits = std::to_string(number);
  digits.insert(0, kLineNumberWidth - std::min(kLineNumberWidth, digits.size()), ' ');
  return digits;
}

std::string_view without_return(std::string_view line) {
  line.remove_suffix(line.ends_with('\r') ? 1 : 0);
  return line;
}

/// Prints the lines of one hit.
class LinePrinter {
 public:
  LinePrinter(const SearchHit& hit, const HitView& view, const Style& style)
      : hit_(hit), view_(view), style_(style), inks_(inks_of(hit, style)) {}

  std::string print(const Excerpt& excerpt) {
    std::string out;
    std::int64_t number = hit_.meta.start_line + static_cast<std::int64_t>(excerpt.first);
    for (const std::string_view line : excerpt.lines) {
      out += of_chunk(number++, line);
    }
    if (excerpt.after > 0) {
      const std::string rest = count_of(excerpt.after, "more line", "more lines");
      out += style_.faint(std::string(kMarginWidth, ' ') + "... " + rest) + "\n";
    }
    return out;
  }

  /// The last `count` lines before the chunk, or the first ones after it.
  std::string before(std::size_t count) const {
    const std::size_t taken = std::min(count, hit_.before.size());
    return of_file(std::span(hit_.before).last(taken),
                   hit_.meta.start_line - static_cast<std::int64_t>(taken));
  }
  std::string after(std::size_t count) const {
    return of_file(std::span(hit_.after).first(std::min(count, hit_.after.size())),
                   hit_.meta.end_line + 1);
  }

 private:
  std::string of_chunk(std::int64_t number, std::string_view line) const {
    const auto begin = static_cast<std::size_t>(line.data() - hit_.meta.content.data());
    line = without_return(line);
    return style_.number(digits_of(number)) + "  " +
           painted(line, std::span(inks_).subspan(begin, line.size()), view_.columns, style_) +
           "\n";
  }

  std::string of_file(std::span<const std::string> lines, std::int64_t number) const {
    std::string out;
    for (const std::string& text : lines) {
      const std::string_view line = without_return(text);
      const std::vector<Ink> plain(line.size(), Ink::plain);
      out += style_.faint(digits_of(number++)) + "  " +
             painted(line, plain, view_.columns, style_) + "\n";
    }
    return out;
  }

  const SearchHit& hit_;
  const HitView& view_;
  const Style& style_;
  std::vector<Ink> inks_;
};

/// Context is first what else the chunk has, then what the file has.
std::string excerpt_text(const SearchHit& hit, const HitView& view, const Style& style) {
  const bool true_now = hit.freshness == Freshness::current || hit.freshness == Freshness::moved;
  const std::size_t context = true_now && view.lines > 0 ? view.context : 0;
  Excerpt excerpt = excerpt_of(hit, view.lines);
  const std::size_t above = std::min(context, excerpt.first);
  const std::size_t below = std::min(context, excerpt.after);
  if (above + below > 0) {
    excerpt.widen(hit.meta.content, above, below);
  }
  LinePrinter lines(hit, view, style);
  return lines.before(context - above) + lines.print(excerpt) + lines.after(context - below);
}

}  // namespace

std::size_t code_columns() {
  const std::size_t columns = terminal_width();
  return columns > kMarginWidth + kNarrowestLine ? columns - kMarginWidth : kWidestLine;
}

std::string text_of(const SearchHit& hit, Detail detail, const HitView& view, const Style& style) {
  std::string out = heading(hit, style);
  if (view.explain && !hit.parts.empty()) {
    out += style.faint(std::string(kMarginWidth, ' ') + sum_in_words(hit.parts)) + "\n";
  }
  if (detail == Detail::location) {
    return out;
  }
  return out + (detail == Detail::whole ? excerpt_text(hit, view, style)
                                        : LinePrinter(hit, view, style).print(signature_of(hit)));
}

}  // namespace quire::cli
