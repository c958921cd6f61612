#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <quire/indexer.hpp>

#include "base/json.hpp"
#include "mcp/live_index.hpp"

namespace quire::mcp {

/// What an argument may be.
enum class ArgumentType : std::uint8_t { text, whole_number, truth, texts };

struct Argument {
  std::string_view name;
  ArgumentType type = ArgumentType::text;
  std::string_view description;
  bool required = false;
  std::uint64_t least = 0;  ///< Of a whole number.
  std::uint64_t most = 0;
  std::uint64_t otherwise = 0;  ///< The default of a whole number, or 1 and 0 of a truth.
};

/// One call of a tool.
struct ToolCall {
  base::JsonValue arguments;  ///< An object that fits the tool's arguments, or null.
  std::shared_ptr<std::atomic<bool>> cancelled;
  /// Tells the client how far the work is; null if it does not want to know.
  std::function<void(const IndexProgress&)> progress;
};

/// What a tool answers. `text` is for the model, `structured` fits the tool's output schema; an
/// error is a sentence that tells the caller what to do otherwise, and has no structured form.
struct ToolAnswer {
  std::string text;
  base::Json structured = nullptr;
  bool is_error = false;
};

struct Tool {
  std::string_view name;
  std::string_view title;
  std::string_view description;
  bool changes_the_index = false;
  std::span<const Argument> arguments;
  std::string_view output_schema;  ///< A JSON text.
  ToolAnswer (*call)(const Tool& tool, LiveIndex& index, const ToolCall& call);
};

/// All of them, in a fixed order.
std::span<const Tool> tools();

/// The tool of that name, or null.
const Tool* find_tool(std::string_view name);

/// The `tools` of a tools/list answer: always the same bytes.
base::Json tool_definitions();

/// What is wrong with `arguments`, in a sentence that says how it is done right; "": nothing.
std::string fault_in(const Tool& tool, const base::JsonValue& arguments);

/// What the call says, or the argument's default.
std::string text_argument(const ToolCall& call, std::string_view name);
std::uint64_t number_argument(const Tool& tool, const ToolCall& call, std::string_view name);
bool truth_argument(const Tool& tool, const ToolCall& call, std::string_view name);
std::vector<std::string> texts_argument(const ToolCall& call, std::string_view name);

ToolAnswer error_answer(std::string sentence);

/// The answer, or its error as one.
ToolAnswer answer_or_error(Result<ToolAnswer> answer);

/// The argument `path`, as of SearchRequest: a glob keeps its wildcards, what is none may be
/// written absolute. Errors: LiveIndex::path_in_tree()'s.
Result<std::vector<std::string>> paths_of(const LiveIndex& index, const ToolCall& call);

/// The arguments `language` and `kind`, by the index's names.
std::vector<std::string> languages_of(const ToolCall& call);
std::vector<std::string> kinds_of(const ToolCall& call);

}  // namespace quire::mcp
