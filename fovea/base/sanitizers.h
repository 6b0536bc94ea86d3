// Whether a sanitizer watches this code: its runtime has memory, files and signals of its own.
#pragma once

namespace fovea {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace fovea
