#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "source/walk.hpp"
#include "support/temp_tree.hpp"

// git itself says which files of a tree are ignored, under rules made at random from the tree's own
// paths.

namespace quire::source {
namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t end) {
  return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
}

bool one_in(Random& random, std::size_t n) {
  return below(random, n) == 0;
}

template <class T>
const T& any_of(Random& random, const std::vector<T>& values) {
  return values[below(random, values.size())];
}

const std::vector<std::string> kFolders = {"a",   "b",   "foo", "bar",   "build",
                                           "src", "a b", "x.y", "foo.d", "[q]"};
const std::vector<std::string> kFiles = {"a",     "b.c", "foo",   "foo.o",   "bar.c", "#hash",
                                         "!bang", "[z]", "a b",   "sp ",     "x\\y",  "A.C",
                                         "7",     "-",   "star*", "\xC3\xA4"};

std::vector<std::string> make_tree(Random& random, const support::TempTree& dir) {
  std::set<std::string> folders = {""};
  while (folders.size() < 120) {
    std::string folder;
    for (std::size_t depth = 1 + below(random, 4); depth > 0; --depth) {
      folder += any_of(random, kFolders) + "/";
      folders.insert(folder);
    }
  }
  std::set<std::string> files;
  for (const std::string& folder : folders) {
    for (std::size_t n = 2 + below(random, 8); n > 0; --n) {
      const std::string file = folder + any_of(random, kFiles);
      if (!folders.contains(file + "/")) {
        files.insert(file);
      }
    }
  }
  for (const std::string& file : files) {
    dir.write(file, "");
  }
  return {files.begin(), files.end()};
}

std::string wild(Random& random, char c) {
  switch (below(random, 14)) {
    case 0:
      return "?";
    case 1:
      return "*";
    case 2:
      return std::string("[") + c + "]";
    case 3:
      return std::string("[!") + c + "]";
    case 4:
      return "[a-m]";
    case 5:
      return "[[:alpha:]]";
    case 6:
      return "[^[:punct:]x-z]";
    case 7:
      return std::string("\\") + c;
    case 8:
      return "**";
    case 9:
      return "[" + std::string(1, c);
    case 10:
      return "";
    default:
      return {c};
  }
}

std::string mutated(Random& random, const std::string& path) {
  std::string out;
  for (const char c : path) {
    if (c == '/') {
      out += one_in(random, 6) ? "/**/" : one_in(random, 8) ? "/*/" : "/";
    } else {
      out += one_in(random, 6) ? wild(random, c) : std::string(1, c);
    }
  }
  return out;
}

std::string a_rule(Random& random, const std::vector<std::string>& paths) {
  std::string pattern = any_of(random, paths);
  while (one_in(random, 2) && pattern.contains('/')) {
    pattern = pattern.substr(0, pattern.rfind('/'));
  }
  while (one_in(random, 2) && pattern.contains('/')) {
    pattern = pattern.substr(pattern.find('/') + 1);
  }
  pattern = mutated(random, pattern);
  if (one_in(random, 5)) {
    pattern.insert(0, "/");
  } else if (one_in(random, 5)) {
    pattern.insert(0, "**/");
  }
  if (one_in(random, 5)) {
    pattern += "/";
  } else if (one_in(random, 8)) {
    pattern += "/**";
  } else if (one_in(random, 8)) {
    pattern += one_in(random, 2) ? " " : "\\ ";
  }
  if (one_in(random, 4)) {
    pattern.insert(0, "!");
  }
  return pattern + (one_in(random, 10) ? "\r\n" : "\n");
}

std::string some_rules(Random& random, const std::vector<std::string>& paths) {
  std::string out;
  // Few rules seldom begin alike.
  for (std::size_t n = 1 + below(random, one_in(random, 3) ? 80 : 8); n > 0; --n) {
    out += a_rule(random, paths);
  }
  return out;
}

