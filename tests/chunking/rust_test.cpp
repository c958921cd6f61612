#ifdef QUIRE_GRAMMARS

#include <gtest/gtest.h>

#include "chunking/outline.hpp"

namespace quire::chunking {
namespace {

using Outline = std::vector<std::string>;

constexpr std::string_view kServer = R"(//! Crate documentation.
use std::fmt;

mod other;

pub mod net {
    /// A server.
    #[derive(Debug)]
    pub struct Server<T> {
        a: T,
    }

    impl<T> Server<T> {
        /// Starts.
        #[inline]
        pub fn start(&self) -> bool {
            true
        }
        fn one(&self) -> u32 { 1 }
    }

    impl<T> fmt::Display for Server<T> {
        fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
            write!(f, "x")
        }
    }
}
)";

TEST(Rust, ImplBlocksAreCutIntoTheirMethods) {
  EXPECT_EQ(outline(kServer, "rust"), (Outline{
                                          "1-4",
                                          "6-11 struct net::Server",
                                          "13-18 method net::Server::start",
                                          "19-20 method net::Server::one",
                                          "22-27 method net::Server::fmt",
                                      }));
}

TEST(Rust, AttributesAndCommentsBelongToTheItem) {
  const SourceChunk server = named("net::Server", chunk(kServer, "rust", ""));
  EXPECT_TRUE(server.text.contains("/// A server.\n    #[derive(Debug)]"));
  EXPECT_EQ(server.signature, "pub struct Server<T>");
}

TEST(Rust, ItemsHaveTheirKinds) {
  constexpr std::string_view kText = R"(
pub trait Runner {
    fn run(&self);
    fn twice(&self) { self.run(); }
}
enum Color { Red, Green }
union Bits { a: u32, b: f32 }
pub static COUNT: u32 = 3;
const NAME: &str = "x";
type Pair = (u32, u32);
macro_rules! hash { ($a:expr) => { $a }; }
pub async fn serve() {}
impl Runner for Vec<u8> { fn run(&self) {} }
extern "C" { fn foreign(x: i32); }
)";
  EXPECT_EQ(symbols(kText, "rust"),
            (Outline{"trait Runner", "method Runner::run", "method Runner::twice", "enum Color",
                     "constant Color::Red", "constant Color::Green", "union Bits", "field Bits::a",
                     "field Bits::b", "variable COUNT", "constant NAME", "type Pair", "macro hash",
                     "function serve", "impl Vec", "method Vec::run", "function foreign"}));
}

TEST(Rust, PackageIsTheModulePath) {
  const auto package = [](std::string_view path) {
    return chunk("fn f() {}\n", "rust", path).at(0).package_name;
  };
  EXPECT_EQ(package("src/net/http.rs"), "crate::net::http");
  EXPECT_EQ(package("src/main.rs"), "crate");
  EXPECT_EQ(package("crates/net-io/src/http/mod.rs"), "net_io::http");
  EXPECT_EQ(package("crates/net-io/src/lib.rs"), "net_io");
  EXPECT_EQ(package("crates/net/src/mysrc/a.rs"), "net::mysrc::a");
  EXPECT_EQ(package("mysrc/a.rs"), "crate::mysrc::a");
  EXPECT_EQ(package("/src/main.rs"), "crate");
}

TEST(Rust, ItemsInAFunctionAreNamesThatCutNothing) {
  constexpr std::string_view kText = R"(fn outer() {
    let count = 1;
    fn inner() {}
    if count > 0 {
        struct Local {
            deep: u8,
        }
    }
    inner();
}
)";
  EXPECT_EQ(symbols(kText, "rust"), (Outline{"function outer", "function outer::inner",
                                             "struct outer::Local", "field outer::Local::deep"}));
  EXPECT_EQ(outline(kText, "rust"), (Outline{"1-10 function outer"}));
}

}  // namespace
}  // namespace quire::chunking

#endif
