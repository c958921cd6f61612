#include "embedding/http/embedding_answer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "base/json.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"

namespace quire::embedding {
namespace {

/// Of an answer that is an error, no more is read.
constexpr std::size_t kLargestErrorBody = std::size_t{64} << 10;

struct Item {
  std::optional<double> index;
  bool has_embedding = false;
  std::size_t begin = 0;  ///< Of its numbers among all.
  std::size_t size = 0;
};

/// Follows an answer into data[].index and data[].embedding[]; what else it holds is passed over.
class AnswerEvents : public base::JsonEvents {
 public:
  explicit AnswerEvents(std::size_t texts) : texts_(texts) {}

  bool take_null() override { return take_other("null"); }
  bool take_boolean(bool) override { return take_other("true or false"); }
  bool take_string(std::string_view) override { return take_other("text"); }

  bool take_number(double value) override {
    if (skipped_ > 0) {
      return true;
    }
    if (place_ == Place::embedding) {
      return take_component(value);
    }
    if (place_ == Place::item && key_ == "index") {
      items_.back().index = value;
    }
    return place_ != Place::item || key_ != "embedding" || take_other("a number");
  }

  bool take_key(std::string_view key) override {
    if (skipped_ == 0) {
      key_ = key.substr(0, kLongestKey);
    }
    return true;
  }

  bool begin_object() override {
    if (skipped_ == 0 && place_ == Place::outside) {
      place_ = Place::answer;
      return true;
    }
    if (skipped_ == 0 && place_ == Place::data) {
      return begin_item();
    }
    return skip("an object");
  }

  bool begin_array() override {
    if (skipped_ == 0 && place_ == Place::answer && key_ == "data") {
      place_ = Place::data;
      return true;
    }
    if (skipped_ == 0 && place_ == Place::item && key_ == "embedding") {
      return begin_embedding();
    }
    return skip("an array");
  }

  bool end_object() override { return end(); }
  bool end_array() override { return end(); }

  /// "": nothing was wrong.
  const std::string& problem() const { return problem_; }
  const std::vector<Item>& items() const { return items_; }
  const std::vector<float>& numbers() const { return numbers_; }

 private:
  /// From the outside inwards; each but the first is a bracket that is open.
  enum class Place : std::uint8_t { outside, answer, data, item, embedding };

  static constexpr std::size_t kLongestKey = 16;

  bool refuse(std::string why) {
    problem_ = std::move(why);
    return false;
  }

  std::string here() const { return "embedding " + std::to_string(items_.size() - 1); }

  bool begin_item() {
    if (items_.size() == texts_) {
      return refuse("more than " + std::to_string(texts_) + " embeddings");
    }
    items_.emplace_back();
    key_.clear();
    place_ = Place::item;
    return true;
  }

  bool begin_embedding() {
    Item& item = items_.back();
    if (item.has_embedding) {
      return refuse(here() + " twice");
    }
    item.has_embedding = true;
    item.begin = numbers_.size();
    place_ = Place::embedding;
    return true;
  }

  bool take_component(double value) {
    Item& item = items_.back();
    if (item.size == kMaxDimensions) {
      return refuse(here() + " with more than " + std::to_string(kMaxDimensions) + " numbers");
    }
    if (std::abs(value) > double{std::numeric_limits<float>::max()}) {
      return refuse(here() + " with a number beyond a float, its number " +
                    std::to_string(item.size));
    }
    numbers_.push_back(static_cast<float>(value));
    ++item.size;
    return true;
  }

  /// A value that is no number, where numbers are to be.
  bool take_other(std::string_view what) {
    if (skipped_ > 0) {
      return true;
    }
    if (place_ == Place::embedding) {
      return refuse(here() + " with " + std::string(what) + " as its number " +
                    std::to_string(items_.back().size));
    }
    if (place_ == Place::item && key_ == "embedding") {
      return refuse(here() + " as " + std::string(what) + " instead of an array of numbers");
    }
    return true;
  }

  bool skip(std::string_view what) {
    const bool goes_on = take_other(what);
    ++skipped_;
    return goes_on;
  }

  bool end() {
    if (skipped_ > 0) {
      --skipped_;
    } else {
      place_ = static_cast<Place>(static_cast<std::uint8_t>(place_) - 1);
      key_.clear();
    }
    return true;
  }

