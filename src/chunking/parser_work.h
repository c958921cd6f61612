/* What tree-sitter has done on this thread, counted in tree-sitter itself: the compiler reads this
 * file before its only translation unit (cmake/third_party.cmake), and syntax_tree.cpp reads the
 * counts.
 *
 * Its progress callback counts steps of the parser, but one step may cost as much as the text is
 * long: after an error it walks, and copies, all comments and errors that the stack holds above the
 * last few nodes. Its assertions, though, stand in every such loop: at each access to an array, and
 * at each reference that is taken or dropped. So they count. */
#ifndef QUIRE_CHUNKING_PARSER_WORK_H
#define QUIRE_CHUNKING_PARSER_WORK_H

#ifdef __cplusplus
#include <cstdint>
extern "C" {
extern __thread std::uint64_t quire_parser_steps;           // NOLINT(readability-identifier-naming)
extern __thread std::uint64_t quire_parser_allocated_bytes; /* Those freed again too. */
}
#else
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

__thread uint64_t quire_parser_steps;
__thread uint64_t quire_parser_allocated_bytes;

/* Stands in for tree-sitter's ts_assert.h. */
#define TREE_SITTER_ASSERT_H_
#ifdef NDEBUG
#define ts_assert(condition) ((void)(condition), (void)++quire_parser_steps)
#else
#define ts_assert(condition) ((void)++quire_parser_steps, assert(condition))
#endif

/* Stand in for the macros of its alloc.h. */
#define ts_malloc(size) (quire_parser_allocated_bytes += (size), ts_current_malloc(size))
#define ts_calloc(count, size) \
  (quire_parser_allocated_bytes += (count) * (size), ts_current_calloc(count, size))
#define ts_realloc(buffer, size) \
  (quire_parser_allocated_bytes += (size), ts_current_realloc(buffer, size))
#endif

#endif
