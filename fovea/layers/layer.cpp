#include "fovea/layers/layer.h"

namespace fovea {

Json Layer::config() const {
  Json config = {{"name", name_}, {"trainable", trainable_}};
  const Json own = options();
  for (const auto& [key, value] : own.items()) config[key] = value;
  return config;
}

const Shape& Layer::only(std::span<const Shape> src, int rank) const {
  if (src.size() != 1) throw usage_error(where(), "{} takes one input (got {})", type(), src.size());
  if (rank != 0 && src[0].rank() != rank)
    throw usage_error(where(), "{} takes {} (got shape {})", type(),
                      rank == 3 ? "pictures of shape (rows, columns, channels)" : "vectors of shape (features)",
                      to_string(src[0]));
  return src[0];
}

}  // namespace fovea