  std::size_t texts_;
  Place place_ = Place::outside;
  std::size_t skipped_ = 0;  ///< Open brackets within `place_` that are passed over.
  std::string key_;
  std::vector<Item> items_;
  std::vector<float> numbers_;
  std::string problem_;
};

std::unexpected<Error> refuse(const std::string& what) {
  return fail(ErrorCode::incompatible, "its answer holds " + what);
}

std::string embeddings_for(std::size_t count, std::size_t texts) {
  return std::to_string(count) + " embeddings for " + std::to_string(texts) + " texts";
}

/// Each text's item.
Result<std::vector<const Item*>> in_order(const std::vector<Item>& items, std::size_t texts) {
  if (items.size() != texts) {
    return refuse(embeddings_for(items.size(), texts));
  }
  std::vector<const Item*> out(texts);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::optional<double> index = items[i].index;
    if (!index) {
      return refuse("embedding " + std::to_string(i) + " without an index");
    }
    if (*index < 0 || *index >= static_cast<double>(texts) || *index != std::floor(*index)) {
      return refuse("an index that is not one of " + std::to_string(texts) + " texts'");
    }
    const Item*& place = out[static_cast<std::size_t>(*index)];
    if (place != nullptr) {
      return refuse("index " + std::to_string(static_cast<std::size_t>(*index)) + " twice");
    }
    place = &items[i];
  }
  return out;
}

/// Appends `row`, scaled to unit length, to `out`; false if it has no length.
bool append_unit(std::span<const float> row, std::vector<float>& out) {
  double square = 0;
  for (const float x : row) {
    square += double{x} * double{x};
  }
  const double norm = std::sqrt(square);
  for (const float x : row) {
    out.push_back(static_cast<float>(double{x} / norm));
  }
  return norm > 0;
}

Result<EmbeddingAnswer> gathered(const AnswerEvents& events,
                                 const std::vector<const Item*>& items,
                                 std::uint32_t dimensions) {
  EmbeddingAnswer out;
  out.dimensions = dimensions != 0 ? dimensions : static_cast<std::uint32_t>(items[0]->size);
  out.rows.reserve(events.numbers().size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Item& item = *items[i];
    const std::string name = "embedding " + std::to_string(i);
    if (!item.has_embedding || item.size == 0) {
      return refuse(name + " without numbers");
    }
    if (item.size != out.dimensions) {
      return refuse(name + " of " + std::to_string(item.size) + " dimensions, where " +
                    std::to_string(out.dimensions) + " were expected");
    }
    if (!append_unit(std::span(events.numbers()).subspan(item.begin, item.size), out.rows)) {
      return refuse(name + " of zeros alone");
    }
  }
  return out;
}

/// The usual member that holds a message: a string, or an object with one. Nothing if there is
/// none.
const base::Json* message_member(const base::Json& answer) {
  for (const char* const name : {"error", "message", "detail"}) {
    if (answer.is_object() && answer.contains(name)) {
      const base::Json& member = answer[name];
      const bool nested = member.is_object() && member.contains("message");
      return nested ? &member["message"] : &member;
    }
  }
  return nullptr;
}

std::string words_in(std::string_view body) {
  const Result<base::Json> answer = base::parse_json(body);
  const base::Json* const message = answer ? message_member(*answer) : nullptr;
  return message != nullptr && message->is_string() ? message->get<std::string>()
                                                    : std::string(body);
}

}  // namespace

Result<EmbeddingAnswer> read_embedding_answer(std::string_view json,
                                              std::size_t texts,
                                              std::uint32_t dimensions) {
  AnswerEvents events(texts);
  const Status scanned = base::scan_json(json, events);
  if (!events.problem().empty()) {
    return refuse(events.problem());
  }
  if (!scanned) {
    return fail(ErrorCode::incompatible, "its answer is " + scanned.error().message);
  }
  QUIRE_TRY_ASSIGN(const std::vector<const Item*> items, in_order(events.items(), texts));
  return gathered(events, items, dimensions);
}

std::string message_in(std::string_view body) {
  std::string out = words_in(body.substr(0, kLargestErrorBody));
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return out;
}

}  // namespace quire::embedding
