#include "mcp/tool.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "answering/languages.hpp"
#include "answering/wording.hpp"
#include "base/printable.hpp"
#include "base/try.hpp"
#include "mcp/tools.hpp"

namespace quire::mcp {
namespace {

using base::Json;
using base::JsonValue;

const Argument* find_argument(const Tool& tool, std::string_view name) {
  const auto found = std::ranges::find(tool.arguments, name, &Argument::name);
  return found == tool.arguments.end() ? nullptr : &*found;
}

std::string names_of(const Tool& tool) {
  std::string names;
  for (const Argument& argument : tool.arguments) {
    names += (names.empty() ? "" : ", ") + std::string(argument.name);
  }
  return names.empty() ? "no arguments" : names;
}

std::string unknown_argument(const Tool& tool, std::string_view name) {
  std::vector<std::string> known;
  for (const Argument& argument : tool.arguments) {
    known.emplace_back(argument.name);
  }
  const auto meant = answering::closest(name, known);
  return std::string(tool.name) + " has no argument '" + base::printable(name.substr(0, 100)) +
         (meant ? "'; did you mean '" + *meant + "'?" : "'.") + " It takes: " + names_of(tool) +
         ".";
}

bool is_texts(const JsonValue& value) {
  if (!value.is_array()) {
    return false;
  }
  for (const auto& [name, item] : value.members()) {
    if (!item.string()) {
      return false;
    }
  }
  return true;
}

/// JSON has no other whole numbers than numbers: 5.0 is one.
std::optional<std::uint64_t> whole_number(const JsonValue& value) {
  constexpr double kMost = 9'007'199'254'740'992;  // 2^53
  const std::optional<double> number = value.number();
  if (value.count() || !number || *number < 0 || *number > kMost ||
      *number != std::trunc(*number)) {
    return value.count();
  }
  return static_cast<std::uint64_t>(*number);
}

bool fits(const Argument& argument, const JsonValue& value) {
  if (value.is_null() && !argument.required) {  // As if it were not given.
    return true;
  }
  switch (argument.type) {
    case ArgumentType::text:
      return value.string().has_value();
    case ArgumentType::whole_number:
      return whole_number(value) >= argument.least && whole_number(value) <= argument.most;
    case ArgumentType::truth:
      return value.boolean().has_value();
    case ArgumentType::texts:
      return is_texts(value);
  }
  return false;
}

std::string in_words(const Argument& argument) {
  switch (argument.type) {
    case ArgumentType::text:
      return "a string";
    case ArgumentType::whole_number:
      return "a whole number from " + std::to_string(argument.least) + " to " +
             std::to_string(argument.most);
    case ArgumentType::truth:
      return "true or false";
    case ArgumentType::texts:
      return "an array of strings";
  }
  return "something else";
}

Json schema_of(const Argument& argument) {
  switch (argument.type) {
    case ArgumentType::text:
      return {{"type", "string"}, {"description", argument.description}};
    case ArgumentType::whole_number:
      return {{"type", "integer"},
              {"minimum", argument.least},
              {"maximum", argument.most},
              {"default", argument.otherwise},
              {"description", argument.description}};
    case ArgumentType::truth:
      return {{"type", "boolean"},
              {"default", argument.otherwise != 0},
              {"description", argument.description}};
    case ArgumentType::texts:
      return {{"type", "array"},
              {"items", {{"type", "string"}}},
              {"description", argument.description}};
  }
  return nullptr;
}

Json input_schema(const Tool& tool) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const Argument& argument : tool.arguments) {
    properties[std::string(argument.name)] = schema_of(argument);
    if (argument.required) {
      required.push_back(argument.name);
    }
  }
  Json schema = {{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) {
    schema["required"] = std::move(required);
  }
  schema["additionalProperties"] = false;
  return schema;
}

Json definition_of(const Tool& tool) {
  return {{"name", tool.name},
          {"title", tool.title},
          {"description", tool.description},
          {"inputSchema", input_schema(tool)},
          {"outputSchema", base::parse_json(tool.output_schema).value_or(Json::object())},
          {"annotations",
           {{"readOnlyHint", !tool.changes_the_index},
            {"destructiveHint", false},
            {"idempotentHint", true},
            {"openWorldHint", false}}}};
}

}  // namespace

