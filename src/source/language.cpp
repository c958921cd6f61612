#include "source/language.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/utf8.hpp"
#include "source/cpp_header.hpp"

namespace quire::source {
namespace {

struct Entry {
  std::string_view key;
  std::string_view language;
};

// By extension, lower case, sorted.
constexpr auto kExtensions = std::to_array<Entry>({
    {"adb", "ada"},
    {"ads", "ada"},
    {"asm", "assembly"},
    {"astro", "astro"},
    {"awk", "awk"},
    {"bash", "bash"},
    {"bat", "batch"},
    {"bazel", "starlark"},
    {"bzl", "starlark"},
    {"c", "c"},
    {"c++", "cpp"},
    {"cc", "cpp"},
    {"cfg", "ini"},
    {"cjs", "javascript"},
    {"cl", "opencl"},
    {"clj", "clojure"},
    {"cljc", "clojure"},
    {"cljs", "clojure"},
    {"cmake", "cmake"},
    {"cmd", "batch"},
    {"conf", "ini"},
    {"cpp", "cpp"},
    {"cppm", "cpp"},
    {"cr", "crystal"},
    {"cs", "csharp"},
    {"csh", "csh"},
    {"css", "css"},
    {"csv", "csv"},
    {"cts", "typescript"},
    {"cu", "cuda"},
    {"cuh", "cuda"},
    {"cxx", "cpp"},
    {"d", "d"},
    {"dart", "dart"},
    {"diff", "diff"},
    {"dts", "devicetree"},
    {"dtsi", "devicetree"},
    {"edn", "clojure"},
    {"el", "elisp"},
    {"elm", "elm"},
    {"erb", "erb"},
    {"erl", "erlang"},
    {"ex", "elixir"},
    {"exs", "elixir"},
    {"f", "fortran"},
    {"f03", "fortran"},
    {"f08", "fortran"},
    {"f77", "fortran"},
    {"f90", "fortran"},
    {"f95", "fortran"},
    {"fish", "fish"},
    {"for", "fortran"},
    {"frag", "glsl"},
    {"fs", "fsharp"},
    {"fsi", "fsharp"},
    {"fsx", "fsharp"},
    {"gemspec", "ruby"},
    {"gleam", "gleam"},
    {"glsl", "glsl"},
    {"go", "go"},
    {"gql", "graphql"},
    {"gradle", "groovy"},
    {"graphql", "graphql"},
    {"groovy", "groovy"},
    {"h++", "cpp"},
    {"haml", "haml"},
    {"hcl", "hcl"},
    {"hh", "cpp"},
    {"hlsl", "hlsl"},
    {"hpp", "cpp"},
    {"hrl", "erlang"},
    {"hs", "haskell"},
    {"htm", "html"},
    {"html", "html"},
    {"hxx", "cpp"},
    {"idl", "idl"},
    {"inc", "text"},
    {"ini", "ini"},
    {"inl", "cpp"},
    {"ino", "cpp"},
    {"ipp", "cpp"},
    {"ixx", "cpp"},
    {"java", "java"},
    {"jl", "julia"},
    {"js", "javascript"},
    {"json", "json"},
    {"json5", "json"},
    {"jsonc", "json"},
    {"jsonl", "json"},
    {"jsx", "javascript"},
    {"ksh", "bash"},
    {"kt", "kotlin"},
    {"kts", "kotlin"},
    {"less", "less"},
    {"lhs", "haskell"},
    {"lisp", "lisp"},
    {"lsp", "lisp"},
    {"lua", "lua"},
    {"markdown", "markdown"},
    {"md", "markdown"},
    {"mdx", "markdown"},
    {"mjs", "javascript"},
    {"mk", "make"},
    {"ml", "ocaml"},
    {"mli", "ocaml"},
    {"mm", "objc"},
    {"mts", "typescript"},
    {"nim", "nim"},
    {"nims", "nim"},
    {"ninja", "ninja"},
    {"nix", "nix"},
    {"odin", "odin"},
    {"org", "org"},
    {"pas", "pascal"},
    {"patch", "diff"},
    {"php", "php"},
    {"phtml", "php"},
    {"pl", "perl"},
    {"plist", "xml"},
    {"pm", "perl"},
    {"pod", "perl"},
    {"pp", "puppet"},
    {"prisma", "prisma"},
    {"pro", "prolog"},
    {"properties", "properties"},
    {"proto", "protobuf"},
    {"ps1", "powershell"},
    {"psd1", "powershell"},
    {"psm1", "powershell"},
    {"py", "python"},
    {"pyi", "python"},
    {"pyw", "python"},
    {"pyx", "cython"},
    {"r", "r"},
    {"rake", "ruby"},
    {"raku", "raku"},
    {"rb", "ruby"},
    {"rbi", "ruby"},
    {"rkt", "racket"},
    {"rmd", "markdown"},
    {"rs", "rust"},
    {"rst", "rst"},
    {"s", "assembly"},
    {"sass", "sass"},
    {"sbt", "scala"},
    {"scala", "scala"},
    {"scm", "scheme"},
    {"scss", "scss"},
    {"sed", "sed"},
    {"sh", "bash"},
    {"sol", "solidity"},
    {"sql", "sql"},
    {"ss", "scheme"},
    {"sv", "verilog"},
    {"svelte", "svelte"},
    {"svg", "xml"},
    {"svh", "verilog"},
    {"swift", "swift"},
    {"tcl", "tcl"},
    {"tex", "latex"},
    {"texi", "texinfo"},
    {"tf", "hcl"},
    {"tfvars", "hcl"},
    {"thrift", "thrift"},
    {"toml", "toml"},
    {"tpp", "cpp"},
    {"ts", "typescript"},
    {"tsv", "csv"},
    {"tsx", "tsx"},
    {"txt", "text"},
    {"v", "verilog"},
    {"vala", "vala"},
    {"vb", "vbnet"},
    {"vert", "glsl"},
    {"vh", "verilog"},
    {"vhd", "vhdl"},
    {"vhdl", "vhdl"},
    {"vim", "vim"},
    {"vue", "vue"},
    {"wat", "wasm"},
    {"wgsl", "wgsl"},
    {"xaml", "xml"},
    {"xhtml", "html"},
    {"xml", "xml"},
    {"xsd", "xml"},
    {"xsl", "xml"},
    {"xslt", "xml"},
    {"yaml", "yaml"},
    {"yml", "yaml"},
    {"zig", "zig"},
    {"zsh", "bash"},
});
static_assert(std::ranges::is_sorted(kExtensions, {}, &Entry::key));

// By whole name, lower case, sorted.
constexpr auto kFileNames = std::to_array<Entry>({
    {".bash_aliases", "bash"},
    {".bash_profile", "bash"},
    {".bashrc", "bash"},
    {".clang-format", "yaml"},
    {".clang-tidy", "yaml"},
    {".editorconfig", "ini"},
    {".emacs", "elisp"},
    {".gitattributes", "gitattributes"},
    {".gitconfig", "ini"},
    {".gitignore", "gitignore"},
    {".gitmodules", "ini"},
    {".ignore", "gitignore"},
    {".profile", "bash"},
    {".quireignore", "gitignore"},
    {".vimrc", "vim"},
    {".zshrc", "bash"},
    {"brewfile", "ruby"},
    {"build", "starlark"},
    {"cmakelists.txt", "cmake"},
    {"containerfile", "dockerfile"},
    {"dockerfile", "dockerfile"},
    {"gemfile", "ruby"},
    {"gnumakefile", "make"},
    {"go.mod", "gomod"},
    {"go.sum", "gomod"},
    {"guardfile", "ruby"},
    {"jenkinsfile", "groovy"},
    {"justfile", "just"},
    {"kconfig", "kconfig"},
    {"makefile", "make"},
    {"meson.build", "meson"},
    {"meson_options.txt", "meson"},
    {"pipfile", "toml"},
    {"pkgbuild", "bash"},
    {"podfile", "ruby"},
    {"rakefile", "ruby"},
    {"sconscript", "python"},
    {"sconstruct", "python"},
    {"vagrantfile", "ruby"},
    {"workspace", "starlark"},
});
static_assert(std::ranges::is_sorted(kFileNames, {}, &Entry::key));

// By the program named in `#!`, without its version.
constexpr auto kInterpreters = std::to_array<Entry>({
    {"ash", "bash"},
    {"awk", "awk"},
    {"bash", "bash"},
    {"bun", "typescript"},
    {"csh", "csh"},
    {"dash", "bash"},
    {"deno", "typescript"},
    {"elixir", "elixir"},
    {"escript", "erlang"},
    {"fish", "fish"},
    {"gawk", "awk"},
    {"groovy", "groovy"},
    {"guile", "scheme"},
    {"julia", "julia"},
    {"ksh", "bash"},
    {"lua", "lua"},
    {"luajit", "lua"},
    {"make", "make"},
    {"mawk", "awk"},
    {"node", "javascript"},
    {"nodejs", "javascript"},
    {"osascript", "applescript"},
    {"perl", "perl"},
    {"php", "php"},
    {"pwsh", "powershell"},
    {"pypy", "python"},
    {"python", "python"},
    {"racket", "racket"},
    {"rscript", "r"},
    {"ruby", "ruby"},
    {"runghc", "haskell"},
    {"sed", "sed"},
    {"sh", "bash"},
    {"swift", "swift"},
    {"tclsh", "tcl"},
    {"tcsh", "csh"},
    {"ts-node", "typescript"},
    {"wish", "tcl"},
    {"zsh", "bash"},
});
static_assert(std::ranges::is_sorted(kInterpreters, {}, &Entry::key));

template <std::size_t N>
std::string_view look_up(const std::array<Entry, N>& table, std::string_view key) {
  const auto* const found = std::ranges::lower_bound(table, key, {}, &Entry::key);
  return found != table.end() && found->key == key ? found->language : std::string_view();
}

std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

std::string_view extension_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? std::string_view() : name.substr(dot + 1);
}

std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(" \t\r"));
  line.remove_prefix(word.size());
  return word;
}

