#include "searching/names.hpp"

#include "lexical/terms.hpp"

namespace quire::searching {
namespace {

constexpr std::string_view kSeparators = ":.#/$\\->";

bool is_separator(char c) {
  return kSeparators.contains(c);
}

}  // namespace

std::string_view last_part(std::string_view name) {
  const std::size_t at = name.find_last_of(kSeparators);
  return at == std::string_view::npos ? name : name.substr(at + 1);
}

std::string_view owner_of(std::string_view name) {
  std::string_view rest = name.substr(0, name.size() - last_part(name).size());
  while (!rest.empty() && is_separator(rest.back())) {
    rest.remove_suffix(1);
  }
  return last_part(rest);
}

std::string plain_name(std::string_view name) {
  std::string out = lexical::fold_case(name);
  std::erase(out, '_');
  return out;
}

}  // namespace quire::searching
