// Near misses: what a user may have meant by a name that is not there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fovea {

// The known names closest to `name`, best first, at most `limit`: those within a third of its length in edits (names of
// four letters and more: within two at least), whatever the case of letters, or with it as a prefix. Names of more than
// 100 letters are passed over.
std::vector<std::string> nearest_names(std::string_view name, const std::vector<std::string>& known, size_t limit = 3);

// `; did you mean "a" or "b"?`, or an empty string.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& known);

}  // namespace fovea
