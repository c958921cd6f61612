#include "searching/file_role.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "base/utf8.hpp"

namespace quire::searching {
namespace {

using Names = std::span<const std::string_view>;

constexpr auto kTestFolders = std::to_array<std::string_view>(
    {"test", "tests", "testing", "spec", "specs", "__tests__", "testdata", "fixtures", "testsuite",
     "unittest", "unittests", "e2e", "__mocks__", "mocks"});
constexpr auto kExampleFolders = std::to_array<std::string_view>(
    {"example", "examples", "sample", "samples", "demo", "demos", "tutorial", "tutorials",
     "docs_src", "bench", "benches", "benchmark", "benchmarks"});
constexpr auto kDocsFolders =
    std::to_array<std::string_view>({"doc", "docs", "documentation", "man", "website"});
constexpr auto kVendoredFolders = std::to_array<std::string_view>(
    {"vendor", "vendored", "third_party", "third-party", "thirdparty", "3rdparty", "external",
     "externals", "node_modules", "_vendor", "deps", "bundled"});
constexpr auto kGeneratedFolders = std::to_array<std::string_view>(
    {"generated", "gen", "dist", "build", "autogen", "__generated__"});
constexpr auto kLegacyFolders = std::to_array<std::string_view>(
    {"compat", "_compat", "legacy", "deprecated", "obsolete", "attic"});
constexpr auto kInterfaceNames =
    std::to_array<std::string_view>({"__init__.py", "package-info.java", "module-info.java"});
constexpr auto kDataLanguages = std::to_array<std::string_view>(
    {"json", "yaml", "toml", "ini", "xml", "csv", "properties", "gitignore", "gitattributes",
     "diff", "make", "cmake", "gomod", "m4"});
constexpr auto kProseLanguages = std::to_array<std::string_view>(
    {"markdown", "rst", "asciidoc", "org", "text", "texinfo", "latex", "html"});

bool is_one_of(std::string_view name, Names names) {
  return std::ranges::find(names, name) != names.end();
}

template <class Fits>
bool any_folder(std::string_view path, Fits&& fits) {
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/')) {
    if (fits(path.substr(0, slash))) {
      return true;
    }
    path.remove_prefix(slash + 1);
  }
  return false;
}

bool under(std::string_view path, Names folders) {
  return any_folder(path, [&](std::string_view folder) { return is_one_of(folder, folders); });
}

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

std::string_view stem_of(std::string_view name) {
  const std::size_t dot = name.find('.', 1);
  return name.substr(0, dot);
}

/// `path` as it is written tells FooTest from Contest.
bool is_test_name(std::string_view path) {
  const std::string_view written = file_name(path);
  const std::string name = base::ascii_lower(written);
  const std::string_view stem = stem_of(name);
  const std::string_view written_stem = stem_of(written);
  return stem.starts_with("test_") || stem.ends_with("_test") || stem.ends_with("_tests") ||
         stem.ends_with("_spec") || stem.ends_with("-test") || stem == "conftest" ||
         name.contains(".test.") || name.contains(".spec.") || name.ends_with(".bats") ||
         written_stem.ends_with("Test") || written_stem.ends_with("Tests") ||
         written_stem.ends_with("TestCase") || written_stem.ends_with("Spec");
}

bool is_generated_name(std::string_view name) {
  return name.contains(".min.") || name.contains(".pb.") || name.contains("_pb2") ||
         name.contains(".generated.") || name.contains(".g.") || name.ends_with(".lock") ||
         name.contains("-lock.") || name.ends_with(".map") || name.contains("_generated.");
}

}  // namespace

FileRole role_of(std::string_view path, std::string_view language) {
  const std::string folded = base::ascii_lower(path);
  const std::string_view name = file_name(folded);
  if (under(folded, kVendoredFolders)) {
    return FileRole::vendored;
  }
  const bool tests_folder = any_folder(folded, [](std::string_view folder) {
    return is_one_of(folder, kTestFolders) || folder.ends_with("_test") ||
           folder.ends_with("-test") || folder.ends_with("_tests") || folder.ends_with("-tests") ||
           folder.ends_with(".tests") || folder.starts_with("test-");
  });
  if (tests_folder || is_test_name(path)) {
    return FileRole::test;
  }
  if (under(folded, kExampleFolders)) {
    return FileRole::example;
  }
  if (is_generated_name(name) || under(folded, kGeneratedFolders)) {
    return FileRole::generated;
  }
  if (under(folded, kDocsFolders) || is_one_of(language, kProseLanguages)) {
    return FileRole::docs;
  }
  const std::string_view stem = stem_of(name);
  if (under(folded, kLegacyFolders) || is_one_of(stem, kLegacyFolders)) {
    return FileRole::legacy;
  }
  if (is_one_of(name, kInterfaceNames) || name.ends_with(".d.ts")) {
    return FileRole::interface;
  }
  return is_one_of(language, kDataLanguages) ? FileRole::data : FileRole::source;
}

}  // namespace quire::searching
