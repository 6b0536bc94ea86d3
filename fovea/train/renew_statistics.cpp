#include "fovea/train/renew_statistics.h"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

constexpr double kLeft = 1e-3;

// The slowest of the model's normalisations that move; 0 where none does.
double slowest_momentum(const Graph& graph) {
  double slowest = 0;
  for (const Node& node : graph.nodes())
    if (node.layer->type() == "BatchNormalization" && node.layer->trainable()) slowest = std::max(slowest, node.layer->options().value("momentum", 0.99));
  return slowest;
}

}  // namespace

int64_t renew_statistics(Model& model, const Examples& examples, const RenewOptions& options) {
  const double momentum = slowest_momentum(model.graph());
  if (momentum <= 0 || momentum >= 1 || examples.size() == 0) return 0;
  const int64_t a_pass = (examples.size() + options.batch_size - 1) / options.batch_size;
  const auto wanted = static_cast<int64_t>(std::ceil(std::log(kLeft) / std::log(momentum)));
  const int64_t passes = std::max<int64_t>((wanted + a_pass - 1) / a_pass, 1);
  // A training whose steps are of no size.
  Trainer trainer(model, {.optimizer = {.name = "sgd", .learning_rate = 0}, .seed = options.seed, .threads = options.threads, .lanes = options.lanes});
  trainer.fit(examples, {.epochs = static_cast<int>(passes), .batch_size = options.batch_size});
  return passes * a_pass;
}

}  // namespace fovea
