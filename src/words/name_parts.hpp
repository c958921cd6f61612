#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace quire::words {

/// The parts of a qualified name, without what does not tell names apart: arguments, parameters of
/// types, a receiver's brackets and star, `crate` and `self` at its beginning.
///
///     net::Server::start()             net, Server, start
///     github.com/a/queue.(*Queue).Pop  github, com, a, queue, Queue, Pop
///     Arena<T>::make                   Arena, make
///     Foo$Inner                        Foo, Inner
///     Num::operator bool               Num, operator bool
std::vector<std::string> name_parts(std::string_view name);

}  // namespace quire::words
