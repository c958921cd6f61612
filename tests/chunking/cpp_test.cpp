#ifdef QUIRE_GRAMMARS

#include <algorithm>

#include <gtest/gtest.h>

#include "chunking/outline.hpp"

namespace quire::chunking {
namespace {

using Outline = std::vector<std::string>;

constexpr std::string_view kServer = R"(/* A licence
 * of two lines. */
#pragma once
#include <string>

namespace net {
namespace detail::inner {
int helper(int x);
}

/// A server.
/// It serves.
template <class T,
          class U>
class Server : public Base<T> {
 public:
  Server();
  explicit Server(int port) : port_(port) {}
  ~Server();
  // Starts it.
  bool start(const std::string& address) override;
  int size() const { return size_; }

  struct Options {
    int a = 0;
    int b = 1;
    void clear() {
      a = 0;
    }
  };

 private:
  int port_ = 0;
};

template <class T, class U>
Server<T, U>::Server() : port_(1) {
  start();
}

}  // namespace net
)";

TEST(Cpp, ClassIsCutIntoItsHeadAndWhatIsDefinedInIt) {
  EXPECT_EQ(outline(kServer, "cpp"), (Outline{
                                         "1-4",
                                         "6-9 function net::detail::inner::helper",
                                         "11-22 class net::Server",
                                         "24-26 struct net::Server::Options",
                                         "27-30 method net::Server::Options::clear",
                                         "32-34 class net::Server",
                                         "36-41 constructor net::Server::Server",
                                     }));
}

TEST(Cpp, PackageIsTheNamespace) {
  const auto chunks = chunk(kServer, "cpp", "net/server.hpp");
  EXPECT_EQ(chunks[0].package_name, std::nullopt);
  EXPECT_EQ(named("net::Server", chunks).package_name, "net");
  EXPECT_EQ(named("net::detail::inner::helper", chunks).package_name, "net::detail::inner");
}

TEST(Cpp, SignatureIsTheDeclarationWithItsTemplate) {
  const auto chunks = chunk(kServer, "cpp", "");
  EXPECT_EQ(named("net::Server", chunks).signature,
            "template <class T, class U> class Server : public Base<T>");
  EXPECT_EQ(named("net::Server::Server", chunks).signature,
            "template <class T, class U> Server<T, U>::Server()");
}

TEST(Cpp, HeadOfAClassKnowsTheFunctionsDeclaredInIt) {
  EXPECT_EQ(names(named("net::Server", chunk(kServer, "cpp", ""))),
            (Outline{"net::Server", "net::Server::Server", "net::Server::~Server",
                     "net::Server::start", "net::Server::size"}));
}

TEST(Cpp, DefinitionsOutsideOfTheirClassAreQualified) {
  constexpr std::string_view kText = R"(namespace net {
Socket::Socket(int x) : x_(x) {}
Socket::~Socket() {}
bool Socket::operator==(const Socket& other) const { return true; }
Socket::operator bool() const { return true; }
void* Socket::operator new(std::size_t n) { return nullptr; }
int Socket::operator()(int x) { return x; }
std::ostream& operator<<(std::ostream& out, const Socket& s) { return out; }
template <> std::vector<int> Outer<int>::Inner<T>::get() const { return {}; }
const char* const* Socket::names() { return nullptr; }
auto Socket::trailing() -> int { return 1; }
}
)";
  EXPECT_EQ(
      symbols(kText, "cpp"),
      (Outline{"namespace net", "constructor net::Socket::Socket", "method net::Socket::~Socket",
               "method net::Socket::operator==", "method net::Socket::operator bool",
               "method net::Socket::operator new", "method net::Socket::operator()",
               "function net::operator<<", "method net::Outer::Inner::get",
               "method net::Socket::names", "method net::Socket::trailing"}));
}

TEST(Cpp, OtherDeclarationsHaveTheirKinds) {
  constexpr std::string_view kText = R"(#define LIMIT(a) \
  ((a) + 1)
enum class Color { red, green };
union Bits { int i; float f; };
using Names = std::vector<std::string>;
typedef int (*Callback)(int);
constexpr int kMax = 3;
static const char* const kNames[] = {"a", "b"};
extern int counter;
template <typename T>
concept Small = sizeof(T) < 8;
namespace {
int hidden() { return 1; }
}
extern "C" {
int plain(void);
}
)";
  EXPECT_EQ(symbols(kText, "cpp"),
            (Outline{"macro LIMIT", "enum Color", "constant Color::red", "constant Color::green",
                     "union Bits", "field Bits::i", "field Bits::f", "type Names", "type Callback",
                     "constant kMax", "constant kNames", "variable counter", "trait Small",
                     "namespace ", "function hidden", "function plain"}));
}

TEST(Cpp, TestMacroIsNamedByItsArguments) {
  constexpr std::string_view kText =
      "TEST(Parser, Accepts) {\n  EXPECT_EQ(1, 1);\n}\n\n"
      "TEST_F(ParserTest, Rejects) {\n  EXPECT_EQ(1, 1);\n}\n";
  EXPECT_EQ(outline(kText, "cpp"),
            (Outline{"1-3 function Parser.Accepts", "5-7 function ParserTest.Rejects"}));
}

TEST(Cpp, LabelAboveAMethodGoesWithIt) {
  constexpr std::string_view kText = R"(class A {
  int field_;
  void one() {
    field_ = 1;
  }
 public:
  void two() {
    field_ = 2;
  }
};
)";
  EXPECT_EQ(outline(kText, "cpp"),
            (Outline{"1-2 class A", "3-5 method A::one", "6-10 method A::two"}));
}

TEST(Cpp, WhatParsesIsUsedWhereTheRestIsBroken) {
  constexpr std::string_view kText = R"(int before() {
  return 1;
}

class Broken { int x( ;;; }}} template <

int after() {
  return 2;
}
)";
  const auto found = symbols(kText, "cpp");
  EXPECT_NE(std::ranges::find(found, "function before"), found.end());
  EXPECT_NE(std::ranges::find(found, "function after"), found.end());
}

TEST(Cpp, MembersAreNamesThatCutNothing) {
  constexpr std::string_view kText = R"(class Arena {
 public:
  static constexpr int kPages = 4;
  int used() const {
    return used_;
  }

 private:
  enum Fate { kept, freed };
  struct { int low; } range_;
  int used_ = 0, *free_;
  void (*hook_)(int);
};
)";
  EXPECT_EQ(symbols(kText, "cpp"),
            (Outline{"class Arena", "constant Arena::kPages", "method Arena::used",
                     "enum Arena::Fate", "constant Arena::Fate::kept",
                     "constant Arena::Fate::freed", "field Arena::range_", "field Arena::low",
                     "field Arena::used_", "field Arena::free_", "field Arena::hook_"}));
  EXPECT_EQ(outline(kText, "cpp"),
            (Outline{"1-3 class Arena", "4-6 method Arena::used", "8-13 enum Arena::Fate"}));
}

TEST(Cpp, ClassesAndClosuresInAFunctionAreFound) {
  constexpr std::string_view kText = R"(int run() {
  struct Local {
    void go() {}
  };
  auto visit = [&](int x) { return x; };
  Widget widget(other);
  int count = 0;
}
)";
  EXPECT_EQ(symbols(kText, "cpp"), (Outline{"function run", "struct run::Local",
                                            "method run::Local::go", "function run::visit"}));
  EXPECT_EQ(outline(kText, "cpp"), (Outline{"1-8 function run"}));
}

}  // namespace
}  // namespace quire::chunking

#endif
