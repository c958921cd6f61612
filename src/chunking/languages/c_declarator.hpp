#pragma once

#include <string>
#include <string_view>

#include "chunking/languages/language.hpp"

/// How C and C++ say what a declaration declares.
namespace quire::chunking {

struct Declarator {
  std::string name;          ///< As written, without template arguments: "Server::~Server".
  bool is_function = false;  ///< And not a pointer to one.
};

/// Looks through pointers, arrays, initializers, parentheses to the declared name; "" if none.
Declarator read_declarator(Node declarator, std::string_view source);

// Rules that both languages share.
std::optional<Declared> find_function_definition(const Node& node, const Place& place);
std::optional<Declared> find_declaration(const Node& node, const Place& place);
/// A function's declarator in code that the parser can't read, such as `int f(int) MACRO OTHER;`.
std::optional<Declared> find_lone_declarator(const Node& node, const Place& place);
std::optional<Declared> find_typedef(const Node& node, const Place& place);
std::optional<Declared> find_struct(const Node& node, const Place& place);
std::optional<Declared> find_union(const Node& node, const Place& place);
std::optional<Declared> find_enum(const Node& node, const Place& place);
std::optional<Declared> find_enumerator(const Node& node, const Place& place);
/// A macro with a value; others are switches and include guards.
std::optional<Declared> find_macro(const Node& node, const Place& place);

}  // namespace quire::chunking
