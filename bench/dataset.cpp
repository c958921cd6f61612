#include "dataset.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <utility>

#include <nlohmann/json.hpp>

namespace quire::bench {
namespace {

using Json = nlohmann::json;

std::ifstream open_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    give_up("cannot read " + path.string());
  }
  return file;
}

template <class T>
std::vector<T> read_numbers(const std::filesystem::path& path) {
  std::ifstream file = open_file(path);
  std::vector<T> out(std::filesystem::file_size(path) / sizeof(T));
  file.read(reinterpret_cast<char*>(out.data()),
            static_cast<std::streamsize>(out.size() * sizeof(T)));
  if (!file) {
    give_up("cannot read all of " + path.string());
  }
  return out;
}

Json parse(const std::string& text, const std::filesystem::path& path) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) {
    give_up(path.string() + " is not JSON: " + text.substr(0, 80));
  }
  return json;
}

std::optional<std::string> optional_string(const Json& row, const char* name) {
  const auto found = row.find(name);
  if (found == row.end() || found->is_null()) {
    return std::nullopt;
  }
  return found->get<std::string>();
}

ChunkMeta meta_of(const Json& row) {
  ChunkMeta meta;
  meta.file_path = row.at("file_path").get<std::string>();
  meta.chunk_id = row.at("chunk_id").get<std::int64_t>();
  meta.content = row.at("content").get<std::string>();
  meta.symbol_name = optional_string(row, "symbol_name");
  meta.symbol_kind = optional_string(row, "symbol_kind");
  meta.package_name = optional_string(row, "package_name");
  meta.language = row.at("language").get<std::string>();
  meta.start_line = row.at("start_line").get<std::int64_t>();
  meta.end_line = row.at("end_line").get<std::int64_t>();
  meta.last_modified = row.at("last_modified").get<std::int64_t>();
  return meta;
}

std::vector<ChunkRow> read_chunks(const std::filesystem::path& lines,
                                  const std::filesystem::path& vectors,
                                  std::size_t dimensions) {
  const std::vector<float> numbers = read_numbers<float>(vectors);
  std::ifstream file = open_file(lines);
  std::vector<ChunkRow> out;
  for (std::string line; std::getline(file, line);) {
    const std::size_t from = out.size() * dimensions;
    if (from + dimensions > numbers.size()) {
      give_up(lines.string() + " has more rows than " + vectors.string());
    }
    const float* first = numbers.data() + from;
    out.push_back({meta_of(parse(line, lines)), {first, first + dimensions}});
  }
  return out;
}

std::string escaped_for_like(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out;
}

Filter filter_of(const Json& json) {
  const auto op = json.at("op").get<std::string>();
  if (op.empty()) {
    return {};
  }
  const auto value = json.at("value").get<std::string>();
  const Field named = field(json.at("field").get<std::string>());
  if (op == "eq") {
    return named == value;
  }
  if (op == "prefix") {
    return named.like(escaped_for_like(value) + "%", '\\');
  }
  give_up("dataset.json: unknown filter operation " + op);
}

}  // namespace

void give_up(const std::string& message) {
  std::fprintf(stderr, "quire-bench: %s\n", message.c_str());
  std::exit(2);
}

Dataset::Dataset(std::filesystem::path folder) : folder_(std::move(folder)) {
  const std::filesystem::path path = folder_ / "dataset.json";
  std::ifstream file = open_file(path);
  const Json json = parse({std::istreambuf_iterator<char>(file), {}}, path);
  rows_ = json.at("n").get<std::size_t>();
  dimensions_ = json.at("dims").get<std::size_t>();
  queries_ = read_numbers<float>(folder_ / "queries.f32");
  for (const Json& filter : json.at("filters")) {
    const auto name = filter.at("name").get<std::string>();
    filters_.push_back({name, filter_of(filter), filter.at("matches").get<std::uint64_t>(),
                        read_numbers<std::int32_t>(folder_ / ("gt_" + name + ".i32"))});
  }
}

std::vector<ChunkRow> Dataset::read_rows() const {
  return read_chunks(folder_ / "rows.jsonl", folder_ / "base.f32", dimensions_);
}

std::vector<FileUpdate> Dataset::read_updates() const {
  std::vector<FileUpdate> out;
  for (ChunkRow& row :
       read_chunks(folder_ / "updates.jsonl", folder_ / "updates.f32", dimensions_)) {
    if (out.empty() || out.back().path != row.meta.file_path) {
      out.push_back({row.meta.file_path, {}});
    }
    out.back().rows.push_back(std::move(row));
  }
  return out;
}

}  // namespace quire::bench
