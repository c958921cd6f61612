#include "source/ignore_stack.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "source/git_places.hpp"
#include "source/walk.hpp"

namespace quire::source {
namespace {

/// A path as base of rules: without the `/` at its end.
std::string as_base(std::string path) {
  if (path.ends_with('/')) {
    path.pop_back();
  }
  return path;
}

}  // namespace

std::optional<IgnoreFile> ignore_file_named(std::string_view name) {
  const auto* const found = std::ranges::find(kIgnoreFileNames, name);
  if (found == std::end(kIgnoreFileNames)) {
    return std::nullopt;
  }
  return static_cast<IgnoreFile>(found - kIgnoreFileNames);
}

IgnoreStack IgnoreStack::above(const std::filesystem::path& root) {
  IgnoreStack out;
  std::error_code error;
  out.root_ = std::filesystem::canonical(root, error);
  const std::optional<std::filesystem::path> found = git_tree_around(out.root_);
  const std::filesystem::path top = found.value_or(out.root_);
  out.user_rules_ = out.text_of_gits(user_git_exclude_file());
  out.begin_git_tree(top, "");
  const std::filesystem::path below = out.root_.lexically_relative(top);
  std::filesystem::path folder = top;
  for (const std::filesystem::path& part : below) {
    if (part == ".") {
      break;
    }
    out.push_files_of(folder, as_base(out.above_));
    out.above_ += part.native() + '/';
    folder /= part;
  }
  return out;
}

void IgnoreStack::enter(const std::string& prefix,
                        const std::vector<IgnoreFile>& files,
                        bool git_tree) {
  const std::filesystem::path folder = root_ / prefix;
  const std::string base = as_base(above_ + prefix);
  if (git_tree && !prefix.empty()) {
    levels_.push_back({Kind::border, {}});
    begin_git_tree(folder, base);
  }
  for (const IgnoreFile file : files) {
    const auto index = static_cast<std::size_t>(file);
    push(static_cast<Kind>(static_cast<std::size_t>(Kind::git) + index),
         text_of(folder, kIgnoreFileNames[index]), base);
  }
}

bool IgnoreStack::ignored(std::string_view path, bool is_directory) const {
  return decision(path, is_directory).verdict == Verdict::ignored;
}

bool IgnoreStack::asked_for(std::string_view path) const {
  const Decision found = decision(path, false);
  return found.verdict == Verdict::included && found.by == Kind::quire;
}

IgnoreStack::Decision IgnoreStack::decision(std::string_view path, bool is_directory) const {
  std::string whole;
  if (!above_.empty()) {
    whole.append(above_).append(path);
    path = whole;
  }
  Decision decided;
  bool border_passed = false;
  for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
    border_passed = border_passed || level->kind == Kind::border;
    const bool beyond = border_passed && level->kind <= Kind::git;
    const bool weaker = decided.verdict != Verdict::none && level->kind <= decided.by;
    if (level->kind == Kind::border || beyond || weaker) {
      continue;
    }
    if (const Verdict says = level->rules.match(path, is_directory); says != Verdict::none) {
      decided = {says, level->kind};
    }
  }
  return decided;
}

std::string IgnoreStack::text_of(const std::filesystem::path& folder, std::string_view name) {
  const std::optional<SourceFile> found = stat_file(folder, std::string(name));
  if (!found) {
    return {};
  }
  const std::filesystem::path path = folder / name;
  const std::filesystem::path inside = path.lexically_relative(root_);
  const bool is_inside = !inside.empty() && *inside.begin() != "..";
  if (found->size > kMostIgnoreBytes) {
    too_large_.push_back({(is_inside ? inside : path).native(), found->size});
    return {};
  }
  Result<std::string> text = read_source(folder, std::string(name), kMostIgnoreBytes);
  return is_inside ? std::move(text).value_or(std::string()) : kept_text(path, std::move(text));
}

/// git's own may be a symbolic link.
std::string IgnoreStack::text_of_gits(const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::canonical(file, error);
  return error ? std::string() : text_of(target.parent_path(), target.filename().native());
}

void IgnoreStack::push(Kind kind, std::string_view text, const std::string& base) {
  IgnoreRules rules = IgnoreRules::parse(text, base);
  if (!rules.empty()) {
    levels_.push_back({kind, std::move(rules)});
  }
}

void IgnoreStack::begin_git_tree(const std::filesystem::path& top, const std::string& base) {
  push(Kind::user, user_rules_, base);
  push(Kind::exclude, text_of_gits(git_exclude_file(top)), base);
}

void IgnoreStack::push_files_of(const std::filesystem::path& folder, const std::string& base) {
  push(Kind::git, text_of(folder, kIgnoreFileNames[0]), base);
  push(Kind::plain, text_of(folder, kIgnoreFileNames[1]), base);
  push(Kind::quire, text_of(folder, kIgnoreFileNames[2]), base);
}

}  // namespace quire::source
