#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include <quire/highlight.hpp>

#include "lexical/comments.hpp"

namespace quire {
namespace {

// Between spaces, so that " word " is found or not.
constexpr std::string_view kC =
    " auto bool break case catch char class concept const consteval constexpr continue default "
    "delete do double else enum explicit export extern false final float for friend goto if inline "
    "int long namespace new noexcept nullptr operator override private protected public register "
    "requires return short signed sizeof static static_cast struct switch template this throw true "
    "try typedef typename union unsigned using virtual void volatile while ";
constexpr std::string_view kJava =
    " abstract as async await base boolean break byte case catch char class companion const "
    "continue data def default delegate do double else enum event extends extension false final "
    "finally float for fun func get guard if implements import in init int interface internal is "
    "lateinit let lock long match namespace native new null object open operator out override "
    "package params private protected protocol public readonly record ref return sealed self set "
    "short static string struct super suspend switch synchronized this throw throws trait true try "
    "typealias union using val var virtual void volatile when where while with yield ";
constexpr std::string_view kScript =
    " any as async await boolean break case catch class const continue debugger declare default "
    "delete do else enum export extends false finally for from function if implements import in "
    "instanceof interface let namespace never new null number of private protected public readonly "
    "return static string super switch this throw true try type typeof undefined unknown var void "
    "while with yield ";
constexpr std::string_view kPython =
    " False None True and as assert async await break case class continue def del elif else except "
    "finally for from global if import in is lambda match nonlocal not or pass raise return self "
    "try while with yield ";
constexpr std::string_view kRuby =
    " after alias and begin break case catch class cond def defimpl defmacro defmodule defp "
    "defprotocol defstruct do else elsif end ensure false fn for if import in module next nil not "
    "or raise receive redo require rescue retry return self super then true undef unless until use "
    "when while with yield ";
constexpr std::string_view kGo =
    " any bool break byte case chan const continue default defer else error fallthrough false "
    "float64 "
    "for func go goto if import int int64 interface iota map nil package range return rune select "
    "string struct switch true type uint8 uint64 var ";
constexpr std::string_view kRust =
    " Self as async await bool break const continue crate dyn else enum extern false fn for i32 "
    "i64 "
    "if impl in let loop match mod move mut pub ref return self static str struct super trait true "
    "type u32 u64 u8 union unsafe use usize where while ";
constexpr std::string_view kPhp =
    " abstract and array as bool break case catch class clone const continue declare default do "
    "echo "
    "else elseif enum extends false final finally fn for foreach function global if implements "
    "include instanceof int interface match namespace new null or private protected public "
    "readonly "
    "require require_once return self static string switch this throw trait true try use var void "
    "while yield ";
constexpr std::string_view kShell =
    " break case continue do done elif else endforeach endfunction endif esac eval exec exit "
    "export "
    "fi for foreach function if in local readonly return select set shift source then trap unset "
    "until while ";
constexpr std::string_view kLua =
    " and break do else elseif end false for function goto if in local nil not or repeat return "
    "then "
    "true until while ";
constexpr std::string_view kHaskell =
    " and as begin case class data deriving do else end exception forall fun function if import in "
    "infix infixl infixr instance let match mod module mutable newtype of open qualified rec sig "
    "struct then type val when where with ";
constexpr std::string_view kSql =
    " ALTER AND AS ASC BEGIN BETWEEN BY CASE COMMIT CREATE DELETE DESC DISTINCT DROP ELSE END "
    "EXISTS "
    "FROM GROUP HAVING IN INDEX INNER INSERT INTO IS JOIN LEFT LIKE LIMIT NOT NULL ON OR ORDER "
    "OUTER "
    "PRIMARY KEY REFERENCES SELECT SET TABLE THEN UNION UNIQUE UPDATE VALUES VIEW WHEN WHERE WITH "
    "and as asc begin between by case commit create delete desc distinct drop else end exists from "
    "group having in index inner insert into is join left like limit not null on or order outer "
    "primary key references select set table then union unique update values view when where with ";
constexpr std::string_view kLisp =
    " and begin case cond def define defmacro defmethod defn defun defvar do else fn if lambda let "
    "letrec loop nil not ns or progn quote recur require set setq unless when ";

struct Family {
  std::string_view language;
  std::string_view keywords;
};

constexpr auto kFamilies = std::to_array<Family>({
    {"c", kC},
    {"cpp", kC},
    {"cuda", kC},
    {"objc", kC},
    {"java", kJava},
    {"kotlin", kJava},
    {"scala", kJava},
    {"csharp", kJava},
    {"swift", kJava},
    {"dart", kJava},
    {"groovy", kJava},
    {"javascript", kScript},
    {"jsx", kScript},
    {"typescript", kScript},
    {"tsx", kScript},
    {"python", kPython},
    {"starlark", kPython},
    {"cython", kPython},
    {"nim", kPython},
    {"ruby", kRuby},
    {"crystal", kRuby},
    {"elixir", kRuby},
    {"julia", kRuby},
    {"go", kGo},
    {"rust", kRust},
    {"zig", kRust},
    {"php", kPhp},
    {"bash", kShell},
    {"fish", kShell},
    {"csh", kShell},
    {"make", kShell},
    {"cmake", kShell},
    {"perl", kShell},
    {"awk", kShell},
    {"lua", kLua},
    {"haskell", kHaskell},
    {"elm", kHaskell},
    {"ocaml", kHaskell},
    {"fsharp", kHaskell},
    {"sql", kSql},
    {"clojure", kLisp},
    {"lisp", kLisp},
    {"scheme", kLisp},
    {"elisp", kLisp},
    {"racket", kLisp},
});

std::string_view keywords_of(std::string_view language) {
  const auto* const found = std::ranges::find(kFamilies, language, &Family::language);
  return found == kFamilies.end() ? std::string_view{} : found->keywords;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_name_byte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

/// Where the name or number that begins at `at` ends; "3.14" is one number.
std::size_t word_end(std::string_view code, std::size_t at) {
  const bool number = is_digit(code[at]);
  std::size_t end = at;
  while (end < code.size() &&
         (is_name_byte(code[end]) ||
          (number && code[end] == '.' && end + 1 < code.size() && is_digit(code[end + 1])))) {
    ++end;
  }
  return end;
}

/// Keywords and numbers of `code`, which stands at `offset` of the text.
void add_words(std::string_view code,
               std::size_t offset,
               std::string_view keywords,
               std::vector<SyntaxRange>& ranges) {
  for (std::size_t at = 0; at < code.size();) {
    if (!is_name_byte(code[at])) {
      ++at;
      continue;
    }
    const std::size_t end = word_end(code, at);
    const std::string word = " " + std::string(code.substr(at, end - at)) + " ";
    if (is_digit(code[at])) {
      ranges.push_back({offset + at, offset + end, SyntaxKind::number});
    } else if (keywords.contains(word)) {
      ranges.push_back({offset + at, offset + end, SyntaxKind::keyword});
    }
    at = end;
  }
}

}  // namespace

std::vector<SyntaxRange> highlight(std::string_view text, std::string_view language) {
  std::vector<SyntaxRange> ranges;
  lexical::CommentReader pieces(text, language);
  if (pieces.is_prose()) {
    return ranges;
  }
  const std::string_view keywords = keywords_of(language);
  for (auto piece = pieces.next_apart(); !piece.text.empty(); piece = pieces.next_apart()) {
    const auto begin = static_cast<std::size_t>(piece.text.data() - text.data());
    if (piece.is_comment || piece.is_string) {
      ranges.push_back({begin, begin + piece.text.size(),
                        piece.is_comment ? SyntaxKind::comment : SyntaxKind::string});
    } else {
      add_words(piece.text, begin, keywords, ranges);
    }
  }
  return ranges;
}

}  // namespace quire