const Tool* find_tool(std::string_view name) {
  const auto found = std::ranges::find(tools(), name, &Tool::name);
  return found == tools().end() ? nullptr : &*found;
}

Json tool_definitions() {
  Json array = Json::array();
  for (const Tool& tool : tools()) {
    array.push_back(definition_of(tool));
  }
  return array;
}

std::string fault_in(const Tool& tool, const JsonValue& arguments) {
  if (!arguments.is_null() && !arguments.is_object()) {
    return std::string(tool.name) + ": arguments must be an object with: " + names_of(tool) + ".";
  }
  for (const auto& [name, value] : arguments.members()) {
    const Argument* const argument = find_argument(tool, name);
    if (argument == nullptr) {
      return unknown_argument(tool, name);
    }
    if (!fits(*argument, value)) {
      return std::string(tool.name) + ": '" + std::string(name) + "' must be " +
             in_words(*argument) + ".";
    }
  }
  for (const Argument& argument : tool.arguments) {
    const auto given = arguments.member(argument.name).string();
    const bool blank = !given || given->find_first_not_of(" \t\r\n") == std::string_view::npos;
    if (argument.required && blank) {
      return std::string(tool.name) + ": '" + std::string(argument.name) +
             "' is required, a string that is not blank: " + std::string(argument.description) +
             ".";
    }
  }
  return "";
}

std::string text_argument(const ToolCall& call, std::string_view name) {
  return std::string(call.arguments.member(name).string().value_or(""));
}

std::uint64_t number_argument(const Tool& tool, const ToolCall& call, std::string_view name) {
  const Argument* const argument = find_argument(tool, name);
  return whole_number(call.arguments.member(name))
      .value_or(argument == nullptr ? 0 : argument->otherwise);
}

bool truth_argument(const Tool& tool, const ToolCall& call, std::string_view name) {
  const Argument* const argument = find_argument(tool, name);
  return call.arguments.member(name).boolean().value_or(argument != nullptr &&
                                                        argument->otherwise != 0);
}

std::vector<std::string> texts_argument(const ToolCall& call, std::string_view name) {
  std::vector<std::string> texts;
  for (const auto& [index, value] : call.arguments.member(name).members()) {
    texts.emplace_back(value.string().value_or(""));
  }
  return texts;
}

ToolAnswer error_answer(std::string sentence) {
  return {std::move(sentence), nullptr, true};
}

ToolAnswer answer_or_error(Result<ToolAnswer> answer) {
  return answer ? *std::move(answer) : error_answer(std::move(answer).error().message);
}

std::vector<std::string> languages_of(const ToolCall& call) {
  const std::string said = text_argument(call, "language");
  return said.empty() ? std::vector<std::string>() : answering::named_languages({said});
}

std::vector<std::string> kinds_of(const ToolCall& call) {
  const std::string said = text_argument(call, "kind");
  return said.empty() ? std::vector<std::string>() : answering::named_kinds({said});
}

Result<std::vector<std::string>> paths_of(const LiveIndex& index, const ToolCall& call) {
  const std::string said = text_argument(call, "path");
  if (said.empty()) {
    return std::vector<std::string>();
  }
  const std::string excludes = said.starts_with('!') ? "!" : "";
  const std::string path = said.substr(excludes.size());
  const std::size_t wild = path.find_first_of("*?{[");
  const std::size_t folder = wild == std::string::npos ? path.size() : path.rfind('/', wild) + 1;
  const bool plain_glob = !path.starts_with('/') && !path.contains("..") && !path.contains('\0');
  if (folder == 0 || plain_glob) {
    return std::vector{said};
  }
  QUIRE_TRY_ASSIGN(const std::string plain, index.path_in_tree(path.substr(0, folder)));
  const std::string rest = path.substr(folder);
  return std::vector{excludes +
                     (plain.empty() || rest.empty() ? plain + rest : plain + "/" + rest)};
}

}  // namespace quire::mcp
