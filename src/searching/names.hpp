#pragma once

#include <string>
#include <string_view>

/// Names as languages write them: "Server.Start", "net::Server::start", "Foo#bar", "App\Http".
namespace quire::searching {

/// "start" of "net::Server::start".
std::string_view last_part(std::string_view name);

/// "Server" of "net::Server::start"; "" if there is nothing before the last part.
std::string_view owner_of(std::string_view name);

/// A name's letters alone, folded: "read_URL" and "readUrl" are "readurl".
std::string plain_name(std::string_view name);

}  // namespace quire::searching
