// What the kernels stand on: the kernel library and the instructions it uses on this CPU.
#pragma once

#include <string>

namespace fovea::kernels {

std::string library_version();  // "oneDNN 2.6.3"
std::string instruction_set();  // "AVX2", "AVX512_BF16", …: after limits such as ONEDNN_MAX_CPU_ISA

}  // namespace fovea::kernels
