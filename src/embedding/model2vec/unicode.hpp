#pragma once

#include <string>
#include <string_view>

/// What Unicode 14 says of characters. Texts are valid UTF-8.
namespace quire::model2vec {

bool is_space(char32_t code);  ///< The property White_Space.
bool is_nonspacing_mark(char32_t code);
bool is_mark(char32_t code);
/// Of a category P*, or one of the ASCII characters that C calls punctuation.
bool is_punctuation(char32_t code);
/// Of the categories Cc, Cf and Co: private ones too, but not what is unassigned.
bool is_control(char32_t code);
/// What `\w` matches: letters, marks, decimal digits, connectors.
bool is_word(char32_t code);
/// Of the blocks of Chinese characters that BERT knows.
bool is_ideograph(char32_t code);

/// Appends the lower case of `text`, each character by itself.
void append_lower(std::string_view text, std::string& out);

/// Appends the canonical decomposition (NFD) of `text`.
void append_nfd(std::string_view text, std::string& out);

}  // namespace quire::model2vec
