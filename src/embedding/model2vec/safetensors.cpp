#include "embedding/model2vec/safetensors.hpp"

#include <utility>

#include "base/bytes.hpp"
#include "base/try.hpp"
#include "embedding/model2vec/json_members.hpp"

namespace quire::model2vec {
namespace {

constexpr std::uint64_t kLongestHeader = std::uint64_t{16} << 20;
constexpr std::size_t kMostDimensions = 8;
constexpr std::size_t kNamesShown = 4;

Result<std::vector<std::uint64_t>> numbers(JsonValue tensor, std::string_view name) {
  const JsonValue list = tensor.member(name);
  std::vector<std::uint64_t> out;
  if (!list.is_array() || list.size() > kMostDimensions) {
    return fail(ErrorCode::store_serde, "\"" + std::string(name) + "\" is not a short list");
  }
  for (const JsonMember& each : list.members()) {
    const std::optional<std::uint64_t> count = each.value.count();
    if (!count) {
      return fail(ErrorCode::store_serde,
                  "\"" + std::string(name) + "\" holds what is no count of anything");
    }
    out.push_back(*count);
  }
  return out;
}

/// Whether `bytes` is the product of `shape` and `item_size`.
bool fills(const std::vector<std::uint64_t>& shape, std::size_t item_size, std::size_t bytes) {
  std::uint64_t product = item_size;
  for (const std::uint64_t extent : shape) {
    if (extent != 0 && product > UINT64_MAX / extent) {
      return false;
    }
    product *= extent;
  }
  return product == bytes;
}

}  // namespace

std::size_t Tensor::item_size() const {
  if (type == "F64" || type == "I64") {
    return 8;
  }
  if (type == "F32" || type == "I32") {
    return 4;
  }
  return type == "F16" ? 2 : type == "I8" ? 1 : 0;
}

Result<Safetensors> Safetensors::read(std::string_view file) {
  base::ByteReader reader(file);
  const std::uint64_t length = reader.u64();
  const std::uint64_t available = reader.remaining();
  if (!reader.ok() || length > available || length > kLongestHeader) {
    return fail(ErrorCode::store_serde, "byte 0: no safetensors file: a header of " +
                                            std::to_string(length) + " bytes in a file of " +
                                            std::to_string(file.size()) + ", supported are " +
                                            std::to_string(kLongestHeader));
  }
  Safetensors tensors;
  QUIRE_TRY_ASSIGN(tensors.header_, base::JsonDocument::parse(reader.bytes(length)));
  if (!tensors.header_.root().is_object()) {
    return fail(ErrorCode::store_serde, "byte 8: the header is no JSON object");
  }
  tensors.data_ = reader.bytes(reader.remaining());
  return tensors;
}

Result<std::optional<Tensor>> Safetensors::tensor(std::string_view name) const {
  const JsonValue found = header_.root().member(name);
  if (found.is_null()) {
    return std::nullopt;
  }
  Tensor tensor;
  QUIRE_TRY_ASSIGN(tensor.type, string_member(found, "dtype", ""));
  QUIRE_TRY_ASSIGN(tensor.shape, numbers(found, "shape"));
  QUIRE_TRY_ASSIGN(const std::vector<std::uint64_t> offsets, numbers(found, "data_offsets"));
  if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data_.size()) {
    return fail(ErrorCode::store_serde, "data_offsets that are not within the " +
                                            std::to_string(data_.size()) +
                                            " bytes behind the header");
  }
  tensor.bytes = data_.substr(offsets[0], offsets[1] - offsets[0]);
  if (tensor.item_size() != 0 && !fills(tensor.shape, tensor.item_size(), tensor.bytes.size())) {
    return fail(ErrorCode::store_serde, std::to_string(tensor.bytes.size()) +
                                            " bytes, which are not what its shape and type " +
                                            tensor.type + " take");
  }
  return tensor;
}

std::string Safetensors::names() const {
  std::string out;
  std::size_t shown = 0;
  for (const JsonMember& each : header_.root().members()) {
    if (shown++ == kNamesShown) {
      return out + ", ...";
    }
    out.append(out.empty() ? "" : ", ").append(each.name);
  }
  return out;
}

}  // namespace quire::model2vec
