#include <algorithm>
#include <array>

#include <quire/languages.hpp>

#include "base/utf8.hpp"

namespace quire {
namespace {

struct OtherName {
  std::string_view name;
  std::string_view language;
};

/// By name.
constexpr auto kOtherNames = std::to_array<OtherName>({
    {"asm", "assembly"},      {"c#", "csharp"},     {"c++", "cpp"},
    {"clj", "clojure"},       {"cs", "csharp"},     {"cxx", "cpp"},
    {"docker", "dockerfile"}, {"erl", "erlang"},    {"ex", "elixir"},
    {"f#", "fsharp"},         {"fs", "fsharp"},     {"golang", "go"},
    {"hs", "haskell"},        {"jl", "julia"},      {"js", "javascript"},
    {"jsx", "javascript"},    {"kt", "kotlin"},     {"makefile", "make"},
    {"md", "markdown"},       {"ml", "ocaml"},      {"node", "javascript"},
    {"objective-c", "objc"},  {"pl", "perl"},       {"proto", "protobuf"},
    {"ps1", "powershell"},    {"py", "python"},     {"python3", "python"},
    {"rb", "ruby"},           {"rs", "rust"},       {"sh", "bash"},
    {"shell", "bash"},        {"terraform", "hcl"}, {"tex", "latex"},
    {"ts", "typescript"},     {"viml", "vim"},      {"yml", "yaml"},
    {"zsh", "bash"},
});
static_assert(std::ranges::is_sorted(kOtherNames, {}, &OtherName::name));

}  // namespace

std::string language_named(std::string_view name) {
  std::string lower = base::ascii_lower(name);
  const auto* const found =
      std::ranges::lower_bound(kOtherNames, std::string_view(lower), {}, &OtherName::name);
  if (found != kOtherNames.end() && found->name == lower) {
    return std::string(found->language);
  }
  return lower;
}

}  // namespace quire
