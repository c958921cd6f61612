#include "embedding/http/endpoint.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace quire::embedding {
namespace {

using namespace std::string_literals;

Endpoint endpoint(std::string_view text) {
  const Result<Endpoint> parsed = parse_endpoint(text);
  EXPECT_TRUE(parsed.has_value()) << text << ": " << parsed.error().message;
  return parsed.value_or(Endpoint());
}

TEST(Endpoint, HasAnAddressAndAModel) {
  const Endpoint parsed = endpoint("http://127.0.0.1:11434/v1#nomic-embed-text:v1.5");
  EXPECT_EQ(parsed.url(), "http://127.0.0.1:11434/v1/embeddings");
  EXPECT_EQ(parsed.authority, "127.0.0.1:11434");
  EXPECT_EQ(parsed.host, "127.0.0.1");
  EXPECT_EQ(parsed.model, "nomic-embed-text:v1.5");
  EXPECT_FALSE(parsed.encrypted);
  EXPECT_TRUE(endpoint("https://api.openai.com/v1#text-embedding-3-small").encrypted);
}

TEST(Endpoint, OfOneAddressHasOneName) {
  const std::string name = "https://example.org:8080/v1#M";
  for (const std::string_view text :
       {"https://example.org:8080/v1#M", "HTTPS://Example.ORG:8080/v1/#M",
        "https://example.org:8080/v1/embeddings#M", "https://example.org:8080/v1//embeddings/#M"}) {
    EXPECT_EQ(endpoint(text).name(), name) << text;
    EXPECT_EQ(endpoint(endpoint(text).name()).name(), name);
  }
  EXPECT_EQ(endpoint("http://host#a/b#c").model, "a/b#c");
  EXPECT_EQ(endpoint("http://host#m").url(), "http://host/embeddings");
}

TEST(Endpoint, KnowsWhatIsThisMachine) {
  for (const std::string_view host : {"localhost", "LocalHost", "127.0.0.1", "127.255.1.2", "[::1]",
                                      "localhost:80", "[::1]:80"}) {
    EXPECT_TRUE(endpoint("http://" + std::string(host) + "/v1#m").on_this_machine) << host;
  }
  for (const std::string_view host :
       {"127.0.0.1.example.org", "localhost.example.org", "127.1", "127.0.0.1.1", "127.0.0.256",
        "0x7f.0.0.1", "128.0.0.1", "127.0.0.", "[::2]", "[::ffff:127.0.0.1]", "127"}) {
    EXPECT_FALSE(endpoint("http://" + std::string(host) + "/v1#m").on_this_machine) << host;
  }
}

TEST(Endpoint, OfAnotherFormIsRefused) {
  for (const std::string_view text : {"",
                                      "ftp://host/v1#m",
                                      "http:/host#m",
                                      "http://#m",
                                      "http:///v1#m",
                                      "http://host/v1",
                                      "http://host/v1#",
                                      "http://host:0/v1#m",
                                      "http://host:65536/v1#m",
                                      "http://host:/v1#m",
                                      "http://host:8x/v1#m",
                                      "http://host/v1?key=1#m",
                                      "http://host?a#m",
                                      "http://a b/v1#m",
                                      "http://host/v 1#m",
                                      "http://host/\"#m",
                                      "http://host\\@evil/v1#m",
                                      "http://host/\nv1#m",
                                      "http://ho\nst/v1#m",
                                      "http://host/v1#m\n",
                                      "http://host/v1#\xff",
                                      "http://-host/v1#m",
                                      "http://[::1/v1#m",
                                      "http://[]/v1#m",
                                      "http://[fe80::1%25eth0]/v1#m",
                                      "http://host/{a,b}#m",
                                      "http://h\xc3\xb6st/v1#m"}) {
    const Result<Endpoint> parsed = parse_endpoint(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(parsed.error().message.find("http://HOST:PORT/v1#MODEL-NAME"), std::string::npos);
  }
  EXPECT_FALSE(parse_endpoint("http://host/v1#a\0b"s).has_value());
  EXPECT_FALSE(parse_endpoint("http://host/" + std::string(3000, 'a') + "#m").has_value());
}

TEST(Endpoint, WithAPasswordIsRefusedWithoutRepeatingIt) {
  const Result<Endpoint> parsed = parse_endpoint("https://me:secret@host/v1#m");
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().message.find("secret"), std::string::npos);
  EXPECT_NE(parsed.error().message.find("QUIRE_API_KEY"), std::string::npos);
}

}  // namespace
}  // namespace quire::embedding
