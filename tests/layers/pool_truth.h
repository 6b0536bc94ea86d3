// What pooling layers are held to.
#pragma once

#include "fovea/kernels/pool_ref.h"
#include "fovea/layers/pooling.h"
#include "tests/harness/check_layer.h"

namespace fovea {

template <class L>
void check_pooling(kernels::PoolAlgorithm algorithm) {
  for (const Problem& problem : problems_to_check("pool")) {
    const Pooling2DOptions options = {.pool_size = {problem.size("k", 0), problem.size("k", 1)},
                                      .strides = Size2{problem.size("s", 0), problem.size("s", 1)},
                                      .padding = problem.is("same") ? Padding::same : Padding::valid};
    const auto layer = std::make_shared<L>(options);
    const Shape shape = picture_of(problem);
    const kernels::PoolProblem p =
        pool_problem(algorithm, options, Layout::plain_of(problem.size("n"), shape), layer->infer(std::vector{shape}));
    Truth truth;
    truth.forward = [=](auto& inputs, auto&) { return kernels::pool_forward_ref(p, inputs[0]); };
    truth.backward = [=](auto& inputs, auto&, const Doubles& diff_output) {
      std::vector<int64_t> winners;
      kernels::pool_forward_ref(p, inputs[0], &winners);
      return Gradients{{kernels::pool_backward_ref(p, diff_output, winners)}, {}};
    };
    check_layer({.line = problem.line,
                 .layer = layer,
                 .batch = p.src.n,
                 .shapes = {shape},
                 .truth = truth,
                 .terms = p.kh * p.kw});
  }
}

}  // namespace fovea
