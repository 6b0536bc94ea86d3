// What a core can do at best, measured: for comparison with what a model makes of it.
#pragma once

namespace fovea::kernels {

// Floating-point operations a second of this thread's core, float32: multiply-adds of registers, which count 2, with the
// widest vectors it has. Takes a twentieth of a second.
double peak_flops();

}  // namespace fovea::kernels
