#include "installing/server_entry.hpp"

#include <algorithm>

namespace quire::installing {
namespace {

using base::Json;

bool is_string(const Json& value) {
  return value.is_string();
}

bool starts_quire(const Json& command) {
  if (!command.is_string()) {
    return false;
  }
  const auto path = command.get<std::string>();
  return path.substr(path.rfind('/') + 1) == kServerName;
}

bool asks_for_mcp(const Json& args) {
  return args.is_array() && std::ranges::all_of(args, is_string) && !args.empty() &&
         args.front() == "mcp";
}

bool is_usual(const std::string& name, const Json& value) {
  return (name == "command" && starts_quire(value)) || (name == "args" && asks_for_mcp(value)) ||
         (name == "type" && value == "stdio") || (name == "source" && value == "custom") ||
         (name == "env" && value.is_object() && value.empty());
}

}  // namespace

bool is_written_by_us(const Json& entry) {
  if (!entry.is_object() || !entry.contains("command") || !entry.contains("args")) {
    return false;
  }
  return std::ranges::all_of(entry.items(),
                             [](const auto& item) { return is_usual(item.key(), item.value()); });
}

}  // namespace quire::installing
