// quire-model-extract PACKAGE LICENCE FOLDER < EXCLUDED
//
// Prints the pairs of all source files under FOLDER as JSON Lines: w (words), c (code), n (name), p (path in the
// package), l (language), k (kind), g (package), x (licence). Standard input has the names of files and folders that
// are passed over, one a line: lower-case words with single spaces between.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "chunking/chunker.hpp"
#include "extract/pairs.hpp"
#include "searching/file_role.hpp"
#include "source/language.hpp"

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPairsPerPackage = 4000;
constexpr std::uintmax_t kLargestFile = 1 << 20;
constexpr std::size_t kHeadBytes = 8192;
constexpr std::size_t kLongestMeanLine = 120;

std::string words_of(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool letter = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (letter) {
      out += lower;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  return out;
}

class Extractor {
 public:
  Extractor(std::string package, std::string licence, fs::path root, std::set<std::string> excluded)
      : package_(std::move(package)), licence_(std::move(licence)), root_(std::move(root)), excluded_(std::move(excluded)) {
    for (const auto& languages : {quire::chunking::grammar_languages(), quire::chunking::outline_languages()}) {
      languages_.insert(languages.begin(), languages.end());
    }
  }

  void run() {
    for (const fs::path& path : files()) {
      if (count_ >= kPairsPerPackage) {
        return;
      }
      read(path);
    }
  }

 private:
  std::vector<fs::path> files() const {
    std::vector<fs::path> out;
    std::error_code failed;
    fs::recursive_directory_iterator at(root_, fs::directory_options::skip_permission_denied, failed);
    for (; !failed && at != fs::recursive_directory_iterator(); at.increment(failed)) {
      const bool excluded = excluded_.contains(words_of(at->path().stem().string())) ||
                            excluded_.contains(words_of(at->path().filename().string()));
      if (excluded && at->is_directory(failed)) {
        at.disable_recursion_pending();
      } else if (!excluded && !at->is_symlink(failed) && at->is_regular_file(failed) &&
                 at->file_size(failed) <= kLargestFile) {
        out.push_back(at->path());
      }
    }
    std::ranges::sort(out);
    return out;
  }

  void read(const fs::path& path) {
    const std::string shown = fs::relative(path, root_).string();
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const std::string_view head = std::string_view(bytes).substr(0, kHeadBytes);
    const std::string language = quire::source::language_of(shown, head);
    if (!languages_.contains(language) || quire::source::looks_binary(head) || !is_source(shown, language, bytes)) {
      return;
    }
    for (const quire::model::Pair& pair : quire::model::pairs_of(quire::base::repair_utf8(bytes), language)) {
      print(pair, shown, language);
    }
  }

  static bool is_source(const std::string& path, const std::string& language, const std::string& bytes) {
    using quire::searching::FileRole;
    const FileRole role = quire::searching::role_of(path, language);
    const auto lines = static_cast<std::size_t>(std::ranges::count(bytes, '\n')) + 1;
    return role != FileRole::test && role != FileRole::generated && role != FileRole::data &&
           bytes.size() / lines <= kLongestMeanLine;
  }

  void print(const quire::model::Pair& pair, const std::string& path, const std::string& language) {
    const quire::base::Json line = {{"w", pair.words}, {"c", pair.code}, {"n", pair.name}, {"p", path}, {"l", language},
                                    {"k", to_string(pair.kind)}, {"g", package_}, {"x", licence_}};
    std::cout << quire::base::dump_json(line) << '\n';
    ++count_;
  }

  std::string package_;
  std::string licence_;
  fs::path root_;
  std::set<std::string> excluded_;
  std::set<std::string> languages_;
  std::size_t count_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: quire-model-extract PACKAGE LICENCE FOLDER < EXCLUDED\n";
    return 2;
  }
  std::ios::sync_with_stdio(false);
  std::set<std::string> excluded;
  for (std::string name; std::getline(std::cin, name);) {
    excluded.insert(name);
  }
  Extractor(argv[1], argv[2], argv[3], std::move(excluded)).run();
  return std::cout.flush() ? 0 : 1;
}