std::string quoted(const std::filesystem::path& path) {
  return "'" + path.native() + "'";
}

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = text.find(at);
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// git with none of the user's settings.
class Git {
 public:
  explicit Git(std::filesystem::path tree) : tree_(std::move(tree)) {}

  bool run(const std::string& arguments) const {
    const std::string command = "HOME=" + quoted(home_.path()) +
                                " XDG_CONFIG_HOME= GIT_CONFIG_NOSYSTEM=1 git -C " + quoted(tree_) +
                                " " + arguments;
    const int status = std::system(command.c_str());
    return WIFEXITED(status) && WEXITSTATUS(status) <= 1;
  }

  /// The paths that git would not ignore.
  std::vector<std::string> kept(const std::vector<std::string>& paths) const {
    std::string in;
    for (const std::string& path : paths) {
      in += path + '\0';
    }
    home_.write("in", in);
    EXPECT_TRUE(run("check-ignore --no-index --stdin -v -n -z <" + quoted(home_.path() / "in") +
                    " >" + quoted(home_.path() / "out")));
    // Four fields a path: file, line, pattern, path.
    const std::vector<std::string> fields = split(read_source(home_.path(), "out").value(), '\0');
    std::vector<std::string> out;
    for (std::size_t i = 0; i + 3 < fields.size(); i += 4) {
      if (fields[i + 2].empty() || fields[i + 2].starts_with('!')) {
        out.push_back(fields[i + 3]);
      }
    }
    EXPECT_EQ(fields.size(), 4 * paths.size());
    return out;
  }

 private:
  std::filesystem::path tree_;
  support::TempTree home_;
};

std::vector<std::string> walked(const std::filesystem::path& root) {
  const WalkResult found = walk(root, {}).value();
  std::vector<std::string> out;
  for (const SourceFile& file : found.files) {
    out.push_back(file.path);
  }
  return out;
}

class GitOracle : public testing::Test {
 protected:
  GitOracle() : paths(make_tree(random, dir)), git(dir.path()) {}

  void SetUp() override {
    if (!git.run("init -q .")) {
      GTEST_SKIP() << "there is no git to compare with";
    }
    // The user's own ignore file would take part in one of the two answers only.
    ::unsetenv("HOME");
    ::unsetenv("XDG_CONFIG_HOME");
  }

  void write_rules(const std::string& folder) {
    const std::string name = folder + ".gitignore";
    std::vector<std::string> under;
    for (const std::string& path : paths) {
      if (path.starts_with(folder)) {
        under.push_back(path.substr(folder.size()));
      }
    }
    rules[name] = some_rules(random, under);
    dir.write(name, rules[name]);
  }

  void one_round() {
    rules.clear();
    write_rules("");
    for (std::size_t n = below(random, 3); n > 0; --n) {
      const std::string& path = any_of(random, paths);
      write_rules(path.substr(0, path.rfind('/') + 1));
    }
    dir.write(".git/info/exclude", one_in(random, 3) ? some_rules(random, paths) : "");
    std::vector<std::string> all = paths;
    for (const auto& [name, text] : rules) {
      all.push_back(name);
    }
    std::ranges::sort(all);
    checks += all.size();
    EXPECT_EQ(walked(dir.path()), git.kept(all)) << described();
    for (const auto& [name, text] : rules) {
      std::filesystem::remove(dir.path() / name);
    }
  }

  std::string described() const {
    std::string out;
    for (const auto& [name, text] : rules) {
      out += "--- " + name + "\n" + text;
    }
    return out + "--- exclude\n" + read_source(dir.path() / ".git/info", "exclude").value();
  }

  Random random{20240607};
  support::TempTree dir;
  std::vector<std::string> paths;
  Git git;
  std::map<std::string, std::string> rules;
  std::size_t checks = 0;
};

TEST_F(GitOracle, TheWalkKeepsWhatGitKeeps) {
  while (checks < 100'000 && !HasFailure()) {
    one_round();
  }
}

}  // namespace
}  // namespace quire::source
