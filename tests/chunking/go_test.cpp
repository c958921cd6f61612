#ifdef QUIRE_GRAMMARS

#include <gtest/gtest.h>

#include "chunking/outline.hpp"

namespace quire::chunking {
namespace {

using Outline = std::vector<std::string>;

constexpr std::string_view kServer = R"(// Package net serves.
package net

import (
	"fmt"
	"os"
)

// MaxConnections is a limit.
const MaxConnections = 10

// Server serves.
// It does so well.
type Server struct {
	address string
}

// Start starts it.
func (s *Server) Start(context int) (err error) {
	return nil
}

func (s Server[T]) Stop() { os.Exit(1) }

func Start[T any](x T) *Server {
	return &Server{}
}
)";

TEST(Go, FileIsCutAtItsDeclarations) {
  EXPECT_EQ(outline(kServer, "go"), (Outline{
                                        "1-7",
                                        "9-10 constant MaxConnections",
                                        "12-16 struct Server",
                                        "18-21 method Server.Start",
                                        "23-23 method Server.Stop",
                                        "25-27 function Start",
                                    }));
}

TEST(Go, ChunkKnowsItsPackageAndSignature) {
  const SourceChunk start = named("Server.Start", chunk(kServer, "go", "net/server.go"));
  EXPECT_EQ(start.package_name, "net");
  EXPECT_EQ(start.signature, "func (s *Server) Start(context int) (err error)");
  EXPECT_EQ(named("Server", chunk(kServer, "go", "")).signature, "type Server struct");
}

TEST(Go, GroupsDeclareEachOfTheirNames) {
  constexpr std::string_view kText = R"(package a
const (
	A = iota // first
	// B is second.
	B
)
var (
	first, second = 1, 2
)
type (
	ID int
	Handler interface {
		Serve() error
	}
	Alias = ID
)
)";
  EXPECT_EQ(symbols(kText, "go"),
            (Outline{"constant A", "constant B", "variable first", "variable second", "type ID",
                     "interface Handler", "method Handler.Serve", "type Alias"}));
}

TEST(Go, SmallNeighboursAreOneChunkThatKnowsThemAll) {
  const auto chunks = chunk("package a\n\nconst A = 1\nconst B = 2\n\nvar c = 3\n", "go", "");
  ASSERT_EQ(chunks.size(), 1U);
  EXPECT_EQ(chunks[0].symbol_name, "A");
  EXPECT_EQ(names(chunks[0]), (Outline{"A", "B", "c"}));
}

TEST(Go, ReceiverOfAnyFormNamesItsType) {
  constexpr std::string_view kText = R"(package a
func (Server) A() {}
func (s *Server[K, V]) B() {}
func (s (*Server)) C() {}
)";
  EXPECT_EQ(symbols(kText, "go"),
            (Outline{"method Server.A", "method Server.B", "method Server.C"}));
}

TEST(Go, MembersAndWhatIsInFunctionsAreNamesThatCutNothing) {
  constexpr std::string_view kText = R"(package a

type Store interface {
	Get(key string) ([]byte, error)
	io.Closer
}

type Queue struct {
	head, tail int
	Base
	done func()
}

func run() {
	const limit = 3
	var count int
	visit := func(n int) {
		count += n
	}
	go func() {
		type job struct{ id int }
	}()
}
)";
  EXPECT_EQ(symbols(kText, "go"),
            (Outline{"interface Store", "method Store.Get", "struct Queue", "field Queue.head",
                     "field Queue.tail", "field Queue.done", "function run", "function run.visit",
                     "struct run.job", "field run.job.id"}));
  EXPECT_EQ(outline(kText, "go"),
            (Outline{"1-6 interface Store", "8-12 struct Queue", "14-23 function run"}));
}

}  // namespace
}  // namespace quire::chunking

#endif
