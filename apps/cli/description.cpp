#include "cli/description.hpp"

#include <map>

namespace quire::cli {

Offer ArgumentDescription::offer() const {
  static const std::map<std::string, Offer> offers = {
      {"FILE", Offer::files},  {"PLACE", Offer::files},  {"GLOB", Offer::files},
      {"DIR", Offer::folders}, {"PATH", Offer::folders}, {"MODEL", Offer::folders},
  };
  if (!choices.empty()) {
    return Offer::choices;
  }
  const auto found = offers.find(value);
  return found == offers.end() ? Offer::nothing : found->second;
}

std::string join(const std::vector<std::string>& words, const std::string& text) {
  std::string out;
  for (const std::string& word : words) {
    out += (out.empty() ? "" : text) + word;
  }
  return out;
}

std::string label_of(const ArgumentDescription& argument) {
  const std::string names = join(argument.names, ", ");
  return names + (names.empty() || !argument.takes_value() ? "" : " ") + argument.value;
}

std::string usage_of(const CommandDescription& command) {
  std::string usage = "quire " + command.name + " [OPTIONS]";
  for (const ArgumentDescription& operand : command.operands) {
    const std::string shown = operand.value + (operand.many ? "..." : "");
    usage += operand.required ? " " + shown : " [" + shown + "]";
  }
  return usage;
}

}  // namespace quire::cli
