#include "fovea/base/denormals.h"

#include <xmmintrin.h>

namespace fovea {
namespace {

constexpr unsigned kFlushResults = 0x8000, kFlushInputs = 0x0040;  // of the register MXCSR

}  // namespace

FlushDenormals::FlushDenormals() : before_(_mm_getcsr()) { _mm_setcsr(before_ | kFlushResults | kFlushInputs); }
FlushDenormals::~FlushDenormals() { _mm_setcsr(before_); }

}  // namespace fovea
