// The steps of a single picture are shared out among threads: to the same bits.
#include <gtest/gtest.h>

#include "fovea/base/random.h"
#include "fovea/model/executor.h"
#include "fovea/model/plan_builder.h"
#include "fovea/model/predictor.h"
#include "fovea/model/span_feed.h"
#include "fovea/zoo/zoo.h"

namespace fovea {
namespace {

class OnePicture : public testing::TestWithParam<const char*> {};

TEST_P(OnePicture, IsPredictedToTheSameBitsByAnyNumberOfThreads) {
  Model model = zoo::make(GetParam(), {.picture_shape = {96, 96, 3}, .classes = 1000, .seed = 1});
  std::vector<float> picture(static_cast<size_t>(model.input_shape().elements()));
  RandomStream random(0, purpose::kSample);
  for (float& value : picture) value = random.unit();
  const std::vector<float> one = Predictor(model, {.batch_size = 1, .threads = 1}).predict(picture);

  PlanOptions options = {.batch = 1, .lanes = 1, .threads = 1};
  const size_t segments = make_plan(model.graph(), model.parameters(), options)->compute.size();
  for (int threads : {2, 3}) {
    options.threads = threads;
    const auto plan = make_plan(model.graph(), model.parameters(), options);
    EXPECT_GT(plan->compute.size(), segments) << "steps are shared out";
    ThreadPool pool(threads);
    const SpanFeed feed(picture, model.input_shape().elements());
    Executor(pool).run(plan->copies, {});
    Executor(pool).run(plan->compute, {.feed = &feed});
    EXPECT_EQ(std::vector<float>(plan->output.begin(), plan->output.end()), one) << threads << " threads";
  }
}

INSTANTIATE_TEST_SUITE_P(Zoo, OnePicture, testing::Values("mobilenet_v2_0.35", "mobilenet_0.5", "resnet50", "densenet121", "efficientnetb0", "advanced"),
                         [](const auto& net) {
                           std::string name = net.param;
                           for (char& letter : name)
                             if (letter == '.') letter = '_';
                           return name;
                         });

}  // namespace
}  // namespace fovea
