#include "mcp/tools.hpp"

#include <array>

namespace quire::mcp {
namespace {

constexpr std::string_view kPathText =
    "Only these paths, relative to the root: a folder, '*.{c,h}' or 'src/**'; with ! in front: not "
    "these";
constexpr std::string_view kLanguageText = "Only this language, as in go, cpp, python";
constexpr std::string_view kKindText = "Only this kind of symbol, as in function, method, class";

constexpr auto kSearchArguments = std::to_array<Argument>({
    {.name = "query",
     .description = "What the code does, or a name; \"quoted text\" comes first; alone, "
                    "it must occur",
     .required = true},
    {.name = "limit",
     .type = ArgumentType::whole_number,
     .description = "Results a page",
     .least = 1,
     .most = 50,
     .otherwise = 8},
    {.name = "path", .description = kPathText},
    {.name = "language", .description = kLanguageText},
    {.name = "kind", .description = kKindText},
    {.name = "match",
     .description = "text: lines that hold query as it is; regex: lines that match it (RE2)"},
    {.name = "ignore_case", .type = ArgumentType::truth, .description = "Of these two"},
    {.name = "include_tests",
     .type = ArgumentType::truth,
     .description = "False leaves test files out",
     .otherwise = 1},
    {.name = "max_tokens",
     .type = ArgumentType::whole_number,
     .description = "Size of the answer: cut to signatures, then to locations",
     .least = 200,
     .most = 20000,
     .otherwise = 6000},
    {.name = "cursor", .description = "next_cursor of the same query's answer: the next page"},
});

constexpr auto kSymbolArguments = std::to_array<Argument>({
    {.name = "pattern",
     .description = "A name or a part of it, as in open_index or Writer.append",
     .required = true},
    {.name = "kind", .description = kKindText},
    {.name = "limit",
     .type = ArgumentType::whole_number,
     .description = "Results at most",
     .least = 1,
     .most = 100,
     .otherwise = 20},
});

constexpr auto kFilesArguments = std::to_array<Argument>({
    {.name = "language", .description = kLanguageText},
    {.name = "path", .description = kPathText},
});

constexpr auto kReindexArguments = std::to_array<Argument>({
    {.name = "paths",
     .type = ArgumentType::texts,
     .description = "Only these files and folders, relative to the root"},
});

constexpr std::string_view kHitsSchema = R"({"type":"object","properties":{
"results":{"type":"array","items":{"type":"object","properties":{
"file_path":{"type":"string"},"start_line":{"type":"integer"},"end_line":{"type":"integer"},
"score":{"type":"number"},"symbol_name":{"type":"string"},"symbol_kind":{"type":"string"},
"language":{"type":"string"},"freshness":{"enum":["current","moved","stale","gone"]},
"detail":{"enum":["whole","excerpt","signature","location"]},"content":{"type":"string"},
"signature":{"type":"string"},"fuzzy":{"type":"boolean"}},
"required":["file_path","start_line","end_line","score","language","freshness","detail"]}},
"total":{"type":"object"},
"omitted":{"type":"integer"},"next_cursor":{"type":"string"},"hint":{"type":"string"},
"index":{"type":"object"}},"required":["results","omitted","index"]})";

constexpr std::string_view kFilesSchema = R"({"type":"object","properties":{
"files":{"type":"array","items":{"type":"object","properties":{"file_path":{"type":"string"},
"language":{"type":"string"},"chunks":{"type":"integer"}},"required":["file_path","language","chunks"]}},
"omitted":{"type":"integer"},"hint":{"type":"string"},"index":{"type":"object"}},
"required":["files","omitted","index"]})";

constexpr std::string_view kReindexSchema = R"({"type":"object","properties":{
"files":{"type":"integer"},"added":{"type":"integer"},"changed":{"type":"integer"},
"removed":{"type":"integer"},"unchanged":{"type":"integer"},
"skipped":{"type":"array","items":{"type":"object","properties":{"path":{"type":"string"},
"reason":{"type":"string"}}}},"omitted":{"type":"integer"},
"remarks":{"type":"array","items":{"type":"object","properties":{"path":{"type":"string"},
"text":{"type":"string"}}}},"index":{"type":"object"}},
"required":["files","added","changed","removed","unchanged","skipped","index"]})";

constexpr std::string_view kStatusSchema = R"({"type":"object","properties":{
"root":{"type":"string"},"db":{"type":"string"},"files":{"type":"integer"},
"chunks":{"type":"integer"},"languages":{"type":"object"},"model":{"type":"string"},
"hint":{"type":"string"},"index":{"type":"object"}},"required":["root","db","files","chunks","languages","index"]})";

constexpr auto kTools = std::to_array<Tool>({
    {.name = "search",
     .title = "Search code",
     .description = "Find code by what it does, by words or by name: file:line ranges with the "
                    "code, best first. Useful before opening files whose place is not known.",
     .arguments = kSearchArguments,
     .output_schema = kHitsSchema,
     .call = search},
    {.name = "find_by_symbol",
     .title = "Find a definition",
     .description = "Where functions, types and the like are defined: exact names first, then "
                    "beginnings, then parts; similar names only if there is nothing else.",
     .arguments = kSymbolArguments,
     .output_schema = kHitsSchema,
     .call = find_by_symbol},
    {.name = "list_files",
     .title = "List indexed files",
     .description = "The files of the index, by path.",
     .arguments = kFilesArguments,
     .output_schema = kFilesSchema,
     .call = list_files},
    {.name = "reindex",
     .title = "Bring the index up to date",
     .description = "Reads new and changed files now, and returns when that is done. Not needed "
                    "before searching: questions do it beside.",
     .changes_the_index = true,
     .arguments = kReindexArguments,
     .output_schema = kReindexSchema,
     .call = reindex},
    {.name = "status",
     .title = "Index status",
     .description = "What is indexed, how fresh it is, and with which model.",
     .arguments = {},
     .output_schema = kStatusSchema,
     .call = status},
});

}  // namespace

std::span<const Tool> tools() {
  return kTools;
}

}  // namespace quire::mcp
