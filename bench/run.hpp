#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <quire/vector_store.hpp>

#include "dataset.hpp"

/// What the phases of quire-bench share. Every function ends the program with a message where
/// something fails.
namespace quire::bench {

using Record = nlohmann::ordered_json;

/// How many neighbours each query asks for.
inline constexpr std::size_t kWanted = 10;

extern const char* const kUsage;

/// The key=value arguments; every one must be asked for by the phase.
class Arguments {
 public:
  Arguments(int count, char** values);

  std::string take(const std::string& name, const std::string& otherwise);

  template <class Number>
  Number take_number(const std::string& name, Number otherwise) {
    const std::string text = take(name, std::to_string(otherwise));
    const double value = std::strtod(text.c_str(), nullptr);
    if (value <= 0) {
      give_up(name + "=" + text + ": expected a number above zero");
    }
    return static_cast<Number>(value);
  }

  template <class Choice>
  Choice take_one_of(const std::string& name,
                     const std::vector<std::pair<std::string, Choice>>& choices) {
    const std::string text = take(name, choices.front().first);
    for (const auto& [word, choice] : choices) {
      if (word == text) {
        return choice;
      }
    }
    give_up(name + "=" + text + " is unknown\n" + kUsage);
  }

  void expect_none_left() const;

 private:
  std::map<std::string, std::string> values_;
};

struct Run {
  std::string phase;
  Dataset dataset;
  std::filesystem::path folder;
  Arguments arguments;
};

template <class T>
T expect(Result<T> result, const std::string& action) {
  if (!result.has_value()) {
    give_up(action + ": " + std::string(to_string(result.error().code)) + ": " +
            result.error().message);
  }
  if constexpr (!std::is_void_v<T>) {
    return std::move(*result);
  }
}

/// To four decimals.
double rounded(double value);

/// One line on stdout.
void print(const Record& record);

/// With the members that every record begins with.
Record record_of(const Run& run, const VectorStore& store);

VectorStore open_store(const std::filesystem::path& folder, const StoreOptions& options = {});
/// The store of the run, which must hold something.
VectorStore open_built_store(const Run& run, const StoreOptions& options = {});

/// Deletes the files of a store by name, so that a mistyped folder loses nothing else.
void remove_store(const std::filesystem::path& folder);

void insert_all(VectorStore& store, std::vector<ChunkRow> rows, std::size_t batch);

std::vector<Neighbor> found_by(const VectorStore& store,
                               const Dataset& dataset,
                               std::size_t query,
                               const Filter& filter,
                               const SearchOptions& options);

/// What some threads got answered, each asking one query after the other, no filter.
struct Answered {
  double per_second = 0;
  double p50_us = 0;
  double p99_us = 0;
};
Answered answer_for(double seconds,
                    const VectorStore& store,
                    const Dataset& dataset,
                    const SearchOptions& options,
                    std::size_t threads);

std::vector<std::string> paths_of(const VectorStore& store);

}  // namespace quire::bench