std::string_view without_version(std::string_view program) {
  const std::size_t last = program.find_last_not_of("0123456789.-");
  return program.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

/// The program that `#!` names, also behind `env`, its options and its variables.
std::string_view interpreter(std::string_view head) {
  if (!head.starts_with("#!")) {
    return {};
  }
  std::string_view line = head.substr(2, head.find('\n') - 2);
  std::string_view word = last_part(take_word(line));
  if (word == "env") {
    do {
      word = take_word(line);
    } while (word.starts_with('-') || word.contains('='));
    word = last_part(word);
  }
  return without_version(word);
}

std::string_view by_shebang(std::string_view head) {
  return look_up(kInterpreters, base::ascii_lower(interpreter(head)));
}

std::string_view first_visible(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) {
    head.remove_prefix(3);
  }
  return head.substr(std::min(head.find_first_not_of(" \t\r\n"), head.size()));
}

/// Extensions that several languages share are settled by the text.
std::string_view by_shared_extension(std::string_view extension, std::string_view head) {
  const std::string_view text = first_visible(head);
  if (extension == "h") {
    return looks_like_cpp(head) ? "cpp" : "c";
  }
  if (extension == "m") {
    const bool objective = text.starts_with("//") || text.starts_with("/*") ||
                           head.contains("#import") || head.contains("#include") ||
                           head.contains("@interface") || head.contains("@implementation");
    return objective ? "objc" : "matlab";
  }
  if (extension == "ts" && (text.starts_with("<?xml") || text.starts_with("<!DOCTYPE TS"))) {
    return "xml";
  }
  if (extension == "in") {
    return by_shebang(head);
  }
  return {};
}

std::string_view by_name(std::string_view name, std::string_view head) {
  const std::string lower = base::ascii_lower(name);
  if (const std::string_view found = look_up(kFileNames, lower); !found.empty()) {
    return found;
  }
  // By convention `.C` and `.H` are C++, on systems where case matters.
  if (name.ends_with(".C") || name.ends_with(".H")) {
    return "cpp";
  }
  if (lower.starts_with("dockerfile.") || lower.starts_with("containerfile.")) {
    return "dockerfile";
  }
  if (lower.starts_with("makefile.")) {
    return "make";
  }
  const std::string_view extension = extension_of(lower);
  const std::string_view shared = by_shared_extension(extension, head);
  return shared.empty() ? look_up(kExtensions, extension) : shared;
}

}  // namespace

std::string language_of(std::string_view path, std::string_view head) {
  std::string_view found = by_name(last_part(path), head);
  if (found.empty()) {
    found = by_shebang(head);
  }
  if (found.empty() && first_visible(head).starts_with("<?php")) {
    found = "php";
  }
  if (found.empty() && first_visible(head).starts_with("<?xml")) {
    found = "xml";
  }
  return std::string(found.empty() ? "text" : found);
}

}  // namespace quire::source
