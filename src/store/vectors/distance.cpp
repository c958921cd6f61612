#include "store/vectors/distance.hpp"

#include <cstdint>

#include "base/assert.hpp"
#include "store/vectors/distance_kernels.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace quire::vectors {
namespace {

#if defined(__x86_64__)

// By hand, not by __builtin_cpu_supports: that one needs a run-time object which not every libc's
// compiler brings along.
struct X86Features {
  bool avx2 = false;
  bool avx512 = false;  // F and BW.
};

__attribute__((target("xsave"))) std::uint64_t enabled_registers() {
  return _xgetbv(0);
}

X86Features read_features() {
  X86Features features;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t c = 0;
  std::uint32_t d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_OSXSAVE) == 0 || (c & bit_AVX) == 0) {
    return features;
  }
  const std::uint64_t enabled = enabled_registers();
  constexpr std::uint64_t kYmm = 0x06;
  constexpr std::uint64_t kZmm = 0xe6;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) {
    return features;
  }
  features.avx2 = (enabled & kYmm) == kYmm && (b & bit_AVX2) != 0;
  features.avx512 = features.avx2 && (enabled & kZmm) == kZmm && (b & bit_AVX512F) != 0 &&
                    (b & bit_AVX512BW) != 0;
  return features;
}

const X86Features& features() {
  static const X86Features found = read_features();
  return found;
}

bool has_avx2() {
  return features().avx2;
}

bool has_avx512() {
  return features().avx512;
}

#else

bool has_avx2() {
  return false;
}

bool has_avx512() {
  return false;
}

#endif

const Kernels* kernels_of(InstructionSet set) {
  switch (set) {
    case InstructionSet::portable:
      return portable_kernels();
    case InstructionSet::avx2:
      return avx2_kernels();
    case InstructionSet::avx512:
      return avx512_kernels();
    case InstructionSet::neon:
      return neon_kernels();
  }
  return nullptr;
}

}  // namespace

InstructionSet best_instruction_set() {
  for (const InstructionSet set :
       {InstructionSet::avx512, InstructionSet::avx2, InstructionSet::neon}) {
    if (is_supported(set)) {
      return set;
    }
  }
  return InstructionSet::portable;
}

bool is_supported(InstructionSet set) {
  switch (set) {
    case InstructionSet::avx2:
      return has_avx2();
    case InstructionSet::avx512:
      return has_avx512();
    case InstructionSet::portable:
    case InstructionSet::neon:
      break;
  }
  return kernels_of(set) != nullptr;
}

std::string_view to_string(InstructionSet set) {
  switch (set) {
    case InstructionSet::portable:
      return "portable";
    case InstructionSet::avx2:
      return "avx2";
    case InstructionSet::avx512:
      return "avx512";
    case InstructionSet::neon:
      return "neon";
  }
  return "unknown";
}

DistanceFunction distance_function(const VectorFormat& format, InstructionSet set) {
  const Kernels* kernels = kernels_of(set);
  QUIRE_ASSERT(kernels != nullptr);
  const bool squared = format.metric == Metric::squared_l2;
  switch (format.scalar) {
    case Scalar::bf16:
      return squared ? kernels->bf16_squared_difference : kernels->bf16_product;
    case Scalar::f32:
      return squared ? kernels->f32_squared_difference : kernels->f32_product;
    case Scalar::i8:
      break;
  }
  QUIRE_ASSERT(!squared);
  return kernels->i8_product;
}

}  // namespace quire::vectors
